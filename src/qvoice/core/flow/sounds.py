"""Media ids as documents store them → things that can be played."""

from __future__ import annotations

from typing import Any

from qvoice.core.flow.commands import Media, Silence, Sound, Url


def sound_of(media_id: Any) -> Sound | None:
    """Return what a stored media id stands for: a media document, a system prompt, silence, a web address; None when
    nothing.

    Forms: `<media id>`, `/<account>/<media id>`, `system_media/<name>`, `prompt://system_media/<name>/…`,
    `silence_stream://<ms>`, `http(s)://…`.
    """
    if not isinstance(media_id, str) or not media_id.strip():
        return None
    text = media_id.strip()
    if text.startswith(("http://", "https://")):
        return Url(text)
    if text.startswith("silence_stream://"):
        length = text.removeprefix("silence_stream://").split(",")[0]
        return Silence(min(int(length), 600_000)) if length.isascii() and length.isdigit() else None
    if text.startswith("prompt://"):
        parts = text.removeprefix("prompt://").split("/")
        return Media(f"system_media/{parts[1]}") if len(parts) > 1 and parts[1] else None
    if "://" in text:
        return None
    parts = [part for part in text.split("/") if part]
    if not parts or ".." in parts:
        return None
    return Media(f"system_media/{parts[-1]}" if "system_media" in parts[:-1] else parts[-1])


def media_ref(media_id: Any) -> str:
    """Return the id of the media document that a stored media id names, or '' when it names none."""
    sound = sound_of(media_id)
    return sound.media_id if isinstance(sound, Media) and "/" not in sound.media_id else ""
