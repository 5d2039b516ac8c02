"""Sets of temporal rules, such as all holidays: the callflow module `temporal_route` tests them in order."""
