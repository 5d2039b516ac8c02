"""What the worker does for the ledger: free the reservations of calls whose keeper is gone."""

from __future__ import annotations

from qvoice.features.ledgers.holds import EXPIRE_SECONDS, expire

PERIODIC = [(EXPIRE_SECONDS, expire)]
