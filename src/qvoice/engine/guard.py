"""`python -m qvoice.engine.guard FILE`: run a program for ever, with back-off after quick deaths; pass signals on.

FILE holds the command line, NUL-separated. A program that lived longer than HEALTHY seconds is started again at once; one that dies
young waits 0.5, 1, 2 … up to 15 seconds. A clean stop (TERM, INT, QUIT) is passed on and ends the guard with the program.
"""

from __future__ import annotations

import ctypes
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from types import FrameType

HEALTHY = 20.0
FIRST_WAIT = 0.5
LONGEST_WAIT = 15.0
PR_SET_PDEATHSIG = 1


def _say(event: str, **facts: object) -> None:
    print(json.dumps({"event": event, "process": "guard", "program": os.environ.get("QVOICE_PROGRAM", ""), **facts}), flush=True)


def _die_with_parent() -> None:
    ctypes.CDLL(None, use_errno=True).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)


class _Guard:
    def __init__(self, command: list[str]) -> None:
        self.command = command
        self.stopping = False
        self.child: subprocess.Popen[bytes] | None = None

    def on_signal(self, number: int, _frame: FrameType | None) -> None:
        self.stopping = True
        if self.child is not None and self.child.poll() is None:
            # bubblewrap passes no signals on: they go to the program itself, the sandbox's child.
            for pid in _leaves(self.child.pid):
                os.kill(pid, number)

    def run(self) -> int:
        wait = FIRST_WAIT
        while True:
            started = time.monotonic()
            self.child = subprocess.Popen(self.command, stdin=subprocess.DEVNULL, preexec_fn=_die_with_parent)  # noqa: PLW1509
            code = self.child.wait()
            if self.stopping:
                return 0
            lived = time.monotonic() - started
            wait = FIRST_WAIT if lived > HEALTHY else wait
            _say("died", code=code, lived_s=round(lived, 1), restart_in_s=0 if lived > HEALTHY else wait)
            if lived <= HEALTHY:
                until = time.monotonic() + wait
                while time.monotonic() < until and not self.stopping:
                    time.sleep(0.1)
                wait = min(wait * 2, LONGEST_WAIT)
            if self.stopping:
                return 0


def _leaves(pid: int) -> list[int]:
    """Return the program behind `pid`: itself, or below bubblewrap the first process that is not bubblewrap."""
    found = pid
    while True:
        try:
            if Path(f"/proc/{found}/comm").read_text().strip() != "bwrap":
                return [found]
            children = Path(f"/proc/{found}/task/{found}/children").read_text().split()
        except OSError:
            return [pid]
        if not children:
            return [found]
        found = int(children[0])


def main() -> int:
    """Run the command of the file named on the command line."""
    guard = _Guard(Path(sys.argv[1]).read_text().split("\0"))
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGQUIT, signal.SIGHUP):
        signal.signal(number, guard.on_signal)
    return guard.run()


if __name__ == "__main__":
    sys.exit(main())
