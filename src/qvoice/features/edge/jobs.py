"""The worker's resident loops for the edge."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

from qvoice.db import Database
from qvoice.db.engine import DatabaseAway
from qvoice.db.listen import listen
from qvoice.features.edge.health import WATCH_SECONDS, GatewayWatch
from qvoice.features.edge.kamailio import EdgeAway, EdgeRefused, Kamailio
from qvoice.features.edge.refresh import Refresher
from qvoice.kit import log
from qvoice.kit.settings import Settings


@asynccontextmanager
async def _kamailio(settings: Settings) -> AsyncIterator[Kamailio]:
    kamailio = Kamailio(settings)
    try:
        yield kamailio
    finally:
        await kamailio.close()


async def keep_edge_fresh(db: Database, settings: Settings) -> None:
    """Bring every change to the edge, for ever."""
    async with _kamailio(settings) as kamailio, asyncio.TaskGroup() as group:
        refresher = Refresher(db, kamailio)
        group.create_task(refresher.work())
        group.create_task(refresher.watch_edge())
        async for notice in listen(settings.dsn(), ["qvoice_doc"]):
            refresher.take(notice)


async def watch_gateways(db: Database, settings: Settings) -> None:
    """Watch the carriers' health, for ever."""
    async with _kamailio(settings) as kamailio:
        watch = GatewayWatch(db, kamailio)
        while True:
            try:
                await watch.look()
            except (EdgeAway, EdgeRefused, DatabaseAway) as away:
                log.get().warning("gateways.unknown", why=str(away))
            await asyncio.sleep(WATCH_SECONDS)


RESIDENT: list[Callable[[Database, Settings], Awaitable[None]]] = [keep_edge_fresh, watch_gateways]
