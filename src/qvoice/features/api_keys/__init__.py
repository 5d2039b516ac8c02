"""API keys: several for an account, each for named purposes, until a day, from known addresses (H4)."""
