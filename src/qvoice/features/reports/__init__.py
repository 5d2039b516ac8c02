"""Statistics: calls and money at every level of the tree, and what happens on trunks."""
