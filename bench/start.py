"""How long a start takes, cold and warm, and what each process holds when nobody calls."""

from __future__ import annotations

import time

from bench.figures import Figure
from bench.installation import Installation


def measure(installation: Installation) -> list[Figure]:
    """The runner has started it cold; start it warm here, then read the memory after some quiet."""
    if "warm" not in installation.start_seconds:
        installation.stop()
        installation.start("warm")
    figures = [
        Figure("start, cold (new data, images there)", installation.start_seconds["cold"], "s"),
        Figure("start, warm", installation.start_seconds["warm"], "s"),
    ]
    time.sleep(5)
    total = 0.0
    for name, row in installation.processes().items():
        memory = row["memory"] / 2**20 if "memory" in row else row["memory_mb"]
        total += memory
        figures.append(Figure(f"memory idle, {name}", memory, "MB"))
    return [*figures, Figure("memory idle, all", total, "MB", note="proportional set sizes")]
