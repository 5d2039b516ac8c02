"""supervisord (PyPI): its configuration, starting it, and talking to it over its UNIX socket."""

from __future__ import annotations

import fcntl
import http.client
import os
import resource
import shlex
import socket
import subprocess
import sys
import time
import xmlrpc.client
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from supervisor.xmlrpc import SupervisorTransport

from qvoice.engine.programs import Program
from qvoice.engine.render import fill
from qvoice.engine.secrets import write
from qvoice.engine.tools import root_of_project
from qvoice.kit.errors import Unavailable
from qvoice.kit.settings import Settings

RUNNER = Path(__file__).with_name("guard.py")
Unreachable = (OSError, http.client.HTTPException, xmlrpc.client.Error)
"""What talking to a supervisord that is not there, or just ending, raises."""


class NotRunning(Unavailable):
    """This installation is not running. Start it with `./qvoice up`."""

    code = "not-running"


class BeingStarted(Unavailable):
    """Another `qvoice up` is starting this installation just now."""

    code = "being-started"


def socket_path(settings: Settings) -> Path:
    """Where supervisord listens."""
    return settings.run / "supervisor.sock"


def render(settings: Settings, processes: Sequence[Program]) -> Path:
    """Write supervisord's configuration; returns its path."""
    folder = settings.run / "supervisor"
    (folder / "starts").mkdir(mode=0o700, parents=True, exist_ok=True)
    for old in (folder / "starts").iterdir():
        old.unlink()
    template = (root_of_project() / "engine" / "supervisor" / "supervisord.conf").read_text()
    program = (root_of_project() / "engine" / "supervisor" / "program.conf").read_text()
    files = min(65536, resource.getrlimit(resource.RLIMIT_NOFILE)[1])
    values = {
        "RUN": str(settings.run),
        "LOGS": str(settings.logs),
        "SOCKET": str(socket_path(settings)),
        "MINFDS": str(files),
    }
    text = fill(template, values, name="supervisord.conf")
    for place, process in enumerate(processes):
        values = {
            "NAME": process.name,
            "COMMAND": " ".join(_quoted(word) for word in guarded(process, settings.run)),
            "PLACE": str(10 * (place + 1)),
            "PATIENCE": str(process.patience),
            "LOGS": str(settings.logs),
        }
        text += "\n" + fill(program, values, name="program.conf")
    file = folder / "supervisord.conf"
    write(file, text)
    return file


def guarded(program: Program, run: Path) -> list[str]:
    """Return the command line of the guard that runs `program`."""
    starts = run / "supervisor" / "starts"
    starts.mkdir(mode=0o700, parents=True, exist_ok=True)
    guard = [sys.executable, "-I", "-S", str(RUNNER), program.name, str(starts), program.stop_signal, program.mode]
    return [*guard, "--", *program.command]


def _quoted(word: str) -> str:
    """One word of a supervisor command line: `%` starts an expansion there, and the rest is shlex."""
    return shlex.quote(word.replace("%", "%%"))


def start(settings: Settings, config: Path) -> subprocess.Popen[bytes]:
    """Start supervisord in a session of its own and wait until it answers. Raises Unavailable with its last words."""
    output = settings.logs / "supervisord.out"
    environment = {**os.environ, "PYTHONUNBUFFERED": "1"}
    with output.open("wb") as out:
        process = subprocess.Popen(
            [sys.executable, "-m", "supervisor.supervisord", "-n", "-c", str(config)],
            stdin=subprocess.DEVNULL, stdout=out, stderr=out, start_new_session=True, env=environment,
            cwd=settings.data,
        )  # fmt: skip
    deadline = time.monotonic() + 15
    while not is_running(settings):
        if process.poll() is not None or time.monotonic() > deadline:
            raise Unavailable(f"The supervisor did not start: {output.read_text(errors='replace').strip()[-1000:]}")
        time.sleep(0.02)
    return process


def is_running(settings: Settings) -> bool:
    """Tell whether a supervisord answers for this data folder."""
    try:
        call(settings, "supervisor.getState")
        return True
    except NotRunning:
        return False


