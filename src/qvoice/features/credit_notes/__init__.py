"""Credit notes: what a provider gives back of an invoice it sent, numbered in a series of their own and booked (C6)."""
