"""Rate decks: price lists that an account makes for the accounts below it, and which of them pays by which."""
