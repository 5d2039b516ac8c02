"""Parking: who waits in which slot, and who gets him. No I/O."""
