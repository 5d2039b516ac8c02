"""Periodic work on voicemail: deleted messages are purged after 93 days, and boxes that set `retention_days` are kept
to it.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from qvoice.db.engine import Database, Scope
from qvoice.db.queue import Backoff, Task
from qvoice.features.documents import store
from qvoice.features.vmboxes import messages
from qvoice.features.vmboxes.mail_message import AFTER, after_mail
from qvoice.kit import log
from qvoice.kit.clock import utcnow
from qvoice.kit.settings import Settings

KEEP_DELETED = timedelta(days=93)
_AT_ONCE = 200


async def purge(db: Database, *, now: datetime) -> int:
    """Purge what is due in every account; return how many messages went. Each batch is its own transaction."""
    gone = 0
    for account in await db.fetch(
        "select account_id, path from voicemail_due(:before)", {"before": now - KEEP_DELETED}
    ):
        scope = Scope(account.account_id.hex, account.path)
        async with db.tx(scope) as session:
            await _retire(session, now=now)
        while True:
            async with db.tx(scope) as session:
                batch = await _purge_batch(session, before=now - KEEP_DELETED)
            gone += batch
            if batch < _AT_ONCE:
                break
    if gone:
        log.get().info("voicemail.purged", messages=gone)
    return gone


async def _retire(session: AsyncSession, *, now: datetime) -> None:
    """Delete messages older than their box keeps them."""
    for box in await store.find(session, "vmboxes"):
        days = box.doc.get("retention_days")
        if not isinstance(days, int) or isinstance(days, bool) or days <= 0:
            continue
        old = await messages.listing(session, box.id, received_to=now - timedelta(days=days))
        if old:
            await messages.move(session, box.id, [message.id for message in old], "deleted")


async def _purge_batch(session: AsyncSession, *, before: datetime) -> int:
    rows = (
        await session.execute(
            text(
                "delete from voicemail_messages where id in (select id from voicemail_messages where folder = 'deleted'"
                " and moved < :before order by moved limit :most for update skip locked) returning blob_id"
            ),
            {"before": before, "most": _AT_ONCE},
        )
    ).all()
    if rows:
        await session.execute(
            text("delete from blobs where id = any(cast(:ids as uuid[]))"), {"ids": [row.blob_id.hex for row in rows]}
        )
    return len(rows)


async def _purge(db: Database, settings: Settings) -> None:
    await purge(db, now=utcnow())


PERIODIC = [(3600.0, _purge)]
TASKS = [Task(AFTER, after_mail, Backoff(first=5, longest=1800, tries=80))]
