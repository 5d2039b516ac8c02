"""`qvoice upgrade`."""

from __future__ import annotations

from pathlib import Path

from qvoice.cli import say, settings_of
from qvoice.engine import addresses, upgrade


def run(data: Path) -> int:
    """Bring a running installation to the code of this checkout; it is left running. Returns the exit code."""
    settings = settings_of(data)
    started = upgrade.run(settings.data, say)
    if started is None:
        say("It runs the code of this checkout already. Get a newer one first (git pull), then run this again.")
        return 0
    print(addresses.table(started.settings, started.authority), flush=True)
    return 0
