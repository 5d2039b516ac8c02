"""What a machine lacks is told with the one command that mends it."""

from __future__ import annotations

from pathlib import Path

import pytest

from qvoice.engine import machine, tools
from qvoice.kit.errors import Unavailable


@pytest.fixture
def bare(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A machine without any program; returns the folder where programs are looked for."""
    monkeypatch.setenv("PATH", str(tmp_path))
    return tmp_path


def program(folder: Path, name: str, script: str = "exit 0") -> None:
    (folder / name).write_text(f"#!/bin/sh\n{script}\n")
    (folder / name).chmod(0o755)


def test_everything_that_is_missing_is_told_in_one_command(bare: Path) -> None:
    with pytest.raises(tools.ToolMissing, match=r"Run: sudo apt-get install -y .*bubblewrap mmdebstrap"):
        machine.prepare(building=True)
    program(bare, "mmdebstrap")
    with pytest.raises(tools.ToolMissing, match=r"bwrap is missing\. Run: sudo apt-get install -y bubblewrap$"):
        tools.need_all({"mmdebstrap": "mmdebstrap", "bwrap": "bubblewrap"})


def test_an_ordinary_user_needs_ids_to_build_with(tmp_path: Path) -> None:
    file = tmp_path / "subuid"
    assert not machine.has_range(file)
    file.write_text(f"somebody:100000:65536\n{machine.user_name()}x:165536:65536\n")
    assert not machine.has_range(file)
    file.write_text(f"{machine.user_name()}:100000:65536\n")
    assert machine.has_range(file)
    assert machine.user_name() in machine.range_command()


def test_a_machine_that_forbids_namespaces_is_refused_with_advice(bare: Path) -> None:
    program(bare, "bwrap", "echo 'bwrap: No permissions to create a new namespace' >&2; exit 1")
    with pytest.raises(Unavailable, match=r"No permissions to create a new namespace.*(Run: sudo sysctl|forbids)"):
        machine.prepare(building=False)
    program(bare, "bwrap")
    machine.prepare(building=False)
