"""REST routes of directories."""

from __future__ import annotations

from qvoice.features.documents.routes import crossbar
from qvoice.features.directories.resource import RESOURCE

router = crossbar(RESOURCE)
