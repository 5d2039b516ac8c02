"""Business hours: temporal rules against the clock of a time zone."""
