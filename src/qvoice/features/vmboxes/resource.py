"""Voicemail boxes as documents of the REST dialect. The PIN goes in and never comes out."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Column, Text, text
from sqlalchemy.ext.asyncio import AsyncSession

from qvoice.db.metadata import HexId
from qvoice.features.documents.resource import Change, Doc, Document, Hooks, Resource, Taken
from qvoice.features.vmboxes import messages, pin
from qvoice.features.vmboxes.owner import owner_column
from qvoice.features.vmboxes.schemas import VoicemailBox


def summary(doc: Doc) -> Doc:
    """Return the list row; `messages` is filled in by the route (kazoo.md 2.2)."""
    return {
        "id": doc["id"],
        "name": doc.get("name"),
        "mailbox": doc.get("mailbox"),
        "owner_id": doc.get("owner_id"),
        "messages": 0,
        "flags": doc.get("flags", []),
    }


async def _hash_pin(change: Change) -> None:
    """Move the PIN out of the document. A write without one keeps the PIN: what clients read has none to send back."""
    given = change.new.pop("pin", None)
    if given:
        await pin.store(change.session, change.id, given)


async def _empty(change: Change) -> None:
    """A deleted box's messages are kept for as long as deleted messages are."""
    await change.session.execute(
        text(
            "update voicemail_messages set folder = 'deleted', moved = now()"
            " where box_id = :box and folder <> 'deleted'"
        ),
        {"box": change.id},
    )


async def _present(session: AsyncSession, document: Document, shown: Doc, actor: Any) -> Doc:
    new, saved = await messages.counts(session, document.id)
    facts = {"pin_set": await pin.is_set(session, document.id), "new": new, "saved": saved}
    return shown | {"_read_only": {**shown.get("_read_only", {}), **facts}}


RESOURCE = Resource(
    type="vmboxes",
    model=VoicemailBox,
    summary=summary,
    columns={"name": lambda doc: doc["name"], "mailbox": lambda doc: doc["mailbox"], "owner_id": owner_column},
    table_columns=(
        Column("name", Text, nullable=False),
        Column("mailbox", Text, nullable=False),
        Column("owner_id", HexId),
    ),
    hooks=Hooks(before_write=_hash_pin, before_delete=_empty, present=_present),
    constraints={
        "vmboxes_mailbox": Taken(
            "mailbox", "unique", "Another voicemail box has this number: choose another or delete that one."
        )
    },
    singular="voicemail box",
)
