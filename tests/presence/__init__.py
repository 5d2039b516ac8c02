"""The presence process without an edge."""
