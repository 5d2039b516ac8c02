"""Presence: what a lamp shows, decided from calls and settings, and how phones are told (RFC 4235, 3863, 3842)."""
