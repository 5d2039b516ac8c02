"""`qvoice status`: every process's state, pid, uptime, memory and health."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from qvoice.cli import settings_of
from qvoice.engine.programs import programs
from qvoice.engine.supervise import NotRunning, Supervisor


def run(data: Path, *, as_json: bool) -> int:
    """Print the status; 0 when everything is healthy, 3 when not running, 1 when something is not healthy."""
    settings = settings_of(data)
    try:
        states = Supervisor(settings).states()
    except NotRunning as problem:
        print(json.dumps({"running": False, "processes": []}) if as_json else problem.message)
        return 3
    checks = {program.name: program.check for program in programs(settings)}
    rows: list[dict[str, Any]] = []
    for state in states:
        why = checks[state.name](settings) if state.state == "RUNNING" and state.name in checks else "not running"
        rows.append(
            {
                "name": state.name,
                "state": state.state.lower(),
                "pid": state.pid,
                "uptime_s": state.uptime_s,
                "memory_mb": round(memory_of(state.pid) / 2**20, 1) if state.pid else 0.0,
                "healthy": why == "",
                "problem": why,
            }
        )
    healthy = all(row["healthy"] for row in rows)
    if as_json:
        print(json.dumps({"running": True, "healthy": healthy, "processes": rows}, indent=1))
    else:
        print(f"{'PROCESS':<12} {'STATE':<9} {'PID':>7} {'UPTIME':>8} {'MEMORY':>9}  HEALTH")
        for row in rows:
            print(
                f"{row['name']:<12} {row['state']:<9} {row['pid']:>7} {row['uptime_s']:>7}s {row['memory_mb']:>6.1f} MB  "
                f"{'ok' if row['healthy'] else row['problem']}"
            )
    return 0 if healthy else 1


def memory_of(pid: int) -> int:
    """Return the proportional memory (PSS, bytes) of a process and all below it."""
    total = 0
    try:
        for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
            if line.startswith("Pss:"):
                total += int(line.split()[1]) * 1024
        children = [
            int(child) for task in Path(f"/proc/{pid}/task").iterdir() for child in (task / "children").read_text().split()
        ]
    except OSError:
        return total
    return total + sum(memory_of(child) for child in children)
