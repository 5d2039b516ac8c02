"""What runs here, and small endpoints that dialect clients ask for and that have nothing to say yet."""
