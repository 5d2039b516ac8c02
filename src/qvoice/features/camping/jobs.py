"""The worker rings whoever waits for an extension that has become free, and connects him if he answers."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import text

from qvoice.db.engine import Database, Scope
from qvoice.db.queue import Backoff, Task, defer
from qvoice.features.channels import control
from qvoice.kit import log
from qvoice.kit.clock import utcnow
from qvoice.kit.errors import Conflict, Invalid, NotFound, Unavailable
from qvoice.kit.settings import Settings

CALL = "camping.call"
LOOK_SECONDS = 2.0
"""How soon after the end of a call the one who waits is rung, at the latest."""

_TAKE = text(
    "update camps set tries = tries - 1, next_try = :next"
    " where id = :id and tries > 0 and next_try <= :now returning id"
)


async def look(db: Database, settings: Settings) -> None:
    """Put a job into the queue for each wish whose extension, and whose own phone, is free; forget what is too old."""
    now = utcnow()
    for row in await db.fetch("select * from camps_due(:now)", {"now": now}):
        scope = Scope(row.account_id.hex, row.path)
        async with db.tx(scope) as s:
            if row.until <= now or row.tries <= 0:
                await s.execute(text("delete from camps where id = :id"), {"id": row.id})
                continue
            pause = timedelta(seconds=row.ring_seconds + row.every_seconds)
            taken = await s.execute(_TAKE, {"id": row.id, "now": now, "next": now + pause})
            if taken.one_or_none() is not None:
                await defer(
                    s, CALL, lock=f"camp-{row.id}", account_id=scope.account_id, path=scope.path, camp_id=row.id.hex
                )


async def call(db: Database, settings: Settings, *, account_id: str, path: str, camp_id: str) -> None:
    """Ring him; when he answers he is connected, and the wish is fulfilled."""
    scope = Scope(account_id, path)
    async with db.tx(scope) as s:
        found = await s.execute(text("select * from camps where id = :id"), {"id": camp_id})
        camp = found.one_or_none()
    if camp is None:
        return
    try:
        answer = await control.ask(
            settings,
            "quickcall",
            within=camp.ring_seconds + 10,
            account=account_id,
            device=camp.device_id.hex,
            number=camp.extension,
            timeout=camp.ring_seconds,
            shown=camp.extension,
            wait=True,
        )
    except (NotFound, Invalid) as gone:
        log.get().info("camping.given_up", account=account_id, extension=camp.extension, why=str(gone))
        answer = {"answered": True}
    except (Conflict, Unavailable) as problem:
        log.get().info("camping.not_now", account=account_id, extension=camp.extension, why=str(problem))
        return
    if answer.get("answered"):
        async with db.tx(scope) as s:
            await s.execute(text("delete from camps where id = :id"), {"id": camp_id})


PERIODIC = [(LOOK_SECONDS, look)]
TASKS = [Task(CALL, call, Backoff(tries=1))]
