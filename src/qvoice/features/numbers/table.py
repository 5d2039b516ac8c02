"""The table of numbers and the queries on it. A number belongs to one account; the accounts above see it too."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import msgspec
from sqlalchemy import Boolean, Column, DateTime, Integer, Table, Text, delete, func, select, text, update
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.ext.asyncio import AsyncSession

from qvoice.db import Scope
from qvoice.db.engine import enter
from qvoice.db.metadata import METADATA, HexId
from qvoice.db.notices import notify_document, notify_event
from qvoice.features import documents
from qvoice.features.documents import watching

TYPE = "phone_numbers"
TABLE = Table(
    TYPE,
    METADATA,
    Column("number", Text, primary_key=True),
    Column("account_id", HexId),
    Column("state", Text),
    Column("used_by", Text),
    Column("used_by_id", HexId),
    Column("force_outbound", Boolean),
    Column("doc", JSONB),
    Column("revision", Integer),
    Column("created", DateTime(timezone=True)),
    Column("modified", DateTime(timezone=True)),
    Column("rests_until", DateTime(timezone=True)),
    Column("port_out_locked", Boolean),
)


async def one(s: AsyncSession, number: str, *, lock: bool = False) -> Any | None:
    """Return the row of a number in the session's part of the tree, or None."""
    query = select(TABLE).where(TABLE.c.number == number)
    return (await s.execute(query.with_for_update() if lock else query)).first()


async def of_account(s: AsyncSession, account_id: str, *, after: str | None, limit: int) -> Sequence[Any]:
    """Return rows of one account in order of number, from `after` (inclusive)."""
    query = select(TABLE).where(TABLE.c.account_id == account_id).order_by(TABLE.c.number).limit(limit)
    return (await s.execute(query.where(TABLE.c.number >= after) if after else query)).all()


async def insert_new(
    s: AsyncSession, number: str, *, account_id: str, state: str, doc: Mapping[str, Any], port_out_locked: bool = True
) -> Any | None:
    """Insert a number; returns None when the platform has it already (whoever owns it). It comes locked: a customer who
    wants to leave takes the lock off in a moment, one whose number was stolen gets it back in weeks, if at all.
    """
    from sqlalchemy.dialects.postgresql import insert as upsert

    await watching.before_write(s, account_id, TYPE)
    row = (
        await s.execute(
            upsert(TABLE)
            .values(
                number=number, account_id=account_id, state=state, doc=dict(doc), revision=1,
                force_outbound=doc.get("force_outbound") is True, created=func.now(), modified=func.now(),
                port_out_locked=port_out_locked,
            )
            .on_conflict_do_nothing()
            .returning(*TABLE.c)
        )
    ).first()  # fmt: skip
    if row is not None:
        await _tell(s, row, "created")
        await remember(s, number, account_id, "created", states=(None, state))
    return row


async def change(
    s: AsyncSession, number: str, *, action: str = "edited", detail: Mapping[str, Any] | None = None, **values: Any
) -> Any:
    """Change a number's columns, tell everybody and write it into its history; `action` says what was done, `detail`
    what else is to be known of it.
    """
    before = await one(s, number)
    if before is not None and values.get("account_id", before.account_id) != before.account_id:
        await _leave_flow(s, before)
    for account_id in {before.account_id: 1, values.get("account_id", before.account_id): 1} if before else ():
        await watching.before_write(s, account_id, TYPE)
    row = (
        await s.execute(
            update(TABLE)
            .where(TABLE.c.number == number)
            .values(**values, revision=TABLE.c.revision + 1, modified=func.now())
            .returning(*TABLE.c)
        )
    ).one()
    await _tell(s, row, "edited")
    moved = before is not None and before.account_id != row.account_id
    was = before.doc if before is not None else {}
    await remember(
        s,
        number,
        row.account_id,
        action,
        from_account_id=before.account_id if before is not None and moved else None,
        states=(before.state if before is not None else None, row.state),
        detail={**({"changed": changed} if (changed := _changed(was, row.doc)) else {}), **(detail or {})},
    )
    if before is not None and moved:
        await notify_document(
            s, account_id=before.account_id, type="phone_numbers", id=number, action="deleted", revision=row.revision
        )
    return row


