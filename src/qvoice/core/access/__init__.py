"""Who may do what: the account tree, roles, permissions, and the one question `decide(actor, target)`.

The API asks `decide` for each request; row level security in the database stands behind it and does not replace it.
"""
