"""Carriers' health: the edge sends OPTIONS to every gateway; what does not answer is written down, and tried last by calls."""

from __future__ import annotations

import uuid
from typing import Any

from sqlalchemy import text

from qvoice.db import SYSTEM, Database
from qvoice.db.notices import DOC_CHANNEL
from qvoice.features.edge.kamailio import EdgeRefused, Kamailio
from qvoice.kit import log

WATCH_SECONDS = 5.0


class GatewayWatch:
    """Keeps the edge's list of pinged gateways right and stores their state; `look` is called every few seconds."""

    def __init__(self, db: Database, kamailio: Kamailio) -> None:
        self._db = db
        self._kamailio = kamailio
        self._known: dict[tuple[str, int], bool] = {}

    async def look(self) -> None:
        """Compare once."""
        gateways = {(row.resource_id, row.gateway): f"sip:{row.server}:{row.port}" for row in await self._db.fetch("select * from gateway_addresses()")}
        states = await self._states()
        for uri in sorted(set(gateways.values()) - states.keys()):
            await self._kamailio.rpc("keepalive.add", uri, "gateways")
        for uri in sorted(states.keys() - set(gateways.values())):
            await self._kamailio.rpc("keepalive.del", uri, "gateways")
        alive = {key: states.get(uri, True) for key, uri in gateways.items()}
        changed = {key: up for key, up in alive.items() if self._known.get(key) != up}
        gone = self._known.keys() - alive.keys()
        if changed or gone:
            await self._store(alive)
            for (resource, index), up in changed.items():
                log.get().info("gateway.state", resource=resource, gateway=index, alive=up)
        self._known = alive

    async def _states(self) -> dict[str, bool]:
        """Return {uri: alive}. A gateway not probed yet counts as alive."""
        try:
            rows: Any = await self._kamailio.rpc("keepalive.list")
        except EdgeRefused:
            return {}
        found = rows if isinstance(rows, list) else [rows] if isinstance(rows, dict) else []
        return {str(row["uri"]): str(row.get("state", "")).lower() not in ("down", "2") for row in found if "uri" in row}

    async def _store(self, alive: dict[tuple[str, int], bool]) -> None:
        async with self._db.tx(SYSTEM) as s:
            await s.execute(text("delete from edge.gateway_state"))
            for (resource, index), up in alive.items():
                await s.execute(
                    text("insert into edge.gateway_state (resource_id, gateway, alive) values (:resource, :gateway, :alive)"),
                    {"resource": uuid.UUID(resource), "gateway": index, "alive": up},
                )
            await s.execute(
                text("select pg_notify(:channel, :payload)"),
                {"channel": DOC_CHANNEL, "payload": '{"account":"","type":"gateway_state","id":"","action":"edited","rev":0}'},
            )


async def dead_gateways(db: Database) -> frozenset[tuple[str, int]]:
    """Return the gateways that do not answer OPTIONS now."""
    rows = await db.fetch("select resource_id, gateway from edge.gateway_state where not alive")
    return frozenset((row.resource_id.hex, row.gateway) for row in rows)
