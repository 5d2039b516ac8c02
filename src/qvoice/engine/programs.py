"""The programs of an installation: their command lines, in start order, and how each one's health is asked."""

from __future__ import annotations

import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from qvoice.engine import health, images
from qvoice.engine.sandbox import command_in
from qvoice.kit.settings import Settings

POSTGRES = "/usr/lib/postgresql/17/bin"


@dataclass(frozen=True, slots=True)
class Program:
    """One supervised program. `stop_seconds`: how long it may take to end cleanly; `check` returns "" when healthy, else why not."""

    name: str
    command: tuple[str, ...]
    check: Callable[[Settings], str]
    stop_signal: str = "TERM"
    stop_seconds: int = 10


def programs(settings: Settings) -> list[Program]:
    """Return all programs in start order (they stop in reverse)."""
    voice = images.path_of("voice")
    run, data = settings.run, settings.data
    found: list[Program] = []
    if not settings.database.url:
        found.append(
            Program("postgres", tuple(postgres_command(settings)), health.postgres, stop_signal="INT", stop_seconds=30)
        )
    found += [
        Program(
            "rtpengine",
            tuple(
                command_in(
                    voice, ["/usr/bin/rtpengine", "--config-file", f"{run}/rtpengine/rtpengine.conf"],
                    user="rtpengine", readable=[run / "rtpengine"],
                )
            ),
            health.rtpengine,
        ),
        Program(
            "kamailio",
            tuple(
                command_in(
                    voice,
                    ["/usr/sbin/kamailio", "-f", f"{run}/kamailio/kamailio.cfg", "-DD", "-E", "-m", "256", "-M", "16",
                     "-Y", f"{run}/kamailio-control", "-P", f"{run}/kamailio-control/kamailio.pid"],
                    user="kamailio", readable=[run / "kamailio", data / "tls"], writable=[run / "kamailio-control"],
                )
            ),
            health.kamailio,
        ),
        Program(
            "asterisk",
            tuple(
                command_in(
                    voice, ["/usr/sbin/asterisk", "-f", "-C", f"{run}/asterisk/asterisk.conf"],
                    user="asterisk", readable=[run / "asterisk"],
                    writable=[
                        data / "asterisk", run / "asterisk-control",
                        (data / "asterisk" / "recordings", "/var/spool/asterisk/recording"),
                    ],
                )
            ),
            health.asterisk,
        ),
    ]
    for name, check in (("callcontrol", health.callcontrol), ("api", health.api), ("worker", health.worker)):
        found.append(Program(name, (sys.executable, "-m", f"qvoice.{name}.main", "--data", str(data)), check))
    return found


def postgres_command(settings: Settings) -> list[str]:
    """Return the command line of our own PostgreSQL."""
    options = {
        "listen_addresses": settings.network.private,
        "port": str(settings.ports.postgres),
        "unix_socket_directories": "",
        "password_encryption": "scram-sha-256",
        "max_connections": "120",
        "shared_buffers": "128MB",
        "log_line_prefix": "%m [%p] ",
        "log_timezone": "UTC",
        "timezone": "UTC",
    }
    command = [f"{POSTGRES}/postgres", "-D", str(settings.data / "postgres")]
    for key, value in options.items():
        command += ["-c", f"{key}={value}"]
    return command_in(images.path_of("store"), command, user="postgres", writable=[settings.data / "postgres"])


def initdb_command(settings: Settings, password_file: Path) -> list[str]:
    """Return the command line that makes an empty database cluster with the superuser `admin`."""
    command = [
        f"{POSTGRES}/initdb", "-D", str(settings.data / "postgres"), "-U", "admin", "--pwfile", "/run/pw", "-A", "scram-sha-256",
        "--encoding", "UTF8", "--locale", "C.UTF-8", "--data-checksums",
    ]
    return command_in(
        images.path_of("store"), command, user="postgres", writable=[settings.data / "postgres"], readable=[(password_file, "/run/pw")]
    )
