"""Limits: how many calls an account may have at once (stored here; enforced by call control)."""
