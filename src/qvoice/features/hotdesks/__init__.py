"""Hot-desking: users who log in at phones that are not theirs (kept in `device.hotdesk.users`)."""
