"""The vmbox document (kazoo.md 1.3, 2.4). The PIN never leaves: it is hashed on the way in (see `pin.py`)."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

MAX_MESSAGES = 100
"""Messages a box holds unless `max_message_count` says otherwise."""


class BoxMedia(BaseModel):
    """Greetings: ids of media documents."""

    model_config = ConfigDict(extra="allow")

    unavailable: str | None = None
    temporary_unavailable: str | None = None
    name: str | None = None


class VoicemailBox(BaseModel):
    """A voicemail box. `pin` is write-only: 4 to 6 digits."""

    model_config = ConfigDict(extra="allow")

    mailbox: Annotated[str, Field(min_length=1, max_length=30, pattern=r"^[^\s\x00-\x1f]+$")]
    name: Annotated[str, Field(min_length=1, max_length=128)]
    owner_id: str | None = None
    pin: Annotated[str, Field(pattern=r"^([0-9]{4,6})?$")] | None = None
    """Empty counts as not given."""
    require_pin: bool = False
    check_if_owner: bool = True
    delete_after_notify: bool = False
    save_after_notify: bool = False
    include_message_on_notify: bool = True
    include_transcription_on_notify: bool = True
    transcribe: bool = False
    notify_email_addresses: list[str] = Field(default_factory=list, max_length=50)
    notify: dict[str, Any] | None = None
    media: BoxMedia = Field(default_factory=BoxMedia)
    media_extension: Literal["mp3", "mp4", "wav"] = "mp3"
    skip_greeting: bool = False
    skip_instructions: bool = False
    skip_envelope: bool = False
    is_setup: bool = False
    announcement_only: bool = False
    not_configurable: bool = False
    oldest_message_first: bool = False
    is_voicemail_ff_rw_enabled: bool = False
    seek_duration_ms: Annotated[int, Field(ge=0, le=600_000)] = 10_000
    max_message_count: Annotated[int, Field(ge=0, le=10_000)] | None = None
    """0: no limit."""
    retention_days: Annotated[int, Field(ge=1, le=3650)] | None = None
    """Messages older than this are deleted; absent: kept until somebody deletes them."""
    operator_number: Annotated[str, Field(max_length=35)] | None = None
    timezone: Annotated[str, Field(min_length=1, max_length=64)] | None = None
    flags: list[str] | None = None
