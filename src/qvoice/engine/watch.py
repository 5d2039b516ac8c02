"""The watch: a process that hangs does not end by itself, so it is restarted when it does not answer for a minute.

"Not well" is no reason (the database may be away, and a restart would cut calls); silence is.
"""

from __future__ import annotations

import argparse
import signal
import threading
import xmlrpc.client
from collections.abc import Sequence
from pathlib import Path

from qvoice.engine import images, programs, supervise
from qvoice.engine.programs import Program
from qvoice.kit import log
from qvoice.kit.settings import Settings, load

EVERY = 10.0
SILENT_LOOKS = 6


def look(settings: Settings, watched: Sequence[Program], silent: dict[str, int]) -> list[str]:
    """Ask every process that runs; count in `silent` how often each one did not answer; return those to restart."""
    rows = {row["name"]: row for row in supervise.call(settings, "supervisor.getAllProcessInfo")}
    hanging = []
    for process in watched:
        row = rows.get(process.name)
        if row is None or row["statename"] != "RUNNING" or row["now"] - row["start"] < EVERY:
            silent[process.name] = 0
            continue
        verdict = process.check(settings)
        silent[process.name] = 0 if verdict.answers else silent.get(process.name, 0) + 1
        if silent[process.name]:
            log.get().warning("watch.silent", name=process.name, looks=silent[process.name], note=verdict.note)
        if silent[process.name] >= SILENT_LOOKS and process.hang_restart:
            silent[process.name] = 0
            hanging.append(process.name)
    return hanging


def restart(settings: Settings, name: str) -> None:
    """Stop (SIGKILL after its patience) and start a process."""
    log.get().error("watch.restart", name=name)
    try:
        supervise.call(settings, "supervisor.stopProcess", name)
        supervise.call(settings, "supervisor.startProcess", name)
    except xmlrpc.client.Fault as problem:
        log.get().warning("watch.restart_refused", name=name, reason=problem.faultString)


def main() -> None:
    """Look every ten seconds until told to stop."""
    arguments = argparse.ArgumentParser()
    arguments.add_argument("--data", type=Path, required=True)
    settings = load(arguments.parse_args().data)
    log.configure("watch", level=settings.log.level)
    stop = threading.Event()
    signal.signal(signal.SIGTERM, lambda *_: stop.set())
    watched = programs.of(settings, voice=images.path_of("voice"), store=images.path_of("store"))
    watched = [process for process in watched if process.name != "watch"]
    silent: dict[str, int] = {}
    log.get().info("watch.started", processes=[process.name for process in watched])
    while not stop.wait(EVERY):
        try:
            for name in look(settings, watched, silent):
                restart(settings, name)
        except supervise.NotRunning:
            log.get().warning("watch.no_supervisor")


if __name__ == "__main__":
    main()
