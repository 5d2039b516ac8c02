"""`qvoice status`."""

from __future__ import annotations

import json
from pathlib import Path

from qvoice.cli import settings_of
from qvoice.engine import status


def run(data: Path, *, as_json: bool) -> int:
    """Print every process's state, memory and health; 0 when all are well, 3 when not running, 1 otherwise."""
    state = status.read(settings_of(data))
    print(json.dumps(state, indent=1) if as_json else status.table(state))
    return 0 if state["well"] else 1 if state["running"] else 3
