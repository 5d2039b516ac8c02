"""What stands between supervisord and one process: back-off before restarts, stop signals into the sandbox, JSON log
lines.

Run as `python -I -S guard.py NAME STATE_FOLDER SIGNAL MODE -- COMMAND…`; MODE is `exec` (a Python process of ours: it
logs JSON and
handles SIGTERM itself, so this program turns into it) or `engine` (bubblewrap: it cannot hand on signals, and engines
write plain lines).
Standard library only and small: one runs for each engine.

supervisord gives a program up after some failed starts. A phone system may not be given up, so the waiting is done
here: 0, 1, 2, 4 … 30 s
after each death within a minute of the start.
"""

from __future__ import annotations

import ctypes
import json
import os
import re
import select
import signal
import sys
import time
from collections.abc import Iterator

LONGEST_WAIT = 30.0
GOOD_LIFE = 60.0
"""Seconds of life after which earlier deaths are forgotten."""
_PR_SET_PDEATHSIG = 1
_LINE = 8192
_LEVELS = (
    (re.compile(r"\b(?:ERROR|FATAL|PANIC|CRITICAL|ALERT|EMERG|CRIT|ERR)\b"), "error"),
    (re.compile(r"\b(?:WARNING|WARN)\b"), "warning"),
    (re.compile(r"\b(?:DEBUG)\b"), "debug"),
)
_CONTROL = re.compile(r"\x1b\[[0-9;]*[A-Za-z]|[\x00-\x08\x0b-\x1f\x7f]")


def say(name: str, level: str, event: str) -> None:
    """Write one log line."""
    now = time.time()
    stamp = time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(now)) + f".{int(now % 1 * 1e6):06d}Z"
    line = json.dumps({"timestamp": stamp, "process": name, "level": level, "event": event}, ensure_ascii=False) + "\n"
    os.write(1, line.encode("utf-8", "replace"))


def level_of(line: str) -> str:
    """Guess the level of an engine's line by the word it uses."""
    return next((level for pattern, level in _LEVELS if pattern.search(line[:200])), "info")


def wait_before_start(state: str, now: float) -> float:
    """Return the seconds to wait now, from the deaths counted in the file `state`, and count this start."""
    try:
        with open(state) as file:
            deaths, started = (float(word) for word in file.read().split())
    except (FileNotFoundError, ValueError):
        deaths, started = -1.0, 0.0
    deaths = 0.0 if now - started > GOOD_LIFE + LONGEST_WAIT else deaths + 1
    wait = 0.0 if deaths < 1 else min(LONGEST_WAIT, 2.0 ** (deaths - 1))
    with open(state + ".new", "w") as file:
        file.write(f"{deaths} {now + wait}")
    os.replace(state + ".new", state)
    return wait


def die_with_parent(number: int) -> None:
    """Ask the kernel for a signal when our parent ends, so that nothing is left over when supervisord is killed."""
    parent = os.getppid()
    ctypes.CDLL(None, use_errno=True).prctl(_PR_SET_PDEATHSIG, number, 0, 0, 0)
    if os.getppid() != parent:
        sys.exit(1)


def lines_of(source: int) -> Iterator[bytes]:
    """Yield lines, cut at `_LINE` bytes, as they come from the pipe `source`, until it is closed.

    A plain read would not do: a signal that comes just before it starts would be looked at only after the next line of
    an engine that may never say another one (https://docs.python.org/3/library/signal.html, "wakeup fd").
    """
    wake_read, wake_write = os.pipe()
    os.set_blocking(wake_write, False)
    signal.set_wakeup_fd(wake_write, warn_on_full_buffer=False)
    waiting = select.poll()
    waiting.register(source, select.POLLIN)
    waiting.register(wake_read, select.POLLIN)
    rest = b""
    while True:
        ready = [number for number, _ in waiting.poll()]
        if wake_read in ready:
            os.read(wake_read, 512)  # the handler itself has run when this returns to Python
        if source not in ready:
            continue
        piece = os.read(source, 65536)
        if not piece:
            break
        *whole, rest = (rest + piece).split(b"\n")
        for line in whole:
            yield line[:_LINE]
        while len(rest) > _LINE:
            yield rest[:_LINE]
            rest = rest[_LINE:]
    if rest:
        yield rest
    signal.set_wakeup_fd(-1)
    for number in (source, wake_read, wake_write):
        os.close(number)


def _forget_ignored_signals() -> None:
    """Give the program the signals that somebody above us ignored (a shell's background job: SIGINT; Python: SIGPIPE).

    A shell script could not even trap them again (POSIX sh, "trap").
    """
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGQUIT, signal.SIGHUP, signal.SIGPIPE):
        signal.signal(number, signal.SIG_DFL)


def run_engine(name: str, stop: int, command: list[str]) -> int:
    """Run bubblewrap, hand stop signals to the program inside, log its lines; returns the exit code."""
    info_read, info_write = os.pipe()
    out_read, out_write = os.pipe()
    os.set_inheritable(info_write, True)
    child = os.fork()
    if child == 0:
        die_with_parent(signal.SIGKILL)
        _forget_ignored_signals()
        os.dup2(out_write, 1)
        os.dup2(out_write, 2)
        os.execvp(command[0], [command[0], "--info-fd", str(info_write), *command[1:]])
    os.close(info_write)
    os.close(out_write)
    with os.fdopen(info_read) as file:
        text = file.read()
    inside = int(json.loads(text)["child-pid"]) if text.strip() else child

    def hand_on(_number: int, _frame: object) -> None:
        try:
            os.kill(inside, stop)
        except ProcessLookupError:
            say(name, "info", "it had already ended when it was told to stop")

    signal.signal(signal.SIGTERM, hand_on)
    signal.signal(signal.SIGINT, hand_on)
    signal.signal(signal.SIGHUP, lambda *_: os.kill(inside, signal.SIGHUP))
    for raw in lines_of(out_read):
        line = _CONTROL.sub("", raw.decode("utf-8", "replace")).rstrip()
        if line:
            say(name, level_of(line), line)
    _, status = os.waitpid(child, 0)
    return os.waitstatus_to_exitcode(status)


def main(arguments: list[str]) -> int:
    """Wait if need be, then run or become the process."""
    name, state, stop, mode = arguments[:4]
    command = arguments[5:]
    stopping = [False]

    def stop_waiting(_number: int, _frame: object) -> None:
        stopping[0] = True
        sys.exit(0)

    signal.signal(signal.SIGTERM, stop_waiting)
    die_with_parent(signal.SIGTERM)
    wait = wait_before_start(os.path.join(state, name), time.time())
    if wait:
        say(name, "warning", f"it keeps ending; waiting {wait:.0f} s before the next start")
        time.sleep(wait)
    if mode == "exec":
        signal.signal(signal.SIGTERM, signal.SIG_DFL)
        os.execvp(command[0], command)
    started = time.time()
    code = run_engine(name, signal.Signals[f"SIG{stop}"], command)
    say(name, "info" if code == 0 else "error", f"ended with {code} after {time.time() - started:.0f} s")
    return code if 0 <= code < 256 else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
