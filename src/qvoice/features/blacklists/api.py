"""REST routes of blacklists."""

from __future__ import annotations

from qvoice.features.blacklists.resource import RESOURCE
from qvoice.features.documents.routes import crossbar

router = crossbar(RESOURCE)
