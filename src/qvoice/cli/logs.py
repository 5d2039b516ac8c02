"""`qvoice logs`: the lines of all processes in order of time, then more as they come."""

from __future__ import annotations

import heapq
import json
import os
import re
import time
from collections import deque
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from qvoice.cli import settings_of
from qvoice.kit.errors import NotFound

_SUPERVISORS = re.compile(r"(\d{4}-\d\d-\d\d) (\d\d:\d\d:\d\d),\d{3} ([A-Z]+) (.*)")


@dataclass(order=True)
class Line:
    """A log line; ordered by `timestamp` (ISO 8601, UTC)."""

    timestamp: str
    process: str
    facts: dict[str, Any] = field(compare=False)


@dataclass
class Tail:
    """The growing end of one log file, also over its rotation."""

    file: Path
    position: int = 0
    inode: int = 0
    last_stamp: str = ""

    def fresh(self) -> list[str]:
        """Return the whole lines written since the last look."""
        try:
            with self.file.open("rb") as stream:
                found = os.fstat(stream.fileno())
                if found.st_ino != self.inode or found.st_size < self.position:
                    self.inode, self.position = found.st_ino, 0
                stream.seek(self.position)
                data = stream.read()
        except FileNotFoundError:
            return []  # between rename and new file of a rotation
        whole = data[: data.rfind(b"\n") + 1]
        self.position += len(whole)
        return whole.decode("utf-8", "replace").splitlines()

    def parse(self, text: str) -> Line:
        """Read one line; one that is no JSON (a traceback's, say) keeps the time of the one before it."""
        try:
            facts = json.loads(text)
        except ValueError:
            facts = None
        if not isinstance(facts, dict):
            own = _SUPERVISORS.match(text)
            facts = (
                {"timestamp": f"{own[1]}T{own[2]}", "level": own[3].lower(), "event": own[4]}
                if own
                else {"event": text}
            )
        stamp = str(facts.pop("timestamp", "") or self.last_stamp)
        self.last_stamp = stamp
        facts.pop("process", None)
        return Line(stamp, self.file.stem, facts)


def run(data: Path, name: str, *, follow: bool, lines: int, as_json: bool = False) -> int:
    """Print the last `lines` lines of `name`, or of every process; with `follow`, go on until interrupted."""
    folder = settings_of(data).logs
    files = sorted(folder.glob("*.log"))
    if name:
        known = ", ".join(file.stem for file in files) or "none yet"
        files = [file for file in files if file.stem == name]
        if not files:
            raise NotFound(f"There is no log of {name!r}; there are: {known}.")
    tails = [Tail(file) for file in files]
    try:
        batches = [[tail.parse(text) for text in deque(tail.fresh(), maxlen=lines)] for tail in tails]
        for line in heapq.merge(*batches):
            _show(line, as_json)
        while follow:
            time.sleep(0.3)
            for line in sorted(tail.parse(text) for tail in tails for text in tail.fresh()):
                _show(line, as_json)
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
    return 0


def _show(line: Line, as_json: bool) -> None:
    if as_json:
        print(
            json.dumps({"timestamp": line.timestamp, "process": line.process, **line.facts}, ensure_ascii=False),
            flush=True,
        )
        return
    facts = dict(line.facts)
    level, event = str(facts.pop("level", "info")), str(facts.pop("event", ""))
    more = " ".join(f"{key}={value}" for key, value in facts.items())
    text = f"{line.timestamp[:23]:<23} {line.process:<11} {level:<7} {event} {more}".rstrip()
    # Phones choose what is in these lines: no control characters may reach the terminal.
    print("".join(c if c.isprintable() else " " for c in text), flush=True)
