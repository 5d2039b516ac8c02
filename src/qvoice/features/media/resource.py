"""Media as documents of the REST dialect; their audio comes and goes by `api.py`."""

from __future__ import annotations

from sqlalchemy import Column, Text

from qvoice.features.documents.resource import Change, Hooks, Resource
from qvoice.features.media import audio
from qvoice.features.media.schemas import MediaDocument, row


async def _keep_facts(change: Change) -> None:
    """What the server knows of the audio is not for clients to write: content type and length stay as the upload set
    them.
    """
    if change.old is not None and not change.session.info.get("media_upload"):
        for key in ("content_type", "content_length"):
            if key in change.old:
                change.new[key] = change.old[key]


async def _drop_audio(change: Change) -> None:
    await audio.detach(change.session, change.id)


RESOURCE = Resource(
    type="media",
    model=MediaDocument,
    summary=row,
    columns={"name": lambda doc: doc["name"], "prompt_id": lambda doc: doc.get("prompt_id")},
    table_columns=(Column("name", Text, nullable=False), Column("prompt_id", Text)),
    hooks=Hooks(before_write=_keep_facts, before_delete=_drop_audio),
    own=None,
    singular="media file",
)
