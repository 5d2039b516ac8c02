"""Sets of temporal rules as documents of the REST dialect."""

from __future__ import annotations

from sqlalchemy import Column, Text

from qvoice.features.documents.resource import Doc, Resource
from qvoice.features.temporal_rules_sets.schemas import TemporalRulesSet


def summary(doc: Doc) -> Doc:
    """Return the list row (kazoo.md 2.2)."""
    return {
        "id": doc["id"],
        "name": doc.get("name"),
        "rules": doc.get("temporal_rules", []),
        "type": doc.get("type"),
        "flags": doc.get("flags", []),
    }


RESOURCE = Resource(
    type="temporal_rules_sets",
    model=TemporalRulesSet,
    summary=summary,
    columns={"name": lambda doc: doc["name"]},
    table_columns=(Column("name", Text, nullable=False),),
    own=None,
)
