"""How an account's people sign in, as clients of the dialect ask for it."""
