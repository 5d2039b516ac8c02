"""Carriers that sell numbers: an adapter for each kind, searching what they offer, and orders that outlive a crash."""
