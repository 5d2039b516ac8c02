"""What `qvoice status` shows: every process with its state, memory and health."""

from __future__ import annotations

import os
import time
from pathlib import Path
from typing import Any

from qvoice.engine import images, programs, supervise
from qvoice.kit.settings import Settings


def read(settings: Settings) -> dict[str, Any]:
    """Return `{"running", "data", "well", "engines", "processes": [{name, state, pid, uptime, memory, well, note}]}`.

    `uptime` in seconds, `memory` in bytes (proportional set size of the process and all it started).
    """
    running = supervise.is_running(settings)
    result: dict[str, Any] = {
        "running": running,
        "data": str(settings.data),
        "well": False,
        "engines": {},
        "processes": [],
    }
    for name in ("voice", "store"):
        if images.is_built(name):
            result["engines"] |= images.versions(name)
    if not running:
        return result
    rows = {row["name"]: row for row in supervise.call(settings, "supervisor.getAllProcessInfo")}
    for process in programs.of(settings, voice=images.path_of("voice"), store=images.path_of("store")):
        row = rows.get(process.name)
        if row is None:
            continue
        up = row["statename"] == "RUNNING"
        verdict = process.check(settings) if up else None
        result["processes"].append({
            "name": process.name,
            "state": row["statename"].lower(),
            "pid": row["pid"] or None,
            "uptime": max(0, int(time.time()) - row["start"]) if up else 0,
            "memory": memory(row["pid"]) if up else 0,
            "well": bool(verdict and verdict.well),
            "note": verdict.note if verdict else row["description"],
        })  # fmt: skip
    result["well"] = bool(result["processes"]) and all(row["well"] for row in result["processes"])
    return result


def memory(pid: int) -> int:
    """Return the bytes that a process and its descendants hold; shared pages are divided among those that share
    them.
    """
    children: dict[int, list[int]] = {}
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            parent = int((folder / "stat").read_text().rsplit(")", 1)[1].split()[1])
        except (OSError, IndexError):
            continue  # it ended while we looked
        children.setdefault(parent, []).append(int(folder.name))
    total, todo = 0, [pid]
    while todo:
        one = todo.pop()
        todo += children.get(one, [])
        total += _held_by(one)
    return total


def _held_by(pid: int) -> int:
    try:
        for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
            if line.startswith("Pss:"):
                return int(line.split()[1]) * 1024
    except OSError:
        pass  # inside a sandbox of another user id: ask for the resident size instead
    try:
        return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")
    except (OSError, IndexError):
        return 0


def table(state: dict[str, Any]) -> str:
    """Show `read`'s answer to a person."""
    if not state["running"]:
        return f"Not running: {state['data']}. Start it with ./qvoice up"
    lines = [f"{'process':<12} {'state':<9} {'pid':>7} {'up':>9} {'memory':>8}  health"]
    for row in state["processes"]:
        health = "well" if row["well"] else f"NOT WELL {row['note']}"
        lines.append(
            f"{row['name']:<12} {row['state']:<9} {row['pid'] or '-':>7} {_span(row['uptime']):>9} "
            f"{row['memory'] / 2**20:>6.0f} M  {health}"
        )
    lines.append("engines: " + ", ".join(f"{name} {version}" for name, version in state["engines"].items()))
    return "\n".join(lines)


def _span(seconds: int) -> str:
    minutes, rest = divmod(seconds, 60)
    hours, minutes = divmod(minutes, 60)
    return (
        f"{hours // 24}d {hours % 24}h"
        if hours >= 24
        else f"{hours}h {minutes:02d}m"
        if hours
        else f"{minutes}m {rest:02d}s"
    )
