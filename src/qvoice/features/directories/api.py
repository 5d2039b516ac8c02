"""REST routes of directories."""

from __future__ import annotations

from qvoice.features.directories.resource import RESOURCE
from qvoice.features.documents.routes import crossbar

router = crossbar(RESOURCE)
