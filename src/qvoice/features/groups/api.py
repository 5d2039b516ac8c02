"""REST routes of groups."""

from __future__ import annotations

from qvoice.features.documents.routes import crossbar
from qvoice.features.groups.resource import RESOURCE

router = crossbar(RESOURCE)
