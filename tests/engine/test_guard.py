"""The guard between supervisord and a process: waits that grow, signals that reach the sandbox, JSON lines."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from qvoice.engine import guard

GUARD = Path(guard.__file__)
needs_bwrap = pytest.mark.skipif(shutil.which("bwrap") is None, reason="bubblewrap is missing")


def test_waits_grow_with_quick_deaths_and_never_give_up(tmp_path: Path) -> None:
    now, waits = 1000.0, []
    for _ in range(9):
        wait = guard.wait_before_start(str(tmp_path / "p"), now)
        waits.append(wait)
        now += wait + 0.1
    assert waits == [0, 1, 2, 4, 8, 16, 30, 30, 30]


def test_a_good_life_forgets_earlier_deaths(tmp_path: Path) -> None:
    state = str(tmp_path / "p")
    for _ in range(5):
        guard.wait_before_start(state, 1000.0)
    assert guard.wait_before_start(state, 1000.0 + 1000) == 0


def test_a_damaged_count_is_no_obstacle(tmp_path: Path) -> None:
    (tmp_path / "p").write_text("\x00garbage")
    assert guard.wait_before_start(str(tmp_path / "p"), 5.0) == 0


@pytest.mark.parametrize(
    ("line", "level"),
    [
        (" 0(1) ERROR: <core> [main.c]: x", "error"),
        ("[2026] WARNING[12]: y", "warning"),
        ("LOG:  ready", "info"),
        ("terror in the aisle", "info"),
    ],
)
def test_levels_are_read_from_the_engines_own_words(line: str, level: str) -> None:
    assert guard.level_of(line) == level


def start(tmp_path: Path, script: str, *, stop: str = "TERM") -> subprocess.Popen[str]:
    sandbox = ["bwrap", "--ro-bind", "/", "/", "--dev", "/dev", "--bind", str(tmp_path), str(tmp_path)]
    sandbox += ["--unshare-user", "--die-with-parent", "--", "/bin/sh", "-c", script]
    command = [sys.executable, "-I", "-S", str(GUARD), "it", str(tmp_path), stop, "engine", "--", *sandbox]
    # As in a background job of a script, which ignores SIGINT: a program must be stoppable by it all the same.
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        return subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    finally:
        signal.signal(signal.SIGINT, before)


@needs_bwrap
def test_a_stop_signal_reaches_the_program_inside_as_the_signal_it_wants(tmp_path: Path) -> None:
    running = start(tmp_path, "trap 'echo clean end; exit 0' INT; echo ready; while :; do sleep 0.05; done", stop="INT")
    assert running.stdout is not None
    assert json.loads(running.stdout.readline())["event"] == "ready"
    running.send_signal(signal.SIGTERM)
    events = [json.loads(line) for line in running.stdout]
    assert running.wait(20) == 0
    assert "clean end" in [event["event"] for event in events]
    assert {event["process"] for event in events} == {"it"}


@needs_bwrap
def test_terminal_escapes_and_bad_bytes_of_an_engine_become_a_plain_json_line(tmp_path: Path) -> None:
    running = start(tmp_path, r"printf '\033[31mred\033[0m \377 \007bell\n'; exit 3")
    out, _ = running.communicate(timeout=20)
    assert json.loads(out.splitlines()[0])["event"] == "red \ufffd bell"
    assert running.returncode == 3


@needs_bwrap
def test_the_program_does_not_outlive_a_killed_guard(tmp_path: Path) -> None:
    running = start(tmp_path, f"echo $$ > {tmp_path}/pid; echo ready; exec sleep 300")
    assert running.stdout is not None
    running.stdout.readline()
    inside = int((tmp_path / "pid").read_text())
    os.kill(running.pid, signal.SIGKILL)
    running.wait(20)
    deadline = time.monotonic() + 20
    while Path(f"/proc/{inside}").exists() and "Z" not in Path(f"/proc/{inside}/stat").read_text().split()[2]:
        assert time.monotonic() < deadline, "the program lives on"
        time.sleep(0.05)
