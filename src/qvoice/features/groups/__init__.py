"""Groups: named lists of users, devices and groups, for ring groups, paging, pick-up and closed groups."""
