"""Payments: cards charged through a provider, the monthly top-up, funds by hand, notices of low balances (C4)."""
