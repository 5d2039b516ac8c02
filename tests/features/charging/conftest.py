"""Accounts with decks at every level, for all tests of charging."""

from tests.features.charging.test_admission import books  # noqa: F401
