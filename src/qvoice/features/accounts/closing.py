"""What happens to running calls when an account is switched off or deleted: they end, but calls for help go on."""

from __future__ import annotations

from typing import Any

from sqlalchemy import text

from qvoice.db import Database, Scope
from qvoice.db.queue import Backoff, Task, defer
from qvoice.features.channels import control
from qvoice.kit import log
from qvoice.kit.errors import Conflict, Invalid, NotFound
from qvoice.kit.settings import Settings

END_CALLS = "accounts.end_calls"


async def end_calls_later(s: Any, account_id: str, path: str) -> None:
    """Put into the transaction that the calls of an account and of all below it end."""
    await defer(s, END_CALLS, account_id=account_id, path=path)


async def end_calls(db: Database, settings: Settings, *, account_id: str, path: str) -> None:
    """Hang up every channel of the account and those below that is not part of an emergency call. Nothing happens when
    the account has been switched on again meanwhile.
    """
    async with db.tx(Scope(account_id, path)) as s:
        below = [
            (row.id.hex, row.path, row.closed)
            for row in await s.execute(
                text(
                    "select id, path::text, exists (select from accounts up where up.path @> a.path"
                    " and (not up.enabled or up.deleted is not null)) as closed from accounts a"
                )
            )
        ]
    for id, place, closed in below:
        if not closed:
            continue
        async with db.tx(Scope(id, place)) as s:
            rows = await s.execute(
                text(
                    "select uuid from channels c where not exists"
                    " (select from emergency_calls e where e.call_id = c.call_id)"
                )
            )
            uuids = [row.uuid for row in rows]
        for uuid in uuids:
            try:
                await control.ask(settings, "hangup", channel=uuid, account=id)
            except (NotFound, Conflict, Invalid) as gone:
                log.get().info("accounts.call_ended_already", account=id, channel=uuid, reason=gone.message)


TASKS = [Task(END_CALLS, end_calls, Backoff(first=2, longest=60, tries=30))]
