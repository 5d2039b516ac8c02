"""Service plans and what they cost: there are none yet. Clients of the dialect ask before they show an account."""