def _changed(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[str]:
    return sorted(key for key in before.keys() | after.keys() if before.get(key) != after.get(key))


async def remove(
    s: AsyncSession, number: str, *, action: str = "deleted", state: str = "deleted",
    detail: Mapping[str, Any] | None = None,
) -> None:  # fmt: skip
    """Take a number off the platform; its history, which stays, says why (`action`, `state`)."""
    before = await one(s, number)
    if before is not None:
        await _leave_flow(s, before)
        await watching.before_write(s, before.account_id, TYPE)
    row = (await s.execute(delete(TABLE).where(TABLE.c.number == number).returning(*TABLE.c))).one()
    await _tell(s, row, "deleted")
    await remember(s, number, row.account_id, action, states=(row.state, state), detail=detail)


async def history(s: AsyncSession, number: str, *, limit: int = 500) -> Sequence[Any]:
    """Return what happened to a number, newest first, as far as the session's part of the tree may see it. Where it
    came from is told only when that account may be seen too.
    """
    return (
        await s.execute(
            text(
                "select h.id, h.at, h.action, h.account_id, h.from_state, h.to_state, h.detail, h.actor_id,"
                " h.actor_account_id, (select a.id from accounts a where a.id = h.from_account_id) as from_account_id"
                " from phone_number_history h where h.number = :number order by h.id desc limit :limit"
            ),
            {"number": number, "limit": limit},
        )
    ).all()


async def bind_to_callflow(s: AsyncSession, *, callflow_id: str, numbers: Sequence[str]) -> None:
    """Make `used_by` of the session's account's numbers follow a callflow's `numbers`."""
    account_id = s.info["scope"].account_id
    mine = (TABLE.c.account_id == account_id) & (TABLE.c.used_by_id == callflow_id)
    await s.execute(
        update(TABLE).where(mine, TABLE.c.number.not_in(numbers or [""])).values(used_by=None, used_by_id=None)
    )
    if any(number.startswith("+") for number in numbers):
        await s.execute(
            update(TABLE)
            .where(TABLE.c.account_id == account_id, TABLE.c.number.in_(numbers))
            .values(used_by="callflow", used_by_id=callflow_id)
        )


async def _leave_flow(s: AsyncSession, row: Any) -> None:
    """Take a number that leaves its account out of the callflow that lists it: phones of that account would go on
    reaching the flow, and whoever has the number next would not.
    """
    if row.used_by_id is None:
        return
    own: Scope = s.info["scope"]
    path = await s.scalar(text("select path from account_scope(cast(:id as uuid))"), {"id": row.account_id})
    if path is None:
        return
    await enter(s, Scope(row.account_id, str(path), own.actor_id, own.actor_account_id))
    flow = await documents.get(s, "callflows", row.used_by_id, lock=True)
    if flow is not None:
        left = [number for number in flow.doc.get("numbers", []) if number != row.number]
        # A flow is found by a number: one that has lost its last keeps a word that nobody can dial.
        keeps = left or flow.doc.get("patterns")
        await documents.merge(s, "callflows", flow.id, {"numbers": left if keeps else [f"unused-{flow.id[:8]}"]})
    await enter(s, own)


async def _tell(s: AsyncSession, row: Any, action: str) -> None:
    await notify_document(
        s, account_id=row.account_id, type="phone_numbers", id=row.number, action=action, revision=row.revision
    )


async def remember(
    s: AsyncSession,
    number: str,
    account_id: str,
    action: str,
    *,
    from_account_id: str | None = None,
    states: tuple[str | None, str | None] = (None, None),
    detail: Mapping[str, Any] | None = None,
) -> None:
    """Write a line into a number's history, and tell of it."""
    scope: Scope = s.info["scope"]
    await s.execute(
        text(
            "insert into phone_number_history (number, account_id, action, from_account_id, actor_account_id, actor_id,"
            " from_state, to_state, detail) values (:number, cast(:account as uuid), :action, cast(:before as uuid),"
            " cast(:actor_account as uuid), cast(:actor as uuid), :from_state, :to_state, cast(:detail as jsonb))"
        ),
        {
            "number": number,
            "account": account_id,
            "action": action,
            "before": from_account_id,
            "actor_account": scope.actor_account_id,
            "actor": scope.actor_id,
            "from_state": states[0],
            "to_state": states[1],
            "detail": msgspec.json.encode(dict(detail or {})).decode(),
        },
    )
    told = {"number": number, "action": action, "from_state": states[0], "state": states[1]}
    await notify_event(s, account_id=account_id, name="number", data=told)
