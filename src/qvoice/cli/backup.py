"""`qvoice backup` and `qvoice restore`."""

from __future__ import annotations

from pathlib import Path

from qvoice.cli import say, settings_of
from qvoice.engine import backup
from qvoice.engine import restore as restoring


def run(file: Path, data: Path) -> int:
    """Write the backup and verify it."""
    backup.write(settings_of(data), file.expanduser().absolute(), say)
    return 0


def restore(file: Path, data: Path, *, force: bool) -> int:
    """Make an installation from a backup."""
    restoring.read(file.expanduser().absolute(), data, force=force, tell=say)
    return 0
