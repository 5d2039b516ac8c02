"""Numbers: normalising, classes, caller ids, emergency, restrictions, trunks; and the endpoint a device amounts to."""
