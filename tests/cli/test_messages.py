"""What goes wrong at the command line is one clear line on standard error, never a traceback."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from qvoice import cli

Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def qvoice(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Iterator[Run]:
    """`qvoice("status", "--data", folder)` is the command line; gives its code, output and errors."""
    umask = os.umask(0o077)
    for name in [name for name in os.environ if name.startswith("QVOICE_")]:
        monkeypatch.delenv(name)

    def run(*arguments: Any) -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "argv", ["qvoice", *map(str, arguments)])
        with pytest.raises(SystemExit) as ended:
            cli.main()
        return int(ended.value.code or 0), *capsys.readouterr()

    yield run
    os.umask(umask)


@pytest.fixture
def stopped(tmp_path: Path) -> Path:
    """An installation that was up once and does not run."""
    (tmp_path / "secrets").mkdir()
    (tmp_path / "secrets" / "admin-password").write_text("x\n")
    return tmp_path


@pytest.mark.parametrize("command", ["status", "logs", "demo", "down"])
def test_a_folder_without_an_installation(command: str, qvoice: Run, tmp_path: Path) -> None:
    code, out, err = qvoice(command, "--data", tmp_path / "none")
    assert (code, out) == (1, "")
    assert err == f"qvoice: There is no installation in {tmp_path}/none. Make one: ./qvoice up --data {tmp_path}/none\n"


def test_the_demo_of_a_stopped_installation(qvoice: Run, stopped: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("QVOICE_PORTS_API", "9")  # nobody listens there
    code, out, err = qvoice("demo", "--json", "--data", stopped)
    assert (code, out) == (1, "")
    assert f"Start it: ./qvoice up --data {stopped}\n" in err


def test_the_status_of_a_stopped_installation(qvoice: Run, stopped: Path) -> None:
    code, out, _ = qvoice("status", "--json", "--data", stopped)
    assert (code, '"running": false' in out) == (3, True)


def test_a_wrong_setting(qvoice: Run, stopped: Path) -> None:
    (stopped / "qvoice.toml").write_text("[ports]\nsip = 70000\n")
    code, _, err = qvoice("up", "--detach", "--data", stopped)
    assert (code, err) == (1, "qvoice: ports.sip: 70000 is no port: use 1 to 65535.\n")


def test_a_backup_that_is_none(qvoice: Run, tmp_path: Path) -> None:
    (tmp_path / "note.tar").write_text("hello")
    for name, why in (("note.tar", "backup: it is another kind of file\n"), ("none.tar", "There is no file")):
        code, _, err = qvoice("restore", tmp_path / name, "--data", tmp_path / "new")
        assert code == 1
        assert name in err
        assert why in err
    assert not (tmp_path / "new").exists()


def test_a_folder_that_cannot_be_made(qvoice: Run, tmp_path: Path) -> None:
    (tmp_path / "f").write_text("")  # short names: a data folder's path has at most 80 characters, pytest's takes most
    code, _, err = qvoice("up", "--data", tmp_path / "f" / "b")
    assert (code, err) == (1, f"qvoice: {tmp_path}/f/b: Not a directory. Give another path.\n")
    code, _, err = qvoice("up", "--data", "/proc/qvoice")
    assert (code, err) == (
        1, "qvoice: /proc/qvoice: No such file or directory. It is not there and cannot be made: give another path.\n",
    )  # fmt: skip
