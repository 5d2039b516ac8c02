"""Prefix search over accounts, users, callflows and devices, as the dialect's account browser and forms ask it."""
