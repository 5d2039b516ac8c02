"""Paging: one speaks, and many phones that answer by themselves listen (or talk back)."""
