"""A reseller's own name and pictures on the portal at its own domain."""
