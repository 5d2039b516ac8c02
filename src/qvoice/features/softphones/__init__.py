"""Phone apps: a link and a QR code that set one up with credentials of its own, once (A9)."""
