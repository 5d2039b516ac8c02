"""The menu document (kazoo.md 1.3, 2.4)."""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from qvoice.features.media.references import MediaChoice
from qvoice.features.resources.patterns import Pattern


class MenuMedia(BaseModel):
    """Which sounds a menu plays: a media id, true for the system's, false for none."""

    model_config = ConfigDict(extra="allow")

    greeting: str | None = None
    exit_media: MediaChoice = True
    invalid_media: MediaChoice = True
    transfer_media: MediaChoice = True


class Menu(BaseModel):
    """A menu. Timeouts in milliseconds; `hunt` lets callers dial any extension."""

    model_config = ConfigDict(extra="allow")

    name: Annotated[str, Field(min_length=1, max_length=128)]
    retries: Annotated[int, Field(ge=1, le=10)] = 3
    timeout: Annotated[int, Field(ge=0, le=600_000)] = 10_000
    interdigit_timeout: Annotated[int, Field(ge=0, le=60_000)] | None = None
    max_extension_length: Annotated[int, Field(ge=1, le=32)] = 4
    hunt: bool = True
    hunt_allow: Annotated[Pattern, Field(max_length=256)] | None = None
    hunt_deny: Annotated[Pattern, Field(max_length=256)] | None = None
    record_pin: Annotated[str, Field(pattern=r"^[0-9]{3,6}$")] | None = None
    allow_record_from_offnet: bool = False
    suppress_media: bool = False
    media: MenuMedia = Field(default_factory=MenuMedia)
    flags: list[str] | None = None
