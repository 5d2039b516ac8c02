"""Webhooks: what happens in an account is told to web servers of its choice, signed, and again until they took it."""
