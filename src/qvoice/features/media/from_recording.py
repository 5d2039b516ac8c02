"""A recording made by phone becomes a media document: greetings of boxes and menus."""

from __future__ import annotations

from sqlalchemy.ext.asyncio import AsyncSession

from qvoice.features.documents import store
from qvoice.features.media import audio
from qvoice.features.media.sniff import WAV


async def save(
    session: AsyncSession, *, media_id: str | None, name: str, source_type: str, source_id: str, wav: bytes
) -> str:
    """Store `wav` as the audio of the media document `media_id`, or of a new one when that is None or gone; return its
    id.

    `source_type` and `source_id` say what it was recorded for (such as `vmboxes` and a box id). Only a document that
    was recorded for the same thing is overwritten: a greeting that was chosen from the library stays as it is.
    """
    facts = {"content_type": WAV.content_type, "content_length": len(wav)}
    session.info["media_upload"] = True
    try:
        old = await store.get(session, "media", media_id) if media_id else None
        if old is not None and (old.doc.get("source_type"), old.doc.get("source_id")) == (source_type, source_id):
            kept = await store.merge(session, "media", old.id, facts)
        else:
            document = {"name": name[:128], "media_source": "recording", "streamable": True}
            kept = await store.create(
                session, "media", document | facts | {"source_type": source_type, "source_id": source_id}
            )
    finally:
        session.info.pop("media_upload", None)
    await audio.attach(session, kept.id, original=wav, kind=WAV, playable=wav)
    return kept.id
