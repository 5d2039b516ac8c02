"""Running everything under `supervisor` (from PyPI): its configuration, starting it, and talking to it.

supervisor backs off only while a program fails to start, and gives up in the end. `guard` (below) is what it runs for each program:
it starts the program at once when it had lived for a while, waits longer after each quick death, and never gives up.
"""

from __future__ import annotations

import fcntl
import http.client
import os
import socket
import subprocess
import sys
import time
import xmlrpc.client
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from qvoice.engine.programs import Program
from qvoice.engine.secrets import write
from qvoice.kit.errors import Unavailable
from qvoice.kit.settings import Settings


class NotRunning(Unavailable):
    """QVOICE is not running with this data folder. Start it: ./qvoice up"""

    code = "not-running"


def configuration(settings: Settings, programs: list[Program]) -> str:
    """Return supervisord's configuration file."""
    run, logs = settings.run, settings.logs
    parts = [
        f"""[supervisord]
logfile={logs}/supervisor.log
logfile_maxbytes=5MB
logfile_backups=2
pidfile={run}/supervisord.pid
nodaemon=true
minfds=65536
umask=077
silent=true
identifier=qvoice

[unix_http_server]
file={socket_path(settings)}
chmod=0600

[supervisorctl]
serverurl=unix://{socket_path(settings)}

[rpcinterface:supervisor]
supervisor.rpcinterface_factory=supervisor.rpcinterface:make_main_rpcinterface
"""
    ]
    for position, program in enumerate(programs):
        (run / "programs").mkdir(mode=0o700, exist_ok=True)
        script = run / "programs" / program.name
        write(script, "\0".join(program.command))
        parts.append(
            f"""[program:{program.name}]
command={sys.executable} -m qvoice.engine.guard {script}
priority={(position + 1) * 10}
autostart=false
autorestart=true
startsecs=0
stopsignal={program.stop_signal}
stopwaitsecs={program.stop_seconds}
killasgroup=true
stdout_logfile={logs}/{program.name}.log
stdout_logfile_maxbytes=10MB
stdout_logfile_backups=3
redirect_stderr=true
environment=PYTHONUNBUFFERED="1",QVOICE_PROGRAM="{program.name}"
"""
        )
    return "\n".join(parts).replace("%", "%%")


def socket_path(settings: Settings) -> Path:
    """The supervisor's control socket. Long data paths do not fit a socket address, so a private folder in /tmp is used then."""
    wanted = settings.run / "supervisor.sock"
    if len(str(wanted)) < 100:
        return wanted
    folder = Path(f"/tmp/qvoice-{os.getuid()}-{abs(hash(str(settings.data))) % 10**8}")
    return folder / "s"


class _UnixConnection(http.client.HTTPConnection):
    def __init__(self, path: str) -> None:
        super().__init__("localhost", timeout=60)
        self._path = path

    def connect(self) -> None:
        self.sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.sock.settimeout(self.timeout)
        self.sock.connect(self._path)


class _UnixTransport(xmlrpc.client.Transport):
    def __init__(self, path: str) -> None:
        super().__init__()
        self._path = path

    def make_connection(self, host: Any) -> http.client.HTTPConnection:
        return _UnixConnection(self._path)


@dataclass(frozen=True, slots=True)
class State:
    """What the supervisor knows of a program. `state`: RUNNING, STOPPED, STARTING, BACKOFF, STOPPING, EXITED, FATAL."""

    name: str
    state: str
    pid: int
    uptime_s: int


class Supervisor:
    """The running supervisor of an installation."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self._proxy = xmlrpc.client.ServerProxy("http://localhost", transport=_UnixTransport(str(socket_path(settings))))

    def _call(self, name: str, *arguments: Any) -> Any:
        try:
            return getattr(self._proxy.supervisor, name)(*arguments)
        except (OSError, http.client.HTTPException) as problem:
            raise NotRunning from problem

    def alive(self) -> bool:
        """Tell whether it answers."""
        try:
            self._call("getState")
        except NotRunning:
            return False
        return True

    def states(self) -> list[State]:
        """Return every program's state, in start order."""
        return [
            State(row["name"], row["statename"], row["pid"], max(0, row["now"] - row["start"]) if row["pid"] else 0)
            for row in self._call("getAllProcessInfo")
        ]

    def start(self, name: str) -> None:
        """Start one program; fine when it runs already."""
        try:
            self._call("startProcess", name, False)
        except xmlrpc.client.Fault as fault:
            if "ALREADY_STARTED" not in fault.faultString:
                raise

    def stop(self, name: str) -> None:
        """Stop one program and wait for its end; fine when it is stopped."""
        try:
            self._call("stopProcess", name, True)
        except xmlrpc.client.Fault as fault:
            if "NOT_RUNNING" not in fault.faultString:
                raise

    def shut_down(self) -> None:
        """End the supervisor (programs must be stopped before)."""
        self._call("shutdown")


def launch(settings: Settings, programs: list[Program]) -> subprocess.Popen[bytes]:
    """Start supervisord in a session of its own, with nothing started yet; wait until it answers."""
    file = settings.run / "supervisord.conf"
    path = socket_path(settings)
    path.parent.mkdir(mode=0o700, exist_ok=True)
    write(file, configuration(settings, programs))
    out = (settings.logs / "supervisor.out").open("ab")
    process = subprocess.Popen(
        [str(Path(sys.executable).parent / "supervisord"), "-c", str(file)],
        stdin=subprocess.DEVNULL, stdout=out, stderr=out, start_new_session=True, cwd="/",
    )
    supervisor = Supervisor(settings)
    for _ in range(100):
        if supervisor.alive():
            return process
        if process.poll() is not None:
            break
        time.sleep(0.05)
    raise Unavailable(f"The supervisor did not start; see {settings.logs}/supervisor.out")


def stop_all(settings: Settings, report: Any = lambda name: None) -> None:
    """Stop every program in reverse start order, then the supervisor."""
    supervisor = Supervisor(settings)
    for state in reversed(supervisor.states()):
        if state.state not in ("STOPPED", "EXITED", "FATAL"):
            report(state.name)
            supervisor.stop(state.name)
    supervisor.shut_down()
    for _ in range(100):
        if not supervisor.alive():
            return
        time.sleep(0.05)


class Lock:
    """One `up` or `down` at a time for a data folder."""

    def __init__(self, data: Path) -> None:
        self._path = data / ".lock"

    def __enter__(self) -> None:
        self._file = self._path.open("w")
        try:
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as problem:
            raise Unavailable(f"Another ./qvoice command is working on {self._path.parent}. Wait for it to end.") from problem

    def __exit__(self, *_: object) -> None:
        self._file.close()
