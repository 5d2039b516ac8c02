"""Locking and unlocking an account, each with its reason in a log that nobody can change."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import msgspec
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from qvoice.core.limits.settings import LOCK_ALL, LOCK_FOREIGN, LOCK_GONE, LOCK_OUTGOING, LOCK_PORTAL
from qvoice.db.notices import notify_document, notify_event
from qvoice.features import documents
from qvoice.features.notices.send import notify
from qvoice.kit.clock import to_gregorian

MEANINGS = {
    LOCK_FOREIGN: "calls abroad and to premium numbers are stopped",
    LOCK_OUTGOING: "all calls out are stopped",
    LOCK_ALL: "all calls out and in are stopped",
    LOCK_PORTAL: "all calls are stopped, and nobody of the account can log in",
    LOCK_GONE: "the account is closed: nothing works, and callers are told that the number has changed",
}


async def lock(
    s: AsyncSession,
    level: int,
    reason: str,
    *,
    source: str,
    now: datetime,
    ends_calls: bool = True,
    facts: dict[str, Any] | None = None,
) -> bool:
    """Lock the session's account (never less than it is); its administrators get a mail. False: it was so already.

    `source`: the guard that did it (`velocity`), or `manual`. `ends_calls`: calls that run to destinations the level
    closes, and that cost, are ended too; emergency calls never.
    """
    done = await s.execute(
        text(
            "insert into account_locks as l (account_id, level, reason, source, at, ends_calls)"
            " values (cast(:account as uuid), :level, :reason, :source, :now, :ends) on conflict (account_id) do update"
            " set level = excluded.level, reason = excluded.reason, source = excluded.source, at = excluded.at,"
            " ends_calls = excluded.ends_calls"
            " where l.level < excluded.level or (excluded.source = 'manual' and (l.level, l.ends_calls) is distinct"
            " from (excluded.level, excluded.ends_calls))"
            " returning level"
        ),
        {
            "account": s.info["scope"].account_id,
            "level": level,
            "reason": reason,
            "source": source,
            "now": now,
            "ends": ends_calls,
        },
    )
    if done.first() is None:
        return False
    await _note(s, "locked", reason, {"level": level, "source": source, "ends_calls": ends_calls, **(facts or {})})
    admins = await documents.find(s, "users", priv_level="admin")
    to = [admin.id for admin in admins if admin.doc.get("email")]
    await notify(s, "account_locked", to, {"comments": reason, "name": MEANINGS[level]}, now=now)
    return True


async def unlock(s: AsyncSession, reason: str) -> bool:
    """Undo a lock at once; False when there was none."""
    done = await s.execute(text("delete from account_locks returning level"))
    row = done.first()
    if row is None:
        return False
    said = {} if reason else {"reason_code": "unlocked"}
    await _note(s, "unlocked", reason or "unlocked by an administrator", {"level": row.level, **said})
    return True


async def _note(s: AsyncSession, kind: str, reason: str, facts: dict[str, Any]) -> None:
    scope = s.info["scope"]
    await s.execute(
        text(
            "insert into fraud_events (account_id, kind, reason, actor_id, actor_account_id, facts) values"
            " (cast(:account as uuid), :kind, :reason, cast(:actor as uuid), cast(:home as uuid),"
            " cast(:facts as jsonb))"
        ),
        {
            "account": scope.account_id,
            "kind": kind,
            "reason": reason,
            "actor": scope.actor_id,
            "home": scope.actor_account_id,
            "facts": msgspec.json.encode(facts).decode(),
        },
    )
    await notify_document(
        s, account_id=scope.account_id, type="locks", id=scope.account_id, action="edited", revision=0
    )
    await notify_event(s, account_id=scope.account_id, name=f"account_{kind}", data={"reason": reason, **facts})


async def current(s: AsyncSession) -> dict[str, Any]:
    """Return the lock of the session's account; level 0: none."""
    row = (await s.execute(text("select level, reason, source, at, ends_calls from account_locks"))).first()
    if row is None:
        return {"level": 0, "reason": ""}
    return {
        "level": row.level,
        "meaning": MEANINGS.get(row.level, ""),
        "reason": row.reason,
        "source": row.source,
        "ends_calls": row.ends_calls,
        "at": to_gregorian(row.at),
    }


async def log_of(s: AsyncSession) -> list[dict[str, Any]]:
    """Return the last 200 events, newest first."""
    rows = await s.execute(text("select * from fraud_events order by at desc, id limit 200"))
    return [
        {
            "id": row.id.hex,
            "kind": row.kind,
            "reason": row.reason,
            "timestamp": to_gregorian(row.at),
            "actor_id": row.actor_id.hex if row.actor_id else None,
            "actor_account_id": row.actor_account_id.hex if row.actor_account_id else None,
            **row.facts,
        }
        for row in rows
    ]
