"""REST routes of temporal rules."""

from __future__ import annotations

from qvoice.features.documents.routes import crossbar
from qvoice.features.temporal_rules.resource import RESOURCE

router = crossbar(RESOURCE)
