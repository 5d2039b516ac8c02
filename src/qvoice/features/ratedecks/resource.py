"""Rate decks as documents of the account that sells by them."""

from __future__ import annotations

from sqlalchemy import Boolean, Column, Text, text
from sqlalchemy.ext.asyncio import AsyncSession

from qvoice.db.metadata import HexId
from qvoice.features.documents.resource import Change, Doc, Document, Hooks, Resource, Taken
from qvoice.features.ratedecks.schemas import RateDeck
from qvoice.kit.errors import Conflict


class DeckInUse(Conflict):
    """Accounts pay by this rate deck: give them another one first."""

    code = "ratedeck_in_use"


async def _before_delete(change: Change) -> None:
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
    summary=lambda whole: {key: whole[key] for key in ("id", "name", "description", "is_default") if key in whole},
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
    hooks=Hooks(before_delete=_before_delete, present=_present),
    own=None,
    singular="rate deck",
)
