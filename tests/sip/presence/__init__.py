"""Lamps: what phones that subscribe are told."""
