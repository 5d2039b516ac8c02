"""REST routes of conferences."""

from __future__ import annotations

from qvoice.features.documents.routes import crossbar
from qvoice.features.conferences.resource import RESOURCE

router = crossbar(RESOURCE)
