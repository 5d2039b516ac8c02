"""Match lists as stored documents of the REST dialect."""

from __future__ import annotations

from sqlalchemy import Column, Text

from qvoice.features.documents.resource import Doc, Resource
from qvoice.features.lists.schemas import MatchList


def summary(doc: Doc) -> Doc:
    """Return the list row (kazoo.md 2.2)."""
    return {
        "id": doc["id"],
        "name": doc.get("name"),
        "description": doc.get("description"),
        "list_type": doc.get("list_type"),
    }


RESOURCE = Resource(
    type="lists",
    model=MatchList,
    summary=summary,
    columns={"name": lambda doc: doc["name"]},
    table_columns=(Column("name", Text, nullable=False),),
    own=None,
)
