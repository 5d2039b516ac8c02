"""Addresses and ports of an installation: which were asked for, which are taken, and the table shown at the end of
`up`.
"""

from __future__ import annotations

import dataclasses
import os
import socket
from pathlib import Path

from qvoice.engine import supervise
from qvoice.kit.errors import Conflict, Invalid
from qvoice.kit.settings import Database, Network, Ports, Settings


class PortTaken(Conflict):
    """A port that we listen on is taken."""

    code = "port-taken"


def given(data: Path, *, public_ip: str | None) -> dict[str, dict[str, str | int]]:
    """Return the addresses and ports asked for by `--public-ip` or `QVOICE_*`, to be remembered in
    `<data>/qvoice.toml`.

    A first start remembers the environment's; a later one only uses it. `--public-ip` is remembered always.
    """
    found: dict[str, dict[str, str | int]] = {}
    for section, cls in (("network", Network), ("ports", Ports), ("database", Database)):
        for field in dataclasses.fields(cls):
            text = os.environ.get(f"QVOICE_{section}_{field.name}".upper())
            if text:
                try:
                    found.setdefault(section, {})[field.name] = type(getattr(cls(), field.name))(text)
                except ValueError as problem:
                    raise Invalid.field(f"{section}.{field.name}", "type", f"{text!r} is not a number") from problem
    if public_ip:
        found.setdefault("network", {}).update(public_ip=public_ip, bind=_local_address_for(public_ip))
    return found


def _local_address_for(public_ip: str) -> str:
    """The address to bind: the public one when this machine has it, else (behind a 1:1 NAT) the one it reaches the
    world from.
    """
    try:
        socket.inet_aton(public_ip)
    except OSError as problem:
        raise Invalid.field("public-ip", "format", f"{public_ip!r} is not an IPv4 address.") from problem
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.bind((public_ip, 0))
            return public_ip
        except OSError:
            pass  # not an address of this machine: a router in front translates
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect((public_ip, 9))  # no packet is sent: this asks the routing table
            return str(probe.getsockname()[0])
        except OSError as problem:
            raise Invalid.field(
                "public-ip",
                "unreachable",
                f"This machine has no route to {public_ip}. Set [network] bind in qvoice.toml to its own address.",
            ) from problem


def listened(settings: Settings) -> dict[tuple[str, str, int], str]:
    """Return {(protocol, address, port): setting} of everything that is listened on."""
    net, ports = settings.network, settings.ports
    found = {
        ("udp", net.bind, ports.sip): "ports.sip",
        ("tcp", net.bind, ports.sip): "ports.sip",
        ("tcp", net.bind, ports.tls): "ports.tls",
        ("tcp", net.bind, ports.wss): "ports.wss",
        ("tcp", net.bind, ports.api): "ports.api",
        ("udp", net.private, ports.edge_private): "ports.edge_private",
        ("tcp", net.private, ports.edge_private): "ports.edge_private",
        ("udp", net.private, ports.media_sip): "ports.media_sip",
        ("tcp", net.private, ports.asterisk_http): "ports.asterisk_http",
        ("tcp", net.private, ports.callcontrol): "ports.callcontrol",
        ("udp", net.private, ports.rtpengine): "ports.rtpengine",
    }
    if not settings.database.url:
        found["tcp", net.private, ports.postgres] = "ports.postgres"
    return found


def refuse_taken_ports(settings: Settings) -> None:
    """Raise PortTaken telling which port is taken, by whom, and how to use others."""
    taken = supervise.port_users(listened(settings))
    if taken:
        lines = [f"- {protocol} {address}:{port} ({why})" for (protocol, address, port), why in taken.items()]
        raise PortTaken(
            "These ports cannot be used:\n"
            + "\n".join(lines)
            + f"\nStop what has them, set others in {settings.data}/qvoice.toml "
            "([ports], [network]), or move all at once: QVOICE_PORTS_OFFSET=100 ./qvoice up --data ANOTHER_FOLDER"
        )


def table(settings: Settings, authority: Path) -> str:
    """What a person needs after `up`: where everything is and where the first password lies."""
    host, ports = settings.network.advertised, settings.ports
    rows = [
        ("Portal", f"http://{host}:{ports.api}/"),
        ("API", f"http://{host}:{ports.api}/v2"),
        ("SIP", f"{host}:{ports.sip} UDP and TCP"),
        ("SIP over TLS", f"{host}:{ports.tls}"),
        ("SIP in browsers", f"wss://{host}:{ports.wss}"),
        ("Media", f"{host}:{ports.media_min}-{ports.media_max} UDP"),
        ("CA certificate", str(authority)),
        ("Settings", str(settings.data / "qvoice.toml")),
        ("Logs", f"{settings.logs} (./qvoice logs)"),
    ]
    password = settings.secrets / "admin-password"
    if password.exists():
        rows.append(("First sign-in", f"account master, user admin, password in {password}"))
    width = max(len(name) for name, _ in rows)
    return "\n".join(f"  {name:<{width}}  {value}" for name, value in rows)
