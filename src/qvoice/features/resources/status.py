"""How a trunk's gateways are now: whether each answers OPTIONS, and whether we are registered where it wants that.

Both are asked of the edge (Kamailio) at the moment of the request; nothing of it is stored. A gateway that was switched
on a few seconds ago is `unknown` until the edge has asked it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from qvoice.features.edge.health import DEAD
from qvoice.features.edge.kamailio import Kamailio

DISABLED, ONGOING, ONLINE, AUTH_SENT = 1, 2, 4, 8
"""Flags of Kamailio's uac registrations (src/modules/uac/uac_reg.h)."""


@dataclass(frozen=True, slots=True)
class Edge:
    """What the edge says: the last answer to OPTIONS by `server:port`, and its registrations by `trunk-gateway`."""

    pinged: Mapping[str, int]
    registrations: Mapping[str, Mapping[str, Any]]


async def ask_edge(kamailio: Kamailio) -> Edge:
    """Ask the edge; raises EdgeAway or EdgeRefused."""
    pinged = await kamailio.pinged()
    dump = await kamailio.rpc("uac.reg_dump")
    rows: Sequence[Mapping[str, Any]] = dump if isinstance(dump, list) else []
    return Edge(pinged, {str(row.get("l_uuid", "")).replace("-", ""): row for row in rows})


def status(trunk: Mapping[str, Any], edge: Edge) -> dict[str, Any]:
    """Return `{state, gateways}`: `up`, `degraded` (some gateway is down or not registered), `down` (none is usable),
    `unknown`, or `disabled`; of each gateway its address, health and registration. Never its password.
    """
    trunk_on = trunk.get("enabled") is not False
    gateways = [
        _gateway(str(trunk.get("id", "")), index, one, edge, on=trunk_on and one.get("enabled") is not False)
        for index, one in enumerate(trunk.get("gateways") or [])
    ]
    return {
        "id": trunk.get("id"),
        "name": trunk.get("name"),
        "state": _whole([_usable(one) for one in gateways if one["enabled"]]),
        "gateways": gateways,
    }


def _gateway(trunk: str, index: int, gateway: Mapping[str, Any], edge: Edge, *, on: bool) -> dict[str, Any]:
    server, port = str(gateway.get("server", "")), gateway.get("port") or 5060
    code = edge.pinged.get(f"{server}:{port}") if on else None
    health = "disabled" if not on else "unknown" if code is None else "down" if code in DEAD else "up"
    return {
        "gateway": index,
        "server": server,
        "port": port,
        "enabled": on,
        "health": health,
        "options_code": code,
        "registration": _registration(edge.registrations.get(f"{trunk}{index}"), gateway, on=on),
    }


def _registration(row: Mapping[str, Any] | None, gateway: Mapping[str, Any], *, on: bool) -> dict[str, Any]:
    """`none` (it is not wanted), `registered`, `trying`, `failed` (the carrier refused or does not answer)."""
    if not on or gateway.get("register") is not True or not gateway.get("username"):
        return {"state": "none"}
    if row is None:
        return {"state": "trying"}  # the edge reads new registrations within half a minute
    flags = int(row.get("flags") or 0)
    if flags & ONLINE:
        return {"state": "registered", "expires_s": max(int(row.get("diff_expires") or 0), 0)}
    return {"state": "failed" if flags & DISABLED or not flags & (ONGOING | AUTH_SENT) else "trying"}


def _usable(gateway: Mapping[str, Any]) -> bool | None:
    if gateway["health"] == "down" or gateway["registration"]["state"] in ("failed", "trying"):
        return False
    return True if gateway["health"] == "up" else None


def _whole(usable: Sequence[bool | None]) -> str:
    if not usable:
        return "disabled"
    if all(one is False for one in usable):
        return "down"
    if any(one is False for one in usable):
        return "degraded"
    return "up" if any(usable) else "unknown"
