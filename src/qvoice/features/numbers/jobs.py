"""What the worker does for numbers: imports, and numbers whose rest is over."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from qvoice.db import Database, Scope
from qvoice.db.queue import Task
from qvoice.features.numbers import imports, table
from qvoice.kit.settings import Settings


async def end_rests(db: Database, settings: Settings) -> None:
    """Make numbers spare whose rest after release is over."""
    for row in await db.fetch("select * from numbers_rested()"):
        async with db.tx(Scope(row.account_id.hex, row.path)) as s:
            found = await table.one(s, row.number, lock=True)
            if found is not None and found.state == "aging":
                await table.change(s, row.number, action="rested", state="available", rests_until=None)


PERIODIC: list[tuple[float, Callable[[Database, Settings], Awaitable[None]]]] = [(300.0, end_rests)]
TASKS = [Task(imports.IMPORT, imports.run)]
