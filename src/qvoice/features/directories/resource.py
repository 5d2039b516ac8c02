"""Directories as stored documents of the REST dialect."""

from __future__ import annotations

from sqlalchemy import Column, Text

from qvoice.features.directories.schemas import Directory
from qvoice.features.documents.resource import Doc, Resource


def summary(doc: Doc) -> Doc:
    """Return the list row (kazoo.md 2.2)."""
    return {"id": doc["id"], "name": doc.get("name"), "flags": doc.get("flags", [])}


RESOURCE = Resource(
    type="directories",
    model=Directory,
    summary=summary,
    columns={"name": lambda doc: doc["name"]},
    table_columns=(Column("name", Text, nullable=False),),
    own=None,
)
