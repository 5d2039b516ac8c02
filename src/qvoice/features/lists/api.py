"""REST routes of lists."""

from __future__ import annotations

from qvoice.features.documents.routes import crossbar
from qvoice.features.lists.resource import RESOURCE

router = crossbar(RESOURCE)
