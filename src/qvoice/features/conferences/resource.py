"""Conference rooms as stored documents of the REST dialect."""

from __future__ import annotations

from sqlalchemy import Column, Text
from sqlalchemy.ext.asyncio import AsyncSession

from qvoice.db.metadata import HexId
from qvoice.features.conferences.schemas import Conference
from qvoice.features.documents.resource import Doc, Document, Hooks, Resource
from qvoice.features.vmboxes.owner import owner_column


def complete(doc: Doc) -> Doc:
    """Return the document with the lists that clients read without looking: numbers of the room, and numbers and PINs
    of both parties (the dialect's schema makes them empty lists).
    """
    parties = {
        key: {**party, "numbers": party.get("numbers") or [], "pins": party.get("pins") or []}
        for key in ("member", "moderator")
        for party in (doc.get(key) or {},)
    }
    return {**doc, "conference_numbers": doc.get("conference_numbers") or [], **parties}


async def _present(s: AsyncSession, document: Document, shown: Doc, actor: object) -> Doc:
    return complete(shown)


def summary(doc: Doc) -> Doc:
    """Return the list row (kazoo.md 2.2)."""
    whole = complete(doc)
    return {
        key: whole.get(key)
        for key in ("id", "name", "owner_id", "member", "moderator", "conference_numbers", "ui_flags", "flags")
    } | {"_read_only": {"members": 0, "moderators": 0, "duration": 0, "is_locked": False}}


RESOURCE = Resource(
    type="conferences",
    model=Conference,
    summary=summary,
    columns={"name": lambda doc: doc["name"], "owner_id": owner_column},
    table_columns=(Column("name", Text, nullable=False), Column("owner_id", HexId)),
    hooks=Hooks(present=_present),
)
