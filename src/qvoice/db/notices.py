"""Sending notices: `qvoice_doc` for changed documents, `qvoice_event` for live events. They go out when the
transaction commits.
"""

from __future__ import annotations

from typing import Any

import msgspec
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

DOC_CHANNEL = "qvoice_doc"
EVENT_CHANNEL = "qvoice_event"
MAX_BYTES = 7_900
"""PostgreSQL refuses payloads of 8,000 bytes and more."""

_NOTIFY = text("select pg_notify(:channel, :payload)")


async def notify_document(
    session: AsyncSession, *, account_id: str, type: str, id: str, action: str, revision: int
) -> None:
    """Tell every process that a document changed; `action` is `created`, `edited` or `deleted`."""
    payload = {"account": account_id, "type": type, "id": id, "action": action, "rev": revision}
    await session.execute(_NOTIFY, {"channel": DOC_CHANNEL, "payload": msgspec.json.encode(payload).decode()})


async def notify_event(session: AsyncSession, *, account_id: str, name: str, data: dict[str, Any]) -> None:
    """Send a live event to the account's listeners; raises ValueError above 7,900 bytes."""
    payload = msgspec.json.encode({"account": account_id, "name": name, "data": data})
    if len(payload) > MAX_BYTES:
        raise ValueError(f"event {name} has {len(payload)} bytes, {MAX_BYTES} are allowed")
    await session.execute(_NOTIFY, {"channel": EVENT_CHANNEL, "payload": payload.decode()})
