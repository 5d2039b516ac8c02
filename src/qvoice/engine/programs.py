"""The processes of an installation, in start order: how each is run, and how it is asked whether it is well."""

from __future__ import annotations

import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from qvoice.engine import health
from qvoice.engine.sandbox import command_in
from qvoice.kit.settings import Settings

Check = Callable[[Settings], health.Verdict]


@dataclass(frozen=True, slots=True)
class Program:
    """One supervised process.

    `mode`: see engine/guard.py. `stop_signal`: the engine's own for a clean and quick end. `patience`: seconds from
    the stop signal to
    SIGKILL. `check`: asks it whether it is well. `hang_restart`: restart it when it does not answer for a minute.
    `surely`: asks a program that hangs in part once more, patiently, before it is killed for that.
    """

    name: str
    command: tuple[str, ...]
    mode: str
    stop_signal: str
    patience: int
    check: Check
    hang_restart: bool = True
    surely: Check | None = None


def of(settings: Settings, *, voice: Path, store: Path) -> list[Program]:
    """Return the processes that this installation runs."""
    found = [_rtpengine(settings, voice), _kamailio(settings, voice), _asterisk(settings, voice)]
    if not settings.database.url:
        found.insert(0, postgres(settings, store))
    checks: dict[str, Check] = {
        "callcontrol": health.callcontrol,
        "api": health.api,
        "worker": health.running_is_enough,
        "presence": health.presence,
    }
    for name, check in checks.items():
        command = (sys.executable, "-m", f"qvoice.{name}.main", "--data", str(settings.data))
        found.append(Program(name, command, "exec", "TERM", 20, check))
    command = (sys.executable, "-m", "qvoice.engine.watch", "--data", str(settings.data))
    found.append(Program("watch", command, "exec", "TERM", 5, health.running_is_enough))
    return found


def postgres(settings: Settings, store: Path) -> Program:
    """The database server of the store image."""
    command = command_in(
        store,
        ["/usr/lib/postgresql/17/bin/postgres", "-D", str(settings.data / "postgres" / "17"),
         "-c", f"config_file={settings.run}/postgres/postgresql.conf"],
        user="postgres",
        writable=[settings.data / "postgres"],
        readable=[settings.run / "postgres"],
    )  # fmt: skip
    # SIGINT is the "fast" shutdown: it ends sessions, writes a checkpoint, and needs no recovery at the next start.
    return Program("postgres", tuple(command), "engine", "INT", 60, health.postgres, hang_restart=False)


def _rtpengine(settings: Settings, voice: Path) -> Program:
    command = command_in(
        voice,
        ["/usr/bin/rtpengine", "--config-file", f"{settings.run}/rtpengine/rtpengine.conf"],
        user="rtpengine",
        readable=[settings.run / "rtpengine"],
    )
    return Program("rtpengine", tuple(command), "engine", "TERM", 10, health.rtpengine)


def _kamailio(settings: Settings, voice: Path) -> Program:
    command = command_in(
        voice,
        [
            "/usr/sbin/kamailio",
            "-f",
            f"{settings.run}/kamailio/kamailio.cfg",
            "-DD",
            "-E",
            "-m",
            "256",
            "-M",
            "16",
            "-Y",
            "/run/kamailio",
            "-w",
            "/run/kamailio",
        ],
        user="kamailio",
        readable=[settings.run / "kamailio", settings.data / "tls"],
        empty=["/run/kamailio"],
    )
    return Program("kamailio", tuple(command), "engine", "TERM", 15, health.kamailio)


def _asterisk(settings: Settings, voice: Path) -> Program:
    folder = settings.data / "asterisk"
    command = command_in(
        voice,
        ["/usr/sbin/asterisk", "-f", "-C", f"{settings.run}/asterisk/asterisk.conf"],
        user="asterisk",
        writable=[
            folder,
            (folder / "spool", "/var/spool/asterisk"),
            (folder / "recordings", "/var/spool/asterisk/recording"),
            (folder / "run", "/run/asterisk"),
        ],
        readable=[settings.run / "asterisk"],
    )
    return Program("asterisk", tuple(command), "engine", "TERM", 10, health.asterisk, surely=health.surely_asterisk)
