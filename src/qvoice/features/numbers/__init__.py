"""Telephone numbers: who owns them and what they are used for."""
