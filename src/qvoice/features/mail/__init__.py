"""Outgoing mail: written with the change that causes it, delivered by the worker, its fate visible to the account."""
