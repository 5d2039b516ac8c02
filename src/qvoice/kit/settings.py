"""Settings: frozen sections, read once at a process's start from `qvoice.toml` and `QVOICE_*`, passed as arguments.

Precedence: command line > environment > `<data>/qvoice.toml` > defaults. `QVOICE_PORTS_SIP=5080` sets `[ports] sip`.
`[ports] offset` shifts every port at once, so that two installations run side by side.
"""

from __future__ import annotations

import dataclasses
import ipaddress
import os
import tomllib
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from qvoice.kit.errors import Invalid


@dataclass(frozen=True, slots=True)
class Network:
    """Addresses. `bind`: where phones, browsers and carriers reach us; `public_ip`: what we advertise (default:
    bind); `trusted_proxies`: addresses and networks, with commas, whose `X-Forwarded-For` is believed.
    """

    bind: str = "127.0.0.1"
    public_ip: str = ""
    private: str = "127.0.0.1"
    webhooks_private: int = 0
    trusted_proxies: str = ""

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
    presence: int = 5071
    postgres: int = 5433
    rtpengine: int = 2223
    relay_min: int = 20000
    relay_max: int = 29999


@dataclass(frozen=True, slots=True)
class Database:
    """`url`: an external PostgreSQL's administrator URL; empty = the one QVOICE runs itself."""

    url: str = ""


@dataclass(frozen=True, slots=True)
class Edge:
    """The border. `lock_seconds`: how long a source and user name that failed too often are not looked at."""

    lock_seconds: int = 60


@dataclass(frozen=True, slots=True)
class Media:
    """Sound. `silence_seconds`: a call from one of whose ends no packet came for so long is ended."""

    silence_seconds: int = 60


@dataclass(frozen=True, slots=True)
class Engine:
    """`bench` 1: open what the benchmarks need and nobody else (a bare Dial(), an edge port without authentication)."""

    bench: int = 0


@dataclass(frozen=True, slots=True)
class Log:
    """Logging."""

    level: str = "info"


@dataclass(frozen=True, slots=True)
class Mail:
    """The mail server that takes our mail, and how we call ourselves.

    `security`: `starttls`, `tls` (from the first byte) or `none`. With a `user`, the password is the secret
    `mail-password`.
    """

    host: str = ""
    port: int = 587
    security: str = "starttls"
    user: str = ""
    sender: str = ""


@dataclass(frozen=True, slots=True)
class Recordings:
    """`private_uploads` 1: copies of recordings may also be sent to addresses inside private networks."""

    private_uploads: int = 0


@dataclass(frozen=True, slots=True)
class Portal:
    """The web portal. `url`: how people reach it from outside, for links in mails (default: our address and port)."""

    url: str = ""


@dataclass(frozen=True, slots=True)
class Sms:
    """The HTTP gateway that takes our text messages: `POST url` with JSON `{to, from, text, reference}`.

    Empty `url`: there is none, and whoever asks for a message is told so. The bearer token is the secret `sms-token`,
    if there is one.
    """

    url: str = ""
    sender: str = ""


@dataclass(frozen=True, slots=True)
class Payments:
    """Who takes money from cards. Empty `provider`: nobody, and only those above an account add funds to it.

    `simulated` approves everything without any money: for trying out, never where calls cost something.
    """

    provider: str = ""


@dataclass(frozen=True, slots=True)
class Numbers:
    """Telephone numbers. `rest_days`: how long a number that was in service rests after its release."""

    rest_days: int = 30


@dataclass(frozen=True, slots=True)
class Settings:
    """Everything an installation can set. `ports` already includes the offset."""

    data: Path
    network: Network = field(default_factory=Network)
    ports: Ports = field(default_factory=Ports)
    database: Database = field(default_factory=Database)
    edge: Edge = field(default_factory=Edge)
    media: Media = field(default_factory=Media)
    engine: Engine = field(default_factory=Engine)
    log: Log = field(default_factory=Log)
    mail: Mail = field(default_factory=Mail)
    recordings: Recordings = field(default_factory=Recordings)
    portal: Portal = field(default_factory=Portal)
    sms: Sms = field(default_factory=Sms)
    numbers: Numbers = field(default_factory=Numbers)
    payments: Payments = field(default_factory=Payments)

    @property
    def portal_url(self) -> str:
        """Where people's browsers find the portal, without a slash at the end."""
        return (self.portal.url or f"http://{self.network.advertised}:{self.ports.api}").rstrip("/")

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


SECTIONS = {
    "network": Network,
    "ports": Ports,
    "database": Database,
    "edge": Edge,
    "media": Media,
    "engine": Engine,
    "log": Log,
    "mail": Mail,
    "recordings": Recordings,
    "portal": Portal,
    "sms": Sms,
    "numbers": Numbers,
}
LEVELS = ("debug", "info", "warning", "error")
SHORTEST = 5
"""Seconds: below that, time limits would hit honest phones."""
UDP = ("sip", "edge_private", "media_sip", "rtpengine")
"""Single ports that may not lie in a range of media, which is UDP as well."""
RANGES = (("media_min", "media_max"), ("relay_min", "relay_max"))


