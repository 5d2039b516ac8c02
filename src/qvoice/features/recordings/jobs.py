"""The worker's part in recordings: keep what is complete, and send copies where they are wanted.

A worker runs on each media node: the files are on that node's disk.
"""

from __future__ import annotations

import asyncio
from datetime import timedelta

from sqlalchemy import text

from qvoice.db.engine import Database, DatabaseAway, Scope
from qvoice.features.media import blobs
from qvoice.features.media.api import converter
from qvoice.features.media.journal import Journal
from qvoice.features.recordings import upload
from qvoice.features.recordings.store import keep_all
from qvoice.kit import log
from qvoice.kit.clock import utcnow
from qvoice.kit.settings import Settings

_AT_ONCE = 20


async def _keep(db: Database, settings: Settings) -> None:
    journal = Journal(settings.data / "asterisk" / "recordings")
    try:
        kept = await keep_all(db, journal, converter(settings.data))
    except DatabaseAway:
        log.get().warning("recordings.database_away")
        return
    if kept:
        log.get().info("recordings.kept", refs=kept)


async def _send(db: Database, settings: Settings) -> None:
    await send_due(db, allow_private=bool(settings.recordings.private_uploads))


async def send_due(db: Database, *, allow_private: bool) -> int:
    """Send the copies that are due; returns how many arrived."""
    sent = 0
    rows = await db.fetch("select id, account_id, path from recordings_to_send(:most)", {"most": _AT_ONCE})
    for row in rows:
        sent += await _send_one(db, Scope(row.account_id.hex, row.path), row.id.hex, allow_private=allow_private)
    return sent


async def _send_one(db: Database, scope: Scope, recording_id: str, *, allow_private: bool) -> bool:
    async with db.tx(scope) as session:
        # Whoever takes it has a while for it; if he dies, it is due again.
        taken = await session.execute(
            text(
                "update recordings set upload_attempts = upload_attempts + 1,"
                " upload_next = now() + interval '2 minutes'"
                " where id = :id and upload_next <= now() returning blob_id, doc, upload_attempts"
            ),
            {"id": recording_id},
        )
        row = taken.one_or_none()
        if row is None:
            return False
        data = await blobs.read(session, row.blob_id.hex)
    name = f"{recording_id}.{row.doc['media_type']}"
    copy = upload.Copy(row.doc["url"], row.doc["method"], name, row.doc["content_type"], data)
    problem, final = "", False
    try:
        await asyncio.to_thread(upload.send, copy, allow_private=allow_private)
    except upload.NotSent as not_sent:
        problem, final = str(not_sent), not_sent.final
    given_up = bool(problem) and (final or row.upload_attempts >= upload.ATTEMPTS)
    state = "sent" if not problem else "failed" if given_up else "waiting"
    pause = upload.PAUSES[min(row.upload_attempts, len(upload.PAUSES)) - 1]
    async with db.tx(scope) as session:
        await session.execute(
            text(
                "update recordings set upload_state = :state, upload_problem = :problem, upload_next = :next"
                " where id = :id"
            ),
            {
                "id": recording_id,
                "state": state,
                "problem": problem[:300],
                "next": utcnow() + timedelta(seconds=pause) if state == "waiting" else None,
            },
        )
    if problem:
        log.get().warning("recordings.not_sent", recording=recording_id, account=scope.account_id, problem=problem)
    return not problem


PERIODIC = [(1.0, _keep), (2.0, _send)]
