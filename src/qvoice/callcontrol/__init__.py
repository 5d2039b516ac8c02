"""callcontrol."""
