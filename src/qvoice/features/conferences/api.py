"""REST routes of conferences."""

from __future__ import annotations

from qvoice.features.conferences.resource import RESOURCE
from qvoice.features.documents.routes import crossbar

router = crossbar(RESOURCE)
