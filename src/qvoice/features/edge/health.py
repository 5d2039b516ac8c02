"""Carriers' health: the edge sends OPTIONS to every gateway; what does not answer is written down, and tried last by
calls.
"""

from __future__ import annotations

import uuid

from sqlalchemy import text

from qvoice.db import SYSTEM, Database
from qvoice.db.notices import DOC_CHANNEL
from qvoice.features.edge.kamailio import EdgeRefused, Kamailio
from qvoice.kit import log

WATCH_SECONDS = 5.0
DEAD = frozenset({408, 477, 478, 502, 503})
"""Silence, no route, and a carrier that says itself that it cannot; any other answer to OPTIONS shows somebody
there.
"""


class GatewayWatch:
    """Lets the edge ask every gateway and stores what came of it; `look` is called every few seconds."""

    def __init__(self, db: Database, kamailio: Kamailio) -> None:
        self._db = db
        self._kamailio = kamailio
        self._known: dict[tuple[str, int], bool] = {}

    async def look(self) -> None:
        """Read the answers to the last round and ask again. A gateway that was not asked yet counts as alive."""
        gateways = {
            (row.resource_id, row.gateway): (row.server, row.port)
            for row in await self._db.fetch("select * from gateway_addresses()")
        }
        statuses = await self._kamailio.pinged()
        alive = {key: statuses.get(f"{server}:{port}", 200) not in DEAD for key, (server, port) in gateways.items()}
        changed = {key: up for key, up in alive.items() if self._known.get(key) != up}
        if changed or self._known.keys() - alive.keys():
            await self._store(alive)
            for (resource, index), up in changed.items():
                log.get().info("gateway.state", resource=resource, gateway=index, alive=up)
        self._known = alive
        for server, port in sorted(set(gateways.values())):
            try:
                await self._kamailio.ping_gateway(server, port)
            except EdgeRefused as problem:
                log.get().warning("gateway.not_asked", server=server, port=port, why=problem.message)

    async def _store(self, alive: dict[tuple[str, int], bool]) -> None:
        async with self._db.tx(SYSTEM) as s:
            await s.execute(text("delete from edge.gateway_state"))
            for (resource, index), up in alive.items():
                await s.execute(
                    text(
                        "insert into edge.gateway_state (resource_id, gateway, alive) "
                        "values (:resource, :gateway, :alive)"
                    ),
                    {"resource": uuid.UUID(resource), "gateway": index, "alive": up},
                )
            await s.execute(
                text("select pg_notify(:channel, :payload)"),
                {
                    "channel": DOC_CHANNEL,
                    "payload": '{"account":"","type":"gateway_state","id":"","action":"edited","rev":0}',
                },
            )


async def dead_gateways(db: Database) -> frozenset[tuple[str, int]]:
    """Return the gateways that do not answer OPTIONS now."""
    rows = await db.fetch("select resource_id, gateway from edge.gateway_state where not alive")
    return frozenset((row.resource_id.hex, row.gateway) for row in rows)
