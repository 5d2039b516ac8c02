"""REST routes of faxboxes."""

from __future__ import annotations

from qvoice.features.documents.routes import crossbar
from qvoice.features.faxboxes.resource import RESOURCE

router = crossbar(RESOURCE)
