"""What the presence process reads and writes: across tenants, by definer functions only (migrations 0005, 0013)."""

from __future__ import annotations

import uuid
from typing import Any

import msgspec
from sqlalchemy import text

from qvoice.db.engine import SYSTEM, Database, Scope
from qvoice.features.edge.registrations import registered_device_ids


async def legs(db: Database) -> list[dict[str, Any]]:
    """Return every live leg, as `qvoice_presence` tells legs."""
    return [row.leg for row in await db.fetch("select presence_legs() as leg")]


async def states(db: Database) -> list[dict[str, Any]]:
    """Return every state that a feature set, as `qvoice_presence` tells states."""
    return [
        {"account": row.account_id.hex, "id": row.presence_id, "source": row.source, "state": row.state,
         "number": row.number, "name": row.name}
        for row in await db.fetch("select * from presence_set()")
    ]  # fmt: skip


async def directory(db: Database, account_id: uuid.UUID) -> dict[str, Any]:
    """Return whom an account's presence ids name (core.presence.directory.read)."""
    rows = await db.fetch("select presence_directory(:account) as names", {"account": account_id})
    return rows[0].names or {}


async def registered(db: Database, account_id: str) -> frozenset[str]:
    """Return the ids of an account's devices that are registered."""
    async with db.tx(Scope(account_id, "")) as s:
        return await registered_device_ids(s)


async def kept(db: Database) -> list[dict[str, Any]]:
    """Return the subscriptions that were written down and have not expired."""
    async with db.tx(SYSTEM) as s:
        rows = (await s.execute(text("select * from presence_subscriptions_read()"))).all()
    return [row.doc for row in rows]


async def keep(db: Database, rows: list[dict[str, Any]], gone: list[str]) -> None:
    """Write subscriptions down, and forget those that are gone; raises DatabaseAway."""
    batch = msgspec.json.encode({"kept": rows, "gone": gone}).decode()
    async with db.tx(SYSTEM) as s:
        await s.execute(text("select presence_subscriptions_write(cast(:batch as jsonb))"), {"batch": batch})
