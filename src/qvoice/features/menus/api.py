"""REST routes of menus."""

from __future__ import annotations

from qvoice.features.documents.routes import crossbar
from qvoice.features.menus.resource import RESOURCE

router = crossbar(RESOURCE)
