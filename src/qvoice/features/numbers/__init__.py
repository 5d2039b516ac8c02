"""Phone numbers (DIDs): added by the master, assigned down the tree, each with at most one use."""
