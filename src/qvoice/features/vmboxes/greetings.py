"""A box's greetings: unavailable, temporary and the owner's name, kept as media documents named in the box."""

from __future__ import annotations

from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from qvoice.features.documents import store
from qvoice.features.media import audio, from_recording
from qvoice.features.media.journal import BLOB_PREFIX
from qvoice.kit.errors import Invalid
from qvoice.kit.ids import is_id

KEYS = {"unavailable": "unavailable", "temporary": "temporary_unavailable", "name": "name"}
"""Kind of greeting → key under `media` of the vmbox document."""


def _key(kind: str) -> str:
    if kind not in KEYS:
        raise Invalid.field("kind", "enum", f"kind must be one of {', '.join(KEYS)}", target=list(KEYS))
    return KEYS[kind]


async def refs(session: AsyncSession, document: dict[str, Any]) -> dict[str, str | None]:
    """Return {kind: playable reference or None} for a vmbox document."""
    media = document.get("media")
    found: dict[str, str | None] = dict.fromkeys(KEYS)
    for kind, key in KEYS.items():
        media_id = media.get(key) if isinstance(media, dict) else None
        if isinstance(media_id, str) and is_id(media_id):
            sound = await audio.find(session, media_id)
            found[kind] = BLOB_PREFIX + sound.playable_id if sound else None
    return found


async def save(session: AsyncSession, box_id: str, kind: str, wav: bytes) -> str:
    """Make `wav` a greeting of the box; return the media id. Raises NotFound, Invalid for an unknown kind."""
    key = _key(kind)
    box = await store.load(session, "vmboxes", box_id, lock=True)
    media_id = await from_recording.save(
        session,
        media_id=(box.doc.get("media") or {}).get(key),
        name=f"{kind.capitalize()} greeting of mailbox {box.doc['mailbox']}",
        source_type="vmboxes",
        source_id=box_id,
        wav=wav,
    )
    await store.merge(session, "vmboxes", box_id, {"media": {key: media_id}})
    return media_id


async def remove(session: AsyncSession, box_id: str, kind: str) -> None:
    """Take a greeting away; its media document goes too when it was recorded for this box. Harmless when there is
    none.
    """
    key = _key(kind)
    box = await store.load(session, "vmboxes", box_id, lock=True)
    media_id = (box.doc.get("media") or {}).get(key)
    if not media_id:
        return
    await store.merge(session, "vmboxes", box_id, {"media": {key: None}})
    document = await store.get(session, "media", media_id)
    if document is not None and document.doc.get("source_id") == box_id:
        await store.remove(session, "media", media_id)
