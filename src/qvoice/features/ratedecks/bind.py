"""Giving an account the deck by which it pays the account above it: chosen for it alone, or by its service plan."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from qvoice.db.notices import notify_document
from qvoice.kit.errors import Invalid

Source = Literal["account", "plan"]


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


async def bind(s: AsyncSession, deck_id: str | None, *, source: Source = "account") -> None:
    """Let the session's account pay by this deck of the account above it; None takes back what `source` gave.

    Raises Invalid when the account above has no such deck.
    """
    account = s.info["scope"].account_id
    if deck_id is None:
        await s.execute(
            text("delete from ratedeck_bindings where account_id = cast(:account as uuid) and source = :source"),
            {"account": account, "source": source},
        )
    else:
        if deck_id not in {deck.id for deck in await decks_above(s)}:
            raise Invalid.field("ratedeck_id", "invalid", "the account above has no such rate deck: see `available`")
        await s.execute(
            text(
                "insert into ratedeck_bindings (account_id, source, ratedeck_id)"
                " values (cast(:account as uuid), :source, cast(:deck as uuid))"
                " on conflict (account_id, source) do update set ratedeck_id = excluded.ratedeck_id"
            ),
            {"account": account, "source": source, "deck": deck_id},
        )
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
    """Return which deck the session's account pays by, and which it could be given."""
    account = s.info["scope"].account_id
    row = (await s.execute(text("select * from ratedeck_of(cast(:id as uuid))"), {"id": account})).first()
    chosen = (await s.execute(text("select ratedeck_id from ratedeck_bindings where source = 'account'"))).scalar()
    return {
        "id": "ratedeck",
        "ratedeck_id": chosen.hex if chosen else None,
        "in_force": {"id": row.deck_id.hex, "name": row.name} if row else None,
    }
