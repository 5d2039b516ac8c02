"""Features, proved by calls with measured audio."""
