"""Settings: frozen sections, read once at a process's start from `qvoice.toml` and `QVOICE_*`, passed as arguments.

Precedence: command line > environment > `<data>/qvoice.toml` > defaults. `QVOICE_PORTS_SIP=5080` sets `[ports] sip`.
`[ports] offset` shifts every port at once, so that two installations run side by side.
"""

from __future__ import annotations

import dataclasses
import os
import tomllib
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from qvoice.kit.errors import Invalid


@dataclass(frozen=True, slots=True)
class Network:
    """Addresses. `bind`: where phones, browsers and carriers reach us; `public_ip`: what we advertise (default:
    bind).
    """

    bind: str = "127.0.0.1"
    public_ip: str = ""
    private: str = "127.0.0.1"

    @property
    def advertised(self) -> str:
        """The address in SIP Contacts, SDP and links."""
        return self.public_ip or self.bind


@dataclass(frozen=True, slots=True)
class Ports:
    """Every port that is listened on, before `offset` is added (see `Settings.ports`). Public first, then private."""

    offset: int = 0
    sip: int = 5060
    tls: int = 5061
    wss: int = 5062
    api: int = 8000
    phones: int = 9443
    media_min: int = 30000
    media_max: int = 39999
    edge_private: int = 5064
    media_sip: int = 5070
    asterisk_http: int = 8088
    callcontrol: int = 8089
    postgres: int = 5433
    rtpengine: int = 2223
    relay_min: int = 20000
    relay_max: int = 29999


@dataclass(frozen=True, slots=True)
class Database:
    """`url`: an external PostgreSQL's administrator URL; empty = the one QVOICE runs itself."""

    url: str = ""


@dataclass(frozen=True, slots=True)
class Engine:
    """`bench` 1: open what the benchmarks need and nobody else (a bare Dial(), an edge port without authentication)."""

    bench: int = 0


@dataclass(frozen=True, slots=True)
class Log:
    """Logging."""

    level: str = "info"


@dataclass(frozen=True, slots=True)
class Settings:
    """Everything an installation can set. `ports` already includes the offset."""

    data: Path
    network: Network = field(default_factory=Network)
    ports: Ports = field(default_factory=Ports)
    database: Database = field(default_factory=Database)
    engine: Engine = field(default_factory=Engine)
    log: Log = field(default_factory=Log)

    @property
    def secrets(self) -> Path:
        """Folder of generated secrets (mode 700; files 600)."""
        return self.data / "secrets"

    @property
    def run(self) -> Path:
        """Folder of rendered configuration and sockets; safe to delete when stopped."""
        return self.data / "run"

    @property
    def logs(self) -> Path:
        """Folder of log files, one per process."""
        return self.data / "logs"

    def secret(self, name: str) -> str:
        """Return the generated secret called `name` (made by `qvoice up`)."""
        return (self.secrets / name).read_text().strip()

    def dsn(self, role: str = "qvoice_app") -> str:
        """Return the connection string for a database role (password from the secret `db-<role>`)."""
        if self.database.url and role == "admin":
            return self.database.url
        if self.database.url:
            from urllib.parse import urlsplit

            parts = urlsplit(self.database.url)
            host, port, name = parts.hostname or "127.0.0.1", parts.port or 5432, parts.path.lstrip("/") or "qvoice"
        else:
            host, port, name = self.network.private, self.ports.postgres, "qvoice"
        return f"postgresql://{role}:{self.secret('db-' + role)}@{host}:{port}/{name}"


def load(
    data: Path, *, overrides: dict[str, dict[str, Any]] | None = None, environ: dict[str, str] | None = None
) -> Settings:
    """Read the settings of the installation in `data`.

    `overrides` are `{section: {key: value}}` from the command line. Raises Invalid naming the setting and what is
    wrong.
    """
    environ = dict(os.environ) if environ is None else environ
    file = data / "qvoice.toml"
    stored: dict[str, Any] = tomllib.loads(file.read_text()) if file.exists() else {}
    sections: dict[str, Any] = {}
    known = {"network": Network, "ports": Ports, "database": Database, "engine": Engine, "log": Log}
    for unknown in stored.keys() - known.keys():
        raise Invalid.field(unknown, "unknown", f"qvoice.toml has no section [{unknown}]; known: {', '.join(known)}")
    for name, cls in known.items():
        values: dict[str, Any] = dict(stored.get(name, {}))
        names = {f.name: f for f in dataclasses.fields(cls)}
        for key in values.keys() - names.keys():
            raise Invalid.field(f"{name}.{key}", "unknown", f"[{name}] has no setting {key}; known: {', '.join(names)}")
        for key in names:
            text = environ.get(f"QVOICE_{name}_{key}".upper())
            if text is not None:
                values[key] = text
        values |= (overrides or {}).get(name, {})
        for key, value in values.items():
            wanted = type(getattr(cls(), key))
            try:
                values[key] = wanted(value)
            except ValueError as problem:
                message = f"{name}.{key} must be {wanted.__name__}, not {value!r}"
                raise Invalid.field(f"{name}.{key}", "type", message) from problem
        sections[name] = cls(**values)
    ports: Ports = sections["ports"]
    if ports.offset:
        sections["ports"] = dataclasses.replace(
            ports,
            **{f.name: getattr(ports, f.name) + ports.offset for f in dataclasses.fields(Ports) if f.name != "offset"},
        )
    return Settings(data=data.resolve(), **sections)
