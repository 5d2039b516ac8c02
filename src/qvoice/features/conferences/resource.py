"""Conference rooms as stored documents of the REST dialect."""

from __future__ import annotations

from sqlalchemy import Column, Text

from qvoice.db.metadata import HexId
from qvoice.features.conferences.schemas import Conference
from qvoice.features.documents.resource import Doc, Resource
from qvoice.features.vmboxes.owner import owner_column


def summary(doc: Doc) -> Doc:
    """Return the list row (kazoo.md 2.2)."""
    return {
        key: doc.get(key)
        for key in ("id", "name", "owner_id", "member", "moderator", "conference_numbers", "ui_flags", "flags")
    } | {"_read_only": {"members": 0, "moderators": 0, "duration": 0, "is_locked": False}}


RESOURCE = Resource(
    type="conferences",
    model=Conference,
    summary=summary,
    columns={"name": lambda doc: doc["name"], "owner_id": owner_column},
    table_columns=(Column("name", Text, nullable=False), Column("owner_id", HexId)),
)
