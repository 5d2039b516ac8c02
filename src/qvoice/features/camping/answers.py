"""The flow's wish to be called when an extension is free."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from sqlalchemy import text

from qvoice.core.flow.requests import CampOn
from qvoice.features.callflows.context import Answer, AnswerContext
from qvoice.kit.clock import utcnow
from qvoice.kit.ids import new_id

_KEEP = text(
    "insert into camps (id, account_id, device_id, extension, watched, ring_seconds, tries, every_seconds, next_try,"
    " until) values (:id, :account, :device, :extension, :watched, :ring, :tries, :every, :now, :until)"
    " on conflict (account_id, device_id, extension) do update set watched = excluded.watched,"
    " ring_seconds = excluded.ring_seconds, tries = excluded.tries, every_seconds = excluded.every_seconds,"
    " next_try = excluded.next_try, until = excluded.until"
)


async def keep(context: AnswerContext, request: CampOn) -> None:
    """Remember it."""
    now = utcnow()
    values: dict[str, Any] = {
        "id": new_id(),
        "account": context.scope.account_id,
        "device": request.device_id,
        "extension": request.extension,
        "watched": list(request.watched),
        "ring": request.ring_seconds,
        "tries": request.tries,
        "every": request.every_seconds,
        "now": now,
        "until": now + timedelta(seconds=request.stop_after_seconds),
    }
    async with context.db.tx(context.scope) as s:
        await s.execute(_KEEP, values)


ANSWERS: dict[type, Answer] = {CampOn: keep}
