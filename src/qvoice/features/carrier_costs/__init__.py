"""What carriers cost: each call over a trunk priced by the trunk's cost deck and booked for whoever owns it."""