def load(
    data: Path, *, overrides: dict[str, dict[str, Any]] | None = None, environ: dict[str, str] | None = None
) -> Settings:
    """Read the settings of the installation in `data`.

    `overrides` are `{section: {key: value}}` from the command line. Raises Invalid naming the setting and what is
    wrong.
    """
    environ = dict(os.environ) if environ is None else environ
    stored = _stored(data / "qvoice.toml")
    sections: dict[str, Any] = {}
    for name, cls in SECTIONS.items():
        keys = [f.name for f in dataclasses.fields(cls)]
        values: dict[str, Any] = dict(stored.get(name, {}))
        for key in values.keys() - set(keys):
            raise Invalid.field(f"{name}.{key}", "unknown", f"There is no such setting; known: {', '.join(keys)}.")
        for key in keys:
            text = environ.get(f"QVOICE_{name}_{key}".upper())
            if text is not None:
                values[key] = text
        values |= (overrides or {}).get(name, {})
        sections[name] = cls(
            **{key: _typed(f"{name}.{key}", value, getattr(cls(), key)) for key, value in values.items()}
        )
    sections["ports"] = _shifted(sections["ports"])
    _check_addresses(sections["network"])
    for name, seconds in (
        ("edge.lock_seconds", sections["edge"].lock_seconds),
        ("media.silence_seconds", sections["media"].silence_seconds),
    ):
        if seconds < SHORTEST:
            raise Invalid.field(name, "range", f"{seconds} is too short: use {SHORTEST} seconds or more.")
    for name, url in (("portal.url", sections["portal"].url), ("sms.url", sections["sms"].url)):
        if url and not url.startswith(("https://", "http://")):
            raise Invalid.field(name, "format", f"{url!r} is no address such as https://phone.example.com.")
    if sections["log"].level not in LEVELS:
        raise Invalid.field("log.level", "enum", f"{sections['log'].level!r} is none of {', '.join(LEVELS)}.")
    return Settings(data=data.resolve(), **sections)


def _stored(file: Path) -> dict[str, dict[str, Any]]:
    """Read qvoice.toml: sections with values."""
    try:
        stored = tomllib.loads(file.read_text()) if file.exists() else {}
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as problem:
        raise Invalid.field(str(file), "toml", f"This is no TOML: {problem}.") from problem
    for name, values in stored.items():
        if name not in SECTIONS or not isinstance(values, dict):
            raise Invalid.field(name, "unknown", f"{file} has no section [{name}]; known: {', '.join(SECTIONS)}.")
    return stored


def _typed(setting: str, value: Any, default: str | int) -> str | int:
    """Return `value` as what the setting's default is: text or a whole number."""
    good = isinstance(value, str) or (type(value) is int and isinstance(default, int))
    try:
        if good:
            return type(default)(value)
    except ValueError:
        good = False
    wanted = "a whole number" if isinstance(default, int) else "text in quotes"
    raise Invalid.field(setting, "type", f"This must be {wanted}, not {value!r}.")


def _shifted(ports: Ports) -> Ports:
    """Add the offset to every port and check that all are ports and do not get into each other's way."""
    found = {f.name: getattr(ports, f.name) + ports.offset for f in dataclasses.fields(Ports) if f.name != "offset"}
    for name, port in found.items():
        if not 0 < port < 65536:
            with_offset = f" with the offset {ports.offset}" if ports.offset else ""
            raise Invalid.field(f"ports.{name}", "range", f"{port} is no port{with_offset}: use 1 to 65535.")
    ends = {name for pair in RANGES for name in pair}
    taken: dict[int, str] = {}
    for name, port in found.items():
        if name not in ends and taken.setdefault(port, name) != name:
            raise Invalid.field(f"ports.{name}", "unique", f"{port} is ports.{taken[port]} too: each needs its own.")
    for low, high in RANGES:
        if found[low] >= found[high]:
            raise Invalid.field(f"ports.{low}", "range", f"It must be below ports.{high}, which is {found[high]}.")
        inside = next((name for name in UDP if found[low] <= found[name] <= found[high]), None)
        if inside:
            raise Invalid.field(f"ports.{inside}", "unique", f"It lies between ports.{low} and ports.{high} (media).")
    (low, high), (other_low, other_high) = RANGES
    if found[low] <= found[other_high] and found[other_low] <= found[high]:
        raise Invalid.field(f"ports.{low}", "unique", f"The range overlaps ports.{other_low} to ports.{other_high}.")
    return dataclasses.replace(ports, **found)


def _check_addresses(network: Network) -> None:
    for name in ("bind", "public_ip", "private"):
        text = getattr(network, name)
        try:
            if text or name != "public_ip":
                ipaddress.IPv4Address(text)
        except ValueError as problem:
            message = f"{text!r} is not an IPv4 address such as 203.0.113.10."
            raise Invalid.field(f"network.{name}", "format", message) from problem
    for text in network.trusted_proxies.split(",") if network.trusted_proxies else ():
        try:
            ipaddress.ip_network(text.strip())
        except ValueError as problem:
            message = f"{text.strip()!r} is not an address or network such as 10.0.0.5 or 10.0.0.0/24."
            raise Invalid.field("network.trusted_proxies", "format", message) from problem
