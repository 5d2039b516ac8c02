"""Addresses from which an account's people may log in."""
