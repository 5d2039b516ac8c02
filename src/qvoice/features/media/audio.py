"""The audio of a media document: attach it, find it. The original is kept beside what Asterisk plays."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from qvoice.features.media import blobs
from qvoice.features.media.sniff import AudioKind
from qvoice.features.media.wav import read_wav


@dataclass(frozen=True, slots=True)
class Audio:
    """Blob ids of a media document's audio, the original's file extension, and its length in seconds."""

    original_id: str
    playable_id: str
    extension: str
    seconds: float


async def find(session: AsyncSession, media_id: str) -> Audio | None:
    """Return a media document's audio, or None when nothing was uploaded (or the document is gone)."""
    row = (
        await session.execute(
            text(
                "select a.original_id, a.playable_id, a.extension, a.seconds from media_audio a"
                " join media d on d.id = a.media_id and d.deleted is null where a.media_id = :id"
            ),
            {"id": media_id},
        )
    ).one_or_none()
    return Audio(row.original_id.hex, row.playable_id.hex, row.extension, row.seconds) if row else None


async def attach(session: AsyncSession, media_id: str, *, original: bytes, kind: AudioKind, playable: bytes) -> Audio:
    """Make this the audio of a media document, replacing what it had. `playable` is a mono WAV file; the same bytes
    are kept once.
    """
    before = await find(session, media_id)
    original_id = await blobs.store(session, original, kind.content_type)
    playable_id = original_id if playable is original else await blobs.store(session, playable, "audio/wav")
    seconds = read_wav(playable).seconds
    await session.execute(
        text(
            "insert into media_audio (media_id, account_id, original_id, playable_id, extension, seconds)"
            " values (:id, :account, :original, :playable, :extension, :seconds)"
            " on conflict (media_id) do update set original_id = excluded.original_id,"
            " playable_id = excluded.playable_id, extension = excluded.extension, seconds = excluded.seconds"
        ),
        {
            "id": media_id,
            "account": session.info["scope"].account_id,
            "original": original_id,
            "playable": playable_id,
            "extension": kind.extension,
            "seconds": seconds,
        },
    )
    await _drop_blobs(session, before)
    return Audio(original_id, playable_id, kind.extension, seconds)


async def detach(session: AsyncSession, media_id: str) -> None:
    """Delete a media document's audio, if it has any."""
    before = await find(session, media_id)
    await session.execute(text("delete from media_audio where media_id = :id"), {"id": media_id})
    await _drop_blobs(session, before)


async def _drop_blobs(session: AsyncSession, audio: Audio | None) -> None:
    for id in {audio.original_id, audio.playable_id} if audio else ():
        await blobs.drop(session, id)
