"""Callflows: stored document → compiled flow → interpreter, with one file per module in `modules/`."""
