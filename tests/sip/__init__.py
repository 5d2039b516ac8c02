"""Tests on real engines with real calls."""
