"""Writing calls: one statement for a batch of detail records, live channels, journal states and events of many tenants.

The definer function `calls_write` does it in one transaction; repeating a batch changes nothing, so it may be written
again after
a doubt. Reading back (adoption after a restart) goes through definer functions too.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import msgspec
from sqlalchemy import text

from qvoice.db.engine import SYSTEM, Database

# The events' webhooks are written down together with what they tell of.
_WRITE = text(
    "select calls_write(b.batch), webhook_note(coalesce(b.batch -> 'events', '[]'))"
    " from (select cast(:batch as jsonb) as batch) b"
)
_FORGET = text("select calls_forget(:node, cast(:keep as text[]))")

LISTS = ("cdrs", "channels", "channels_gone", "calls", "calls_gone", "charges", "events", "presence")


@dataclass(slots=True)
class Batch:
    """What is to be written. Rows as `calls_write` (migrations 0003, 0005) reads them; `events`: {account, name, data};
    `presence`: {account_id, presence_id, source, state, number, name, call_id}; `charges`: features.charging.charge.
    """

    node: str
    cdrs: list[dict[str, Any]] = field(default_factory=list)
    channels: list[dict[str, Any]] = field(default_factory=list)
    channels_gone: list[str] = field(default_factory=list)
    calls: list[dict[str, Any]] = field(default_factory=list)
    calls_gone: list[str] = field(default_factory=list)
    charges: list[dict[str, Any]] = field(default_factory=list)
    events: list[dict[str, Any]] = field(default_factory=list)
    presence: list[dict[str, Any]] = field(default_factory=list)

    def __bool__(self) -> bool:
        return any(getattr(self, name) for name in LISTS)

    def encode(self) -> bytes:
        """Return the batch as one line of JSON."""
        return msgspec.json.encode(self)

    def pieces(self) -> list[bytes]:
        """Return the batch as many, one item each: for finding the one that the database refuses."""
        found = []
        for name in LISTS:
            for item in getattr(self, name):
                single = Batch(self.node)
                getattr(single, name).append(item)
                found.append(single.encode())
        return found


async def write(db: Database, batch: bytes) -> None:
    """Write an encoded batch; raises DatabaseAway, or the database's error when it refuses a row."""
    await db.call(_WRITE, {"batch": batch.decode()})


async def of_node(db: Database, node: str) -> dict[str, dict[str, Any]]:
    """Return {call id: journal state} of a media node."""
    return {row.call_id: row.state for row in await db.fetch("select * from calls_of_node(:node)", {"node": node})}


async def forget(db: Database, node: str, keep: list[str]) -> None:
    """Remove journal and channel rows of a node but those of the calls `keep`."""
    async with db.tx(SYSTEM) as session:
        await session.execute(_FORGET, {"node": node, "keep": keep})
