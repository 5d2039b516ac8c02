"""Giving an account the deck by which it pays the account above it: chosen for it alone, or by its service plan.

**Which holds**: one chosen for the account alone (`POST ratedeck`), else that of its plans, else the provider's
default, else none. What plans say is kept in `ratedeck_bindings` beside it, so a call asks one table.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from qvoice.db.notices import notify_document
from qvoice.kit.errors import Invalid


@dataclass(frozen=True, slots=True)
class DeckAbove:
    """A deck of the account above."""

    id: str
    name: str
    is_default: bool
    size: int


async def decks_above(s: AsyncSession) -> list[DeckAbove]:
    """Return the decks that the session's account could be given."""
    rows = await s.execute(text("select * from ratedecks_above()"))
    return [DeckAbove(row.id.hex, row.name, row.is_default, row.size) for row in rows]


async def bind(s: AsyncSession, deck_id: str | None) -> None:
    """Let the session's account pay by this deck of the account above it, whatever its plan says; None: by the plan's.

    Raises Invalid when the account above has no such deck.
    """
    account = s.info["scope"].account_id
    if deck_id is None:
        await s.execute(
            text("delete from ratedeck_bindings where account_id = cast(:account as uuid) and source = 'account'"),
            {"account": account},
        )
    else:
        if deck_id not in {deck.id for deck in await decks_above(s)}:
            raise Invalid.field("ratedeck_id", "invalid", "the account above has no such rate deck: see `available`")
        await s.execute(
            text(
                "insert into ratedeck_bindings (account_id, source, ratedeck_id)"
                " values (cast(:account as uuid), 'account', cast(:deck as uuid))"
                " on conflict (account_id, source) do update set ratedeck_id = excluded.ratedeck_id"
            ),
            {"account": account, "deck": deck_id},
        )
    await notify_document(s, account_id=account, type="ratedeck", id=account, action="edited", revision=0)


async def hold_decks(s: AsyncSession, seller_id: str, *, reads: bool = False) -> None:
    """Wait until nobody else changes which decks the plans of `seller_id` name; `reads`: only for who changes that.

    Taken before looking: a plan given to an account while the plan's deck changes must not be bound to the old one.
    """
    how = "pg_advisory_xact_lock_shared" if reads else "pg_advisory_xact_lock"
    await s.execute(text(f"select {how}(hashtextextended(:id, 14))"), {"id": f"plan-decks:{seller_id}"})


async def is_sold(s: AsyncSession, deck_id: str) -> bool:
    """Tell whether the session's account sells by a deck (not: what carriers cost)."""
    query = text(
        "select 1 from ratedecks where id = cast(:id as uuid) and deleted is null"
        " and coalesce(doc ->> 'use', 'sale') = 'sale'"
    )
    return (await s.execute(query, {"id": deck_id})).first() is not None


async def bind_plans(s: AsyncSession) -> None:
    """Let the session's account pay by the deck that its plans name, if any; after each change of its plans."""
    account = s.info["scope"].account_id
    query = text("select parent_id from accounts where id = cast(:id as uuid)")
    above = (await s.execute(query, {"id": account})).scalar()
    if above is None:
        return
    await hold_decks(s, above.hex, reads=True)
    changed = await s.execute(text("select * from ratedecks_bound_by_plan(null)"))
    if changed.first() is not None:
        await notify_document(s, account_id=account, type="ratedeck", id=account, action="edited", revision=0)


async def bind_by_plan(s: AsyncSession, plan_id: str) -> None:
    """Let all accounts that have a plan of the session's account pay by what their plans name now."""
    await hold_decks(s, s.info["scope"].account_id)
    changed = await s.execute(text("select * from ratedecks_bound_by_plan(cast(:id as uuid))"), {"id": plan_id})
    for account in [row[0].hex for row in changed]:
        await notify_document(s, account_id=account, type="ratedeck", id=account, action="edited", revision=0)


async def unbind(s: AsyncSession) -> None:
    """Take back every deck that was given to the session's account: those who gave them are not above it any more."""
    account = s.info["scope"].account_id
    await s.execute(text("delete from ratedeck_bindings where account_id = cast(:id as uuid)"), {"id": account})
    await notify_document(s, account_id=account, type="ratedeck", id=account, action="edited", revision=0)


async def pays_by(s: AsyncSession, account_id: str) -> str | None:
    """Return the deck by which an account pays the one above it; None: it does not pay."""
    row = (await s.execute(text("select * from ratedeck_of(cast(:id as uuid))"), {"id": account_id})).first()
    return row.deck_id.hex if row else None


async def shown(s: AsyncSession) -> dict[str, Any]:
    """Return which deck the session's account pays by, who says so (`source`: account, plan or default), and what its
    plans say.
    """
    account = s.info["scope"].account_id
    row = (await s.execute(text("select * from ratedeck_held(cast(:id as uuid))"), {"id": account})).first()
    bound = await s.execute(text("select source, ratedeck_id from ratedeck_bindings"))
    by = {each.source: each.ratedeck_id.hex for each in bound}
    names = {deck.id: deck.name for deck in await decks_above(s)}
    return {
        "id": "ratedeck",
        "ratedeck_id": by.get("account"),
        "plan": {"id": by["plan"], "name": names[by["plan"]]} if by.get("plan") in names else None,
        "in_force": {"id": row.deck_id.hex, "name": row.name, "source": row.source} if row else None,
    }
