"""`/accounts/{A}/callflows`."""

from __future__ import annotations

from qvoice.features.callflows.resource import RESOURCE
from qvoice.features.documents.routes import crossbar

router = crossbar(RESOURCE)
