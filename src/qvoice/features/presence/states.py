"""States that features set for a presence id: parking slots, feature keys, manual_presence, anything but calls.

Live calls need nobody to set anything: lamps of users, devices and extensions follow the table `channels`. What is set
here is shown beside that; the most interesting state wins (confirmed, early, terminated).
"""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from qvoice.kit.errors import Invalid
from qvoice.kit.text import clean_line

STATES = ("terminated", "early", "confirmed")
MAX_ID = 64


@dataclass(frozen=True, slots=True)
class Set:
    """One state that a feature set: `source` names the feature; `number` and `name` the other party, if any."""

    presence_id: str
    source: str
    state: str
    number: str = ""
    name: str = ""


async def put(s: AsyncSession, wanted: Set) -> None:
    """Set (or, by `terminated`, take back) a state of the transaction's account; watchers are told after the commit.

    Raises Invalid for a state that is none, or an empty or overlong presence id.
    """
    presence_id = presence_key(wanted.presence_id)
    if wanted.state not in STATES:
        raise Invalid.field("state", "enum", f"must be one of {', '.join(STATES)}")
    key = {"id": presence_id, "source": wanted.source}
    if wanted.state == "terminated":
        await s.execute(text("delete from presence_states where presence_id = :id and source = :source"), key)
        return
    await s.execute(
        text(
            "insert into presence_states (account_id, presence_id, source, state, number, name)"
            " values (nullif(current_setting('qvoice.account', true), '')::uuid, :id, :source, :state, :number, :name)"
            " on conflict (account_id, presence_id, source) do update set state = excluded.state,"
            " number = excluded.number, name = excluded.name, node = null, call_id = null, changed = now()"
        ),
        {**key, "state": wanted.state, "number": clean_line(wanted.number, 128), "name": clean_line(wanted.name, 128)},
    )


async def of_account(s: AsyncSession, presence_id: str | None = None) -> list[Set]:
    """Return what is set in the transaction's account, of one presence id when it is given."""
    rows = await s.execute(
        text(
            "select presence_id, source, state, number, name from presence_states"
            " where cast(:id as text) is null or presence_id = :id order by presence_id, source"
        ),
        {"id": None if presence_id is None else presence_key(presence_id)},
    )
    return [Set(row.presence_id, row.source, row.state, row.number, row.name) for row in rows]


async def reset(s: AsyncSession, presence_id: str) -> None:
    """Take back everything that is set for a presence id, whoever set it."""
    await s.execute(text("delete from presence_states where presence_id = :id"), {"id": presence_key(presence_id)})


def presence_key(presence_id: str) -> str:
    """Return a presence id as it is kept: the user part that phones subscribe to, in lower case. Raises Invalid."""
    key = presence_id.partition("@")[0].strip().lower()
    if not key or len(key) > MAX_ID or not key.isprintable():
        raise Invalid.field("presence_id", "pattern", f"must have 1 to {MAX_ID} characters, such as 1001 or *3101")
    return key
