"""Rates: the rows of a rate deck, one at a time or by the million from a sheet, and the price of a number."""
