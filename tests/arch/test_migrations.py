"""Migrations are one chain: two with the same number would leave a database that cannot be upgraded."""

from __future__ import annotations

import re
from pathlib import Path

FOLDER = Path(__file__).parents[2] / "src/qvoice/db/migrations/versions"


def test_each_migration_follows_the_one_before() -> None:
    files = sorted(FOLDER.glob("[0-9]*.py"))
    numbers = [file.name[:4] for file in files]
    assert numbers == [f"{n:04d}" for n in range(1, len(files) + 1)], "a number is taken twice, or left out"
    for before, file in zip([None, *files[:-1]], files, strict=True):
        text = file.read_text()
        revision = re.search(r'^revision = "(\w+)"', text, re.M)
        down = re.search(r'^down_revision = (?:"(\w+)"|None)', text, re.M)
        assert revision is not None, file.name
        assert revision[1] == file.name[:4], file.name
        assert down is not None, file.name
        assert down[1] == (before.name[:4] if before else None), file.name
