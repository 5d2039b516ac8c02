"""Whose document it is: the `owner_id` column of documents that name a user."""

from __future__ import annotations

from qvoice.features.documents.resource import Doc
from qvoice.kit.ids import is_id


def owner_column(doc: Doc) -> str | None:
    """Return the document's owner when it is a well-formed id; anything else a client wrote owns nothing."""
    owner = doc.get("owner_id")
    return owner if isinstance(owner, str) and is_id(owner) else None
