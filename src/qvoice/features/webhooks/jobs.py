"""What the worker does for webhooks: takes deliveries up as they are written, sends them, forgets old ones."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

from qvoice.db import Database
from qvoice.db.listen import listen
from qvoice.features.webhooks.deliver import TASK, take_up
from qvoice.kit.settings import Settings

KEPT_DAYS = 30
POLL_SECONDS = 10.0


async def take_up_deliveries(db: Database, settings: Settings) -> None:
    """Take deliveries up when the database tells of one, and every few seconds anyway: a notice may be lost."""

    async def poll() -> None:
        while True:
            await asyncio.sleep(POLL_SECONDS)
            await take_up(db)

    async with asyncio.TaskGroup() as group:
        group.create_task(poll())
        async for _ in listen(settings.dsn(), ["qvoice_webhook"]):
            while await take_up(db):
                pass


async def forget(db: Database, settings: Settings) -> None:
    """Remove deliveries and attempts of long ago."""
    await db.fetch("select webhooks_forget(:days)", {"days": KEPT_DAYS})


RESIDENT: list[Callable[[Database, Settings], Awaitable[None]]] = [take_up_deliveries]
PERIODIC: list[tuple[float, Callable[[Database, Settings], Awaitable[None]]]] = [(3600.0, forget)]
TASKS = [TASK]
