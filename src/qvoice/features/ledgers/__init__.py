"""An account's money as clients of the dialect ask for it. Nothing is charged yet: there are no entries to add up."""
