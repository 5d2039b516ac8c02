"""Users: people (or things) of an account, with an extension, a password and a level of privilege."""
