"""Parallel and serial ringing: a plan (values) and a machine (table of leg events → actions)."""
