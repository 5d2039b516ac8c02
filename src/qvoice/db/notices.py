"""Sending notices: `qvoice_doc` for changed documents, `qvoice_event` for live events. They go out when the
transaction commits.
"""

from __future__ import annotations

from typing import Any

import msgspec
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from qvoice.kit.ids import new_id

DOC_CHANNEL = "qvoice_doc"
EVENT_CHANNEL = "qvoice_event"
MAX_BYTES = 7_900
"""PostgreSQL refuses payloads of 8,000 bytes and more."""

# Whoever wants a webhook of it has it written down in the same transaction (migration `webhooks`).
_NOTIFY = text("select pg_notify(:channel, :payload), webhook_note(cast(:noted as jsonb))")
_NOTIFY_MANY = text(
    "with told as materialized (select count(pg_notify(:channel, p)) from unnest(cast(:payloads as text[])) p)"
    " select (select * from told), webhook_note(cast(:noted as jsonb))"
)
_QUIET = frozenset({"gateway_state", "webhooks"})
"""What webhooks do not tell: notices between our own processes, and changes of webhooks (one that is switched off would
tell so)."""


def mark_of(session: AsyncSession) -> str | None:
    """Return the mark of the session's notices, None when it has sent none: who has heard it knows of all changes."""
    return session.info.get("mark")


def _mark(session: AsyncSession) -> str:
    return session.info.setdefault("mark", new_id()[:16])


async def notify_document(
    session: AsyncSession, *, account_id: str, type: str, id: str, action: str, revision: int
) -> None:
    """Tell every process that a document changed; `action` is `created`, `edited` or `deleted`."""
    payload = {"account": account_id, "type": type, "id": id, "action": action, "rev": revision}
    payload["mark"] = _mark(session)
    told = {"action": f"doc_{action}", "type": type, "id": id, "revision": revision}
    noted = [] if type in _QUIET else [{"account": account_id, "name": "object", "data": told}]
    await session.execute(
        _NOTIFY,
        {
            "channel": DOC_CHANNEL,
            "payload": msgspec.json.encode(payload).decode(),
            "noted": msgspec.json.encode(noted).decode(),
        },
    )


async def notify_created(session: AsyncSession, *, account_id: str, type: str, ids: list[str]) -> None:
    """Tell of many new documents of an account in one statement; every process hears of each."""
    common = {"account": account_id, "type": type, "action": "created", "rev": 1, "mark": _mark(session)}
    payloads = [common | {"id": id} for id in ids]
    told = [{"action": "doc_created", "type": type, "id": id, "revision": 1} for id in ids]
    noted = [] if type in _QUIET else [{"account": account_id, "name": "object", "data": data} for data in told]
    await session.execute(
        _NOTIFY_MANY,
        {
            "channel": DOC_CHANNEL,
            "payloads": [msgspec.json.encode(payload).decode() for payload in payloads],
            "noted": msgspec.json.encode(noted).decode(),
        },
    )


async def notify_event(session: AsyncSession, *, account_id: str, name: str, data: dict[str, Any]) -> None:
    """Send a live event to the account's listeners; raises ValueError above 7,900 bytes."""
    payload = msgspec.json.encode({"account": account_id, "name": name, "data": data})
    if len(payload) > MAX_BYTES:
        raise ValueError(f"event {name} has {len(payload)} bytes, {MAX_BYTES} are allowed")
    noted = msgspec.json.encode([{"account": account_id, "name": name, "data": data}]).decode()
    await session.execute(_NOTIFY, {"channel": EVENT_CHANNEL, "payload": payload.decode(), "noted": noted})
