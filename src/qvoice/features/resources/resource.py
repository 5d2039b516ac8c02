"""Trunks as documents of the REST dialect: an account's own under `accounts/A/resources`."""

from __future__ import annotations

from sqlalchemy import Boolean, Column, Text

from qvoice.db.metadata import HexId
from qvoice.features.documents import get
from qvoice.features.documents.resource import Change, Doc, Hooks, Resource
from qvoice.features.resources.schemas import Trunk
from qvoice.kit.errors import Invalid


def summary(doc: Doc) -> Doc:
    """Return the list row (kazoo.md 2.2)."""
    keys = ("id", "name", "enabled", "weight_cost", "template_name", "classifiers")
    return {key: doc[key] for key in keys if key in doc}


async def _check_deck(change: Change) -> None:
    """The cost deck is one of the account's own, made for costs."""
    deck_id = change.new.get("cost_ratedeck_id")
    if deck_id and deck_id != (change.old or {}).get("cost_ratedeck_id"):
        deck = await get(change.session, "ratedecks", deck_id)
        if deck is None:
            raise Invalid.field("cost_ratedeck_id", "not_found", "this account has no such rate deck")
        if deck.doc.get("use") != "cost":
            raise Invalid.field(
                "cost_ratedeck_id", "invalid", "that rate deck is for accounts below: choose one whose `use` is `cost`"
            )


RESOURCE = Resource(
    type="resources",
    model=Trunk,
    summary=summary,
    columns={
        "name": lambda doc: doc["name"],
        "enabled": lambda doc: doc.get("enabled", True),
        "cost_ratedeck_id": lambda doc: doc.get("cost_ratedeck_id") or None,
    },
    table_columns=(
        Column("name", Text, nullable=False),
        Column("enabled", Boolean, nullable=False),
        Column("cost_ratedeck_id", HexId),
    ),
    hooks=Hooks(before_write=_check_deck),
    own=None,
)
