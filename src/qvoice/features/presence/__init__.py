"""Presence: what a lamp (BLF) of an account shows, and who may set it. See docs/handbook/presence.md."""
