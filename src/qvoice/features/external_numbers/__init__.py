"""Numbers that an account has elsewhere and has proved to be its own: it may show them to those it calls."""
