"""The watch: a process that hangs does not end by itself, so it is restarted when it does not answer for a minute.

"Not well" is no reason (the database may be away, and a restart would cut calls); silence is. One that hangs in part,
such as an Asterisk that answers by HTTP but not by SIP, is not merely slow: it is asked once more with patience, and
killed within twenty seconds (it would not obey), so that new calls work again.
"""

from __future__ import annotations

import argparse
import signal
import threading
import time
import xmlrpc.client
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from qvoice.engine import images, programs, supervise
from qvoice.engine.health import Verdict
from qvoice.engine.programs import Program
from qvoice.kit import log
from qvoice.kit.settings import Settings, load

EVERY = 3.0
"""Seconds between two looks."""
YOUNG = 10
"""Seconds of its life in which a process may be silent: it starts."""
HANGS_AFTER = 60.0
"""Seconds of silence after which a process hangs."""
PARTLY_LOOKS = 2
"""Looks in a row that found a process silent in part, after which it is asked with patience."""


@dataclass(slots=True)
class Silence:
    """How long a process has been silent. `since`: when it was first found so (monotonic seconds), None: it answers."""

    since: float | None = None
    partly: int = 0

    def hears(self, verdict: Verdict, now: float) -> bool:
        """Take what a look at `now` found; tell whether the process has hung for too long."""
        if verdict.answers:
            self.since, self.partly = None, 0
            return False
        self.since = now if self.since is None else self.since
        self.partly = self.partly + 1 if verdict.in_part else 0
        return now - self.since >= HANGS_AFTER

    @property
    def dubious(self) -> bool:
        """Whether one part answers and another has not for some looks."""
        return self.partly >= PARTLY_LOOKS


def look(settings: Settings, watched: Sequence[Program], silent: dict[str, Silence]) -> dict[str, bool]:
    """Ask every process that runs; return {name of those to restart: whether at once, without asking it to end}."""
    rows = {row["name"]: row for row in supervise.call(settings, "supervisor.getAllProcessInfo")}
    hanging: dict[str, bool] = {}
    for process in watched:
        row = rows.get(process.name)
        known = silent.setdefault(process.name, Silence())
        if row is None or row["statename"] != "RUNNING" or row["now"] - row["start"] < YOUNG:
            silent[process.name] = Silence()
            continue
        verdict = process.check(settings)
        hangs = known.hears(verdict, time.monotonic())
        if not verdict.answers:
            log.get().warning("watch.silent", name=process.name, in_part=verdict.in_part, note=verdict.note)
        at_once = process.surely is not None and known.dubious and process.surely(settings).in_part
        if at_once or (hangs and process.hang_restart):
            silent[process.name] = Silence()
            hanging[process.name] = at_once
    return hanging


def restart(settings: Settings, name: str, *, at_once: bool = False) -> None:
    """Stop (SIGKILL after its patience, or `at_once`) and start a process."""
    log.get().error("watch.restart", name=name, at_once=at_once)
    try:
        if at_once:
            # supervisord starts again what dies; its guard takes the program with it.
            supervise.call(settings, "supervisor.signalProcess", name, "KILL")
            return
        supervise.call(settings, "supervisor.stopProcess", name)
        supervise.call(settings, "supervisor.startProcess", name)
    except xmlrpc.client.Fault as problem:
        log.get().warning("watch.restart_refused", name=name, reason=problem.faultString)


def main() -> None:
    """Look every few seconds until told to stop."""
    arguments = argparse.ArgumentParser()
    arguments.add_argument("--data", type=Path, required=True)
    settings = load(arguments.parse_args().data)
    log.configure("watch", level=settings.log.level)
    stop = threading.Event()
    signal.signal(signal.SIGTERM, lambda *_: stop.set())
    watched = programs.of(settings, voice=images.path_of("voice"), store=images.path_of("store"))
    watched = [process for process in watched if process.name != "watch"]
    silent: dict[str, Silence] = {}
    log.get().info("watch.started", processes=[process.name for process in watched])
    while not stop.wait(EVERY):
        try:
            for name, at_once in look(settings, watched, silent).items():
                restart(settings, name, at_once=at_once)
        except supervise.NotRunning:
            log.get().warning("watch.no_supervisor")


if __name__ == "__main__":
    main()
