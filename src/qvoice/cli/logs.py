"""`qvoice logs`: the last lines of every process, then more as they come."""

from __future__ import annotations

import time
from collections import deque
from pathlib import Path
from typing import TextIO

from qvoice.cli import settings_of
from qvoice.kit.errors import NotFound


def run(data: Path, name: str, *, follow: bool, lines: int) -> int:
    """Print logs of `name` or of all, each line led by its process."""
    folder = settings_of(data).logs
    files = sorted(folder.glob("*.log"))
    if name:
        files = [file for file in files if file.stem == name]
        if not files:
            known = ", ".join(file.stem for file in sorted(folder.glob("*.log"))) or "none yet"
            raise NotFound(f"There is no log of {name!r}; there are: {known}.")
    open_files: list[tuple[str, TextIO]] = []
    for file in files:
        stream = file.open(errors="replace")
        for line in deque(stream, maxlen=lines):
            _show(file.stem, line)
        open_files.append((file.stem, stream))
    while follow:
        fresh = [(stem, line) for stem, stream in open_files for line in stream]
        for stem, line in fresh:
            _show(stem, line)
        if not fresh:
            time.sleep(0.3)
    return 0


def _show(process: str, line: str) -> None:
    # Phones choose what is in these lines: no control characters reach the terminal.
    clean = "".join(c if c.isprintable() else "?" for c in line.rstrip("\n"))
    print(f"{process:<12} {clean}", flush=True)
