"""Services: what accounts use, what it costs at each level of the tree, and who has to accept that (C1)."""
