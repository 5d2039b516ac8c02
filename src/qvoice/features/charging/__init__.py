"""Authorising and charging calls to and from carriers: what call control asks of the database, and what it charges."""
