"""REST routes of blacklists."""

from __future__ import annotations

from qvoice.features.documents.routes import crossbar
from qvoice.features.blacklists.resource import RESOURCE

router = crossbar(RESOURCE)
