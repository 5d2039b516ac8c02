"""Groups as documents of the REST dialect."""

from __future__ import annotations

from sqlalchemy import Column, Text

from qvoice.features.documents.resource import Doc, Resource
from qvoice.features.groups.schemas import Group, features


def summary(doc: Doc) -> Doc:
    """Return the list row: `endpoints` is a count (kazoo.md 2.2, H19)."""
    return {
        "id": doc["id"],
        "name": doc.get("name"),
        "features": features(doc),
        "endpoints": len(doc.get("endpoints") or {}),
        "flags": doc.get("flags", []),
    }


RESOURCE = Resource(
    type="groups",
    model=Group,
    summary=summary,
    columns={"name": lambda doc: doc["name"]},
    table_columns=(Column("name", Text, nullable=False),),
    own=None,
)
