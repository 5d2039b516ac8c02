"""Service plans: the price lists that a provider gives to the accounts directly below it."""
