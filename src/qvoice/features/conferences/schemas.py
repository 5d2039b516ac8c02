"""The conference document (kazoo.md 2.4)."""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

Number = Annotated[str, Field(min_length=1, max_length=64)]
Pin = Annotated[str, Field(max_length=16, pattern=r"^[0-9]*$")]
Tone = bool | Annotated[str, Field(max_length=256)]


class Party(BaseModel):
    """How members or moderators enter."""

    model_config = ConfigDict(extra="allow")

    numbers: list[Number] | None = None
    pins: list[Pin] | None = None
    join_muted: bool | None = None
    join_deaf: bool | None = None


class Conference(BaseModel):
    """A conference room. Its numbers are what callers of the conference line enter; they are unique in the account."""

    model_config = ConfigDict(extra="allow")

    name: Annotated[str, Field(min_length=1, max_length=128)]
    owner_id: str | None = None
    conference_numbers: list[Number] | None = None
    member: Party | None = None
    moderator: Party | None = None
    max_participants: Annotated[int, Field(ge=0, le=500)] | None = None
    wait_for_moderator: bool | None = None
    require_moderator: bool | None = None
    play_entry_tone: Tone | None = None
    play_exit_tone: Tone | None = None
    caller_controls: Annotated[str, Field(max_length=64)] | None = None
    moderator_controls: Annotated[str, Field(max_length=64)] | None = None
    play_name: bool = False
