"""Fax boxes as stored documents of the REST dialect."""

from __future__ import annotations

from sqlalchemy import Column, Text

from qvoice.db.metadata import HexId
from qvoice.features.documents.resource import Doc, Resource
from qvoice.features.faxboxes.schemas import Faxbox
from qvoice.features.vmboxes.owner import owner_column


def summary(doc: Doc) -> Doc:
    """Return the list row (kazoo.md 2.2)."""
    return {"id": doc["id"], "name": doc.get("name"), "owner_id": doc.get("owner_id"), "flags": doc.get("flags", [])}


RESOURCE = Resource(
    type="faxboxes",
    model=Faxbox,
    summary=summary,
    columns={"name": lambda doc: doc["name"], "owner_id": owner_column},
    table_columns=(Column("name", Text, nullable=False), Column("owner_id", HexId)),
)
