"""Numbers that other carriers want: checked against the lock and what only the customer knows; he is told at once."""