def call(settings: Settings, method: str, *arguments: Any) -> Any:
    """Call a method of supervisord's XML-RPC. Raises NotRunning when nobody answers; xmlrpc.client.Fault when it
    refuses.
    """
    path = socket_path(settings)
    if not path.exists():
        raise NotRunning
    proxy = xmlrpc.client.ServerProxy("http://127.0.0.1", transport=SupervisorTransport(None, None, f"unix://{path}"))
    try:
        return getattr(proxy, method)(*arguments)
    except xmlrpc.client.Fault:
        raise
    except Unreachable as problem:
        raise NotRunning from problem


def start_process(settings: Settings, name: str) -> None:
    """Start one process unless it runs."""
    try:
        call(settings, "supervisor.startProcess", name, False)
    except xmlrpc.client.Fault as problem:
        if "ALREADY_STARTED" not in problem.faultString:
            raise Unavailable(f"{name} could not be started: {problem.faultString}") from problem


def stop_all(settings: Settings, *, tell: Any = None) -> None:
    """Stop every process, last started first, then supervisord; returns when it is gone.

    One that is ending already (a service manager stops everything at once, people press Ctrl-C twice) is waited for.
    """
    patience, pid = 30.0, 0
    try:
        pid = call(settings, "supervisor.getPID")
        rows = sorted(call(settings, "supervisor.getAllProcessInfo"), key=lambda row: -_place(row))
        for row in rows:
            if row["statename"] in ("RUNNING", "STARTING", "BACKOFF"):
                if tell:
                    tell(f"stopping {row['name']}")
                _stop(settings, row["name"])
        call(settings, "supervisor.shutdown")
    except xmlrpc.client.Fault as problem:
        if "SHUTDOWN_STATE" not in problem.faultString:
            raise Unavailable(f"Not everything could be stopped: {problem.faultString}") from problem
        patience = 120.0  # it stops everything by itself, one after the other
    except NotRunning:
        pass  # it has just ended
    deadline = time.monotonic() + patience
    while time.monotonic() < deadline and (is_running(settings) or (pid and _alive(pid))):
        time.sleep(0.05)


def _stop(settings: Settings, name: str) -> None:
    try:
        call(settings, "supervisor.stopProcess", name)
    except xmlrpc.client.Fault as problem:
        if "NOT_RUNNING" not in problem.faultString:
            raise


def _place(row: dict[str, Any]) -> int:
    order = ("postgres", "rtpengine", "kamailio", "asterisk", "callcontrol", "api", "worker", "presence", "watch")
    return order.index(row["name"]) if row["name"] in order else len(order)


def _alive(pid: int) -> bool:
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0]
        return state != "Z"
    except FileNotFoundError:
        return False


class StartLock:
    """Held while `up` prepares and starts, so that two of them do not do it at once."""

    def __init__(self, settings: Settings) -> None:
        self._file = (settings.data / ".up.lock").open("w")

    def __enter__(self) -> StartLock:
        try:
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as problem:
            raise BeingStarted from problem
        return self

    def __exit__(self, *_: object) -> None:
        self._file.close()


def port_users(ports: dict[tuple[str, str, int], str]) -> dict[tuple[str, str, int], str]:
    """Return those of `{(protocol, address, port): name}` that cannot be bound, with a description of who has them."""
    taken = {}
    for (protocol, address, port), name in ports.items():
        kind = socket.SOCK_DGRAM if protocol == "udp" else socket.SOCK_STREAM
        with socket.socket(socket.AF_INET, kind) as probe:
            if protocol == "tcp":
                probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind((address, port))
            except OSError as problem:
                taken[protocol, address, port] = f"{name}: {problem.strerror}{_holder(protocol, port)}"
    return taken


def _holder(protocol: str, port: int) -> str:
    """Say which process has the port, as far as we may see."""
    inodes = set()
    for line in Path(f"/proc/net/{protocol}").read_text().splitlines()[1:]:
        fields = line.split()
        if int(fields[1].rsplit(":", 1)[1], 16) == port and (protocol == "udp" or fields[3] == "0A"):
            inodes.add(f"socket:[{fields[9]}]")
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            if any(os.readlink(link) in inodes for link in (folder / "fd").iterdir()):
                return f" by {(folder / 'comm').read_text().strip()} (pid {folder.name})"
        except OSError:
            continue  # it has ended meanwhile, or is another user's
    return " by a process of another user" if inodes else ""
