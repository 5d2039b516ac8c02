"""May this call to or from a carrier be made? Limits, spending, and the guards against fraud, at every level."""
