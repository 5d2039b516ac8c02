"""A running installation knows whether the checkout has changed since it was started."""

from __future__ import annotations

from pathlib import Path

import pytest

from qvoice.engine import folders, release
from qvoice.kit.settings import load


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    for name in ("src/qvoice/a.py", "engine/kamailio/main.cfg", "requirements.lock", "docs/page.md"):
        file = tmp_path / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text("as it was")
    return tmp_path


@pytest.mark.parametrize("changed", ["src/qvoice/a.py", "engine/kamailio/main.cfg", "requirements.lock"])
def test_a_change_of_what_runs_is_seen(checkout: Path, changed: str) -> None:
    before = release.of_checkout(checkout)
    assert release.of_checkout(checkout) == before
    (checkout / changed).write_text("otherwise")
    assert release.of_checkout(checkout) != before


def test_pages_and_compiled_files_do_not_count(checkout: Path) -> None:
    before = release.of_checkout(checkout)
    (checkout / "docs/page.md").write_text("otherwise")
    (checkout / "src/qvoice/__pycache__").mkdir()
    (checkout / "src/qvoice/__pycache__/a.pyc").write_bytes(b"\0")
    assert release.of_checkout(checkout) == before


def test_an_installation_remembers_what_it_was_started_with(tmp_path: Path) -> None:
    settings = load(tmp_path / "d", environ={})
    settings.data.mkdir()
    folders.prepare(settings)
    assert not release.is_current(settings)
    release.remember(settings)
    assert release.is_current(settings)
    (settings.run / "started-code").write_text("an older one")
    assert not release.is_current(settings)
