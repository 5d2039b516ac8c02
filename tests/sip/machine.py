"""Hurting an installation: killing, freezing and starving its processes, and waiting until they are back."""

from __future__ import annotations

import json
import os
import resource
import signal
import subprocess
import sys
from collections.abc import Callable, Coroutine, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from tests.fixtures.platform import ROOT, Platform
from tests.sip.agent import until


def processes(platform: Platform) -> dict[str, dict[str, Any]]:
    """What `qvoice status --json` says, by process name, whatever its exit code."""
    run = subprocess.run(
        [str(ROOT / "qvoice"), "status", "--json", "--data", str(platform.data)],
        env=platform.environ,
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    return {row["name"]: row for row in json.loads(run.stdout)["processes"]}


def descendants(pid: int) -> list[int]:
    """`pid` and all that it started, parents first."""
    children: dict[int, list[int]] = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                parent = int((entry / "stat").read_text().rsplit(") ", 1)[1].split()[1])
            except OSError:
                continue  # it ended while we looked
            children.setdefault(parent, []).append(int(entry.name))
    found, queue = [], [pid]
    while queue:
        found.append(queue.pop(0))
        queue += children.get(found[-1], [])
    return found


def send(pids: list[int], number: signal.Signals) -> None:
    """Send a signal to each that is still there."""
    for pid in pids:
        try:
            os.kill(pid, number)
        except ProcessLookupError:
            continue


async def kill(
    platform: Platform, name: str, *, meanwhile: Callable[[], Coroutine[Any, Any, object]] | None = None
) -> None:
    """SIGKILL the process and its children, do something at once, and wait until there is a new and healthy one."""
    old = processes(platform)[name]["pid"]
    send(descendants(old), signal.SIGKILL)
    if meanwhile is not None:
        await meanwhile()

    def back() -> bool:
        row = processes(platform).get(name, {})
        return bool(row.get("pid")) and row["pid"] != old and bool(row.get("well", row.get("healthy")))

    await until(back, within=60, every=0.5, what=f"{name} back after being killed")


@contextmanager
def stopped(platform: Platform, name: str) -> Iterator[None]:
    """The process is down, its port refuses, and the supervisor lets it be; afterwards it is up and well again."""

    def tell(action: str) -> None:
        supervisor = ["-m", "supervisor.supervisorctl", "-s", f"unix://{platform.settings.run}/supervisor.sock"]
        run = subprocess.run(
            [sys.executable, *supervisor, action, name], capture_output=True, text=True, timeout=60, check=False
        )
        assert run.returncode == 0, run.stdout + run.stderr

    tell("stop")
    try:
        yield
    finally:
        tell("start")


@contextmanager
def frozen(platform: Platform, name: str) -> Iterator[None]:
    """SIGSTOP the process and its children for a while: they hold their sockets and say nothing."""
    pids = descendants(processes(platform)[name]["pid"])
    send(pids, signal.SIGSTOP)
    try:
        yield
    finally:
        send(pids, signal.SIGCONT)


@contextmanager
def no_room_to_write(platform: Platform, name: str, *, beyond: int) -> Iterator[None]:
    """Make every write beyond `beyond` bytes of a file fail, as a full disk does (setrlimit(2), RLIMIT_FSIZE)."""
    pids = descendants(processes(platform)[name]["pid"])
    before = {pid: resource.prlimit(pid, resource.RLIMIT_FSIZE) for pid in pids}
    for pid, (_, hard) in before.items():
        resource.prlimit(pid, resource.RLIMIT_FSIZE, (beyond, hard))
    try:
        yield
    finally:
        for pid, limits in before.items():
            resource.prlimit(pid, resource.RLIMIT_FSIZE, limits)
