"""Temporal rules: hours, weekdays and holidays that the callflow module `temporal_route` tests."""
