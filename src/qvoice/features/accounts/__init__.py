"""Accounts: the tenants and their tree (master → resellers → customers)."""
