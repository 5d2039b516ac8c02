"""Live calls: a row for every leg that exists now, and the journal that callcontrol adopts calls from."""
