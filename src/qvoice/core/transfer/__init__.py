"""Transfers: who waits where, who is told what, and who rings again when it fails. No I/O."""
