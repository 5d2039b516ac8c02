"""Two people who take the same number for a migration would leave a database that cannot be brought up."""

from __future__ import annotations

import re

from tests.arch.tree import ROOT

FOLDER = ROOT / "src" / "qvoice" / "db" / "migrations" / "versions"


def test_every_migration_follows_the_one_before() -> None:
    found = []
    for file in sorted(FOLDER.glob("[0-9]*.py")):
        text = file.read_text()
        revision = re.search(r'^revision = "(\d+)"', text, re.MULTILINE)
        before = re.search(r'^down_revision = (?:"(\d+)"|None)', text, re.MULTILINE)
        assert revision, file.name
        assert before, file.name
        found.append((file.name[:4], revision[1], before[1] or "0000"))
    wanted = [(f"{n:04}", f"{n:04}", f"{n - 1:04}") for n in range(1, len(found) + 1)]
    assert found == wanted, "take the next free number: rename the file, `revision` and `down_revision`"
