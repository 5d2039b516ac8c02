"""`qvoice up`: from a fresh checkout to a running, tested system, showing what it does."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import time
from collections.abc import Callable
from pathlib import Path

from qvoice.engine import images, portal, render, secrets, selftest, supervise, tls
from qvoice.engine.programs import Program, initdb_command, programs
from qvoice.engine.tools import need
from qvoice.kit.errors import Unavailable
from qvoice.kit.settings import Settings

Progress = Callable[[str], None]
READY_SECONDS = 60.0


class StartFailed(Unavailable):
    """A part did not start."""

    code = "start-failed"


def prepare(settings: Settings, progress: Progress) -> None:
    """Make everything that must be there before a process starts: tools, images, folders, secrets, certificates, configuration."""
    _own(settings.data)
    need("bwrap", "bubblewrap")
    for image in ("voice", "store"):
        images.ensure(image, progress)
    secrets.ensure(settings.secrets)
    tls.ensure(settings.data / "tls", settings.network)
    for folder in (settings.run, *render.folders(settings)):
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    render.render(settings)
    if not settings.database.url and not (settings.data / "postgres" / "PG_VERSION").exists():
        progress("creating the database …")
        _initdb(settings)
    portal.build(progress)


def start(settings: Settings, progress: Progress) -> subprocess.Popen[bytes]:
    """Start all programs in order, bring the database up to date on the way, wait for health and a self-test call."""
    wanted = programs(settings)
    if supervise.Supervisor(settings).alive():
        raise StartFailed(f"QVOICE is already running with {settings.data}. See ./qvoice status, or stop it: ./qvoice down")
    _check_ports(settings)
    process = supervise.launch(settings, wanted)
    supervisor = supervise.Supervisor(settings)
    try:
        for program in wanted:
            if program.name == "postgres":
                supervisor.start(program.name)
                wait_healthy(settings, [program])
        _migrate(settings, progress)
        rest = [program for program in wanted if program.name != "postgres"]
        for program in rest:
            supervisor.start(program.name)
        progress("starting " + ", ".join(program.name for program in rest) + " …")
        wait_healthy(settings, rest)
        progress("placing the self-test call …")
        selftest.run(settings)
    except BaseException:
        supervise.stop_all(settings)
        raise
    return process


def wait_healthy(settings: Settings, wanted: list[Program]) -> None:
    """Wait until every program is healthy; raises StartFailed telling which is not, why, and the end of its log."""
    deadline = time.monotonic() + READY_SECONDS
    waiting = list(wanted)
    reasons: dict[str, str] = {}
    while waiting:
        reasons = {program.name: why for program in waiting if (why := program.check(settings))}
        waiting = [program for program in waiting if program.name in reasons]
        if waiting and time.monotonic() > deadline:
            name, why = next(iter(reasons.items()))
            log = settings.logs / f"{name}.log"
            tail = "\n".join(log.read_text(errors="replace").splitlines()[-15:]) if log.exists() else "(no log)"
            raise StartFailed(f"{name} is not healthy after {READY_SECONDS:.0f} s: {why}. The end of {log}:\n{tail}")
        time.sleep(0.1 if waiting else 0)


def _own(data: Path) -> None:
    data.mkdir(mode=0o700, parents=True, exist_ok=True)
    if data.stat().st_uid != os.geteuid():
        raise StartFailed(f"{data} belongs to another user (uid {data.stat().st_uid}). Run as that user, or use --data.")
    if shutil.disk_usage(data).free < 500 * 2**20:
        raise StartFailed(f"Less than 500 MB are free where {data} is. Make room first.")


def _initdb(settings: Settings) -> None:
    folder = settings.data / "postgres"
    folder.mkdir(mode=0o700, exist_ok=True)
    for left in folder.iterdir():  # an initdb that was interrupted
        shutil.rmtree(left) if left.is_dir() else left.unlink()
    run = subprocess.run(
        initdb_command(settings, settings.secrets / "db-admin"), capture_output=True, text=True, timeout=120, check=False
    )
    if run.returncode != 0:
        raise StartFailed(f"The database could not be created: {run.stderr.strip()[-800:]}")


def _migrate(settings: Settings, progress: Progress) -> None:
    from qvoice.db import migrate
    from qvoice.features.accounts import bootstrap

    version = migrate.upgrade(settings)
    progress(f"database is at version {version}")
    bootstrap.ensure(settings)


def _check_ports(settings: Settings) -> None:
    """Tell before starting when a port is taken, by whom if we may know, and what to do."""
    ports, network = settings.ports, settings.network
    wanted = [
        ("sip", network.bind, ports.sip, "udp"),
        ("sip", network.bind, ports.sip, "tcp"),
        ("tls", network.bind, ports.tls, "tcp"),
        ("wss", network.bind, ports.wss, "tcp"),
        ("api", network.bind, ports.api, "tcp"),
        ("edge_private", network.private, ports.edge_private, "tcp"),
        ("media_sip", network.private, ports.media_sip, "udp"),
        ("asterisk_http", network.private, ports.asterisk_http, "tcp"),
        ("callcontrol", network.private, ports.callcontrol, "tcp"),
        ("rtpengine", network.private, ports.rtpengine, "udp"),
    ]
    if not settings.database.url:
        wanted.append(("postgres", network.private, ports.postgres, "tcp"))
    taken = [entry for entry in wanted if not _free(*entry[1:])]
    if taken:
        lines = [f"  {host}:{port}/{kind} ([ports] {name}){_holder(port, kind)}" for name, host, port, kind in taken]
        raise StartFailed(
            "These ports are in use:\n" + "\n".join(lines) + "\nStop what uses them, or shift all of ours: "
            "QVOICE_PORTS_OFFSET=1000 ./qvoice up (or `[ports] offset = 1000` in qvoice.toml)."
        )


def _free(host: str, port: int, kind: str) -> bool:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM if kind == "udp" else socket.SOCK_STREAM) as probe:
        if kind == "tcp":
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except PermissionError:
            return True  # privileged ports are the engines' own matter
        except OSError as problem:
            if problem.errno == 99:
                raise StartFailed(f"{host} is not an address of this machine ([network] bind).") from problem
            return False
    return True


def _holder(port: int, kind: str) -> str:
    """Return ", by <program> (pid)" for a listening port, as far as /proc lets us see."""
    table = Path(f"/proc/net/{kind}").read_text().splitlines()[1:]
    inodes = {row.split()[9] for row in table if int(row.split()[1].split(":")[1], 16) == port}
    for process in Path("/proc").glob("[0-9]*"):
        try:
            for descriptor in (process / "fd").iterdir():
                link = os.readlink(descriptor)
                if link.startswith("socket:[") and link[8:-1] in inodes:
                    return f", by {(process / 'comm').read_text().strip()} (pid {process.name})"
        except OSError:
            continue
    return ""



def table(settings: Settings) -> str:
    """Return the table of addresses shown when everything runs."""
    host, ports = settings.network.advertised, settings.ports
    rows = [
        ("Portal", f"http://{host}:{ports.api}/"),
        ("API", f"http://{host}:{ports.api}/v2"),
        ("SIP", f"{host}:{ports.sip} UDP and TCP, {host}:{ports.tls} TLS, wss://{host}:{ports.wss}"),
        ("Media", f"{host}:{ports.media_min}-{ports.media_max} UDP"),
        ("CA certificate", str(settings.data / "tls" / "ca.crt")),
        ("First administrator", f"user admin, account master; password in {settings.secrets / 'admin-password'}"),
        ("Logs", f"{settings.logs} (./qvoice logs -f)"),
    ]
    width = max(len(name) for name, _ in rows)
    return "\n".join(f"  {name:<{width}}  {value}" for name, value in rows)


