"""The media document (kazoo.md 2.4); its audio is kept apart (`blobs.py`)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, Literal, NamedTuple

from pydantic import BaseModel, ConfigDict, Field

from qvoice.features.media.convert import MAX_UPLOAD


class Tts(BaseModel):
    """Text to be spoken."""

    model_config = ConfigDict(extra="allow")

    text: Annotated[str, Field(max_length=10_000)] | None = None
    voice: Annotated[str, Field(max_length=64)] = "female/en-US"


class MediaDocument(BaseModel):
    """A piece of audio: uploaded, recorded by phone, or spoken from text."""

    model_config = ConfigDict(extra="allow")

    name: Annotated[str, Field(min_length=1, max_length=128)]
    media_source: Literal["recording", "upload", "tts"] = "upload"
    description: Annotated[str, Field(max_length=128)] | None = None
    language: Annotated[str, Field(min_length=2, max_length=32)] = "en-us"
    streamable: bool = True
    prompt_id: Annotated[str, Field(max_length=128)] | None = None
    content_type: Annotated[str, Field(max_length=128)] | None = None
    content_length: Annotated[int, Field(ge=1, le=MAX_UPLOAD)] | None = None
    tts: Tts | None = None
    source_id: str | None = None
    source_type: str | None = None
    flags: list[str] | None = None


class Words(NamedTuple):
    """What a document says, by which voice, in which language."""

    text: str
    voice: str
    language: str


def text_of(document: Mapping[str, Any]) -> Words | None:
    """Return what a document of `media_source` `tts` says, None when it is another kind or says nothing."""
    tts = document.get("tts")
    if document.get("media_source") != "tts" or not isinstance(tts, Mapping):
        return None
    text, voice, language = tts.get("text"), tts.get("voice"), document.get("language")
    if not isinstance(text, str) or not text:
        return None
    return Words(text, voice if isinstance(voice, str) else "", language if isinstance(language, str) else "")


def row(document: dict[str, Any]) -> dict[str, Any]:
    """Return the media list's extra fields."""
    return {
        "id": document["id"],
        "name": document.get("name"),
        "media_type": document.get("content_type"),
        "media_source": document.get("media_source"),
        "language": document.get("language"),
        "is_prompt": bool(document.get("prompt_id")),
    }
