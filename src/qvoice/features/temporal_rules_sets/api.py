"""REST routes of temporal rules sets."""

from __future__ import annotations

from qvoice.features.documents.routes import crossbar
from qvoice.features.temporal_rules_sets.resource import RESOURCE

router = crossbar(RESOURCE)
