"""Rate decks as documents of the account that sells by them."""

from __future__ import annotations

from sqlalchemy import Boolean, Column, Text, text
from sqlalchemy.ext.asyncio import AsyncSession

from qvoice.db.metadata import HexId
from qvoice.features.documents.resource import Change, Doc, Document, Hooks, Resource, Taken
from qvoice.features.ratedecks.bind import hold_decks
from qvoice.features.ratedecks.schemas import RateDeck
from qvoice.kit.errors import Conflict, Invalid

SHOWN = ("id", "name", "description", "is_default", "use")
"""Keys of a row in lists."""


class DeckInUse(Conflict):
    """Accounts pay by this rate deck: give them another one first."""

    code = "ratedeck_in_use"


async def _trunks(change: Change) -> str:
    """Return the names of trunks whose cost deck it is."""
    query = text(
        "select name from resources where cost_ratedeck_id = cast(:id as uuid) and deleted is null"
        " order by name limit 3"
    )
    return ", ".join(row.name for row in await change.session.execute(query, {"id": change.id}))


async def _before_write(change: Change) -> None:
    """A deck of costs is nobody's price, and the other way round."""
    cost = change.new.get("use") == "cost"
    if cost and change.new.get("is_default"):
        raise Invalid.field("is_default", "invalid", "a deck of what carriers cost is no price for accounts below")
    if change.old is None or cost == (change.old.get("use") == "cost"):
        return
    users = (
        await change.session.execute(text("select name from ratedeck_payers(cast(:id as uuid))"), {"id": change.id})
    ).first()
    if cost and users:
        raise Invalid.field("use", "invalid", f"accounts pay by this rate deck ({users.name}): give them another first")
    plans = await _plans(change) if cost else ""
    if plans:
        raise Invalid.field("use", "invalid", f"service plans name this rate deck ({plans}): give them another first")
    trunks = "" if cost else await _trunks(change)
    if trunks:
        raise Invalid.field("use", "invalid", f"it is the cost deck of trunks ({trunks}): give them another first")


async def _plans(change: Change) -> str:
    """Return the names of plans that name it; none of them is changed meanwhile."""
    await hold_decks(change.session, change.session.info["scope"].account_id)
    rows = await change.session.execute(text("select * from ratedeck_plans(cast(:id as uuid))"), {"id": change.id})
    return ", ".join(row.name for row in rows.all()[:3])


async def _before_delete(change: Change) -> None:
    plans = await _plans(change)
    if plans:
        raise DeckInUse(f"service plans name it ({plans}): give them another")
    trunks = await _trunks(change)
    if trunks:
        raise DeckInUse(f"it is the cost deck of trunks ({trunks}): give them another")
    rows = (
        await change.session.execute(
            text("select name from ratedeck_payers(cast(:id as uuid)) limit 3"), {"id": change.id}
        )
    ).all()
    if rows:
        raise DeckInUse(f"accounts pay by this rate deck ({', '.join(row.name for row in rows)}): give them another")


async def _present(s: AsyncSession, document: Document, shown: Doc, actor: object) -> Doc:
    row = (
        await s.execute(
            text(
                "select v.size, v.created from ratedecks d join ratedeck_versions v on v.id = d.version_id"
                " where d.id = cast(:id as uuid)"
            ),
            {"id": document.id},
        )
    ).first()
    return {**shown, "rates": row.size if row else 0}


RESOURCE = Resource(
    type="ratedecks",
    model=RateDeck,
    summary=lambda whole: {key: whole[key] for key in SHOWN if key in whole},
    columns={"name": lambda doc: doc["name"], "is_default": lambda doc: bool(doc.get("is_default"))},
    table_columns=(
        Column("name", Text, nullable=False),
        Column("is_default", Boolean, nullable=False),
        Column("version_id", HexId),
    ),
    constraints={
        "ratedecks_name": Taken("name", "unique", "another rate deck has this name: choose another"),
        "ratedecks_default": Taken("is_default", "unique", "another rate deck is the default: change that one first"),
    },
    hooks=Hooks(before_write=_before_write, before_delete=_before_delete, present=_present),
    own=None,
    singular="rate deck",
)
