"""The conference document (kazoo.md 2.4). Stored only: rooms themselves come with a later issue."""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

Number = Annotated[str, Field(min_length=1, max_length=64)]


class Party(BaseModel):
    """How members or moderators enter."""

    model_config = ConfigDict(extra="allow")

    numbers: list[Number] | None = None
    pins: list[Annotated[str, Field(max_length=64)]] | None = None
    join_muted: bool | None = None
    join_deaf: bool | None = None


class Conference(BaseModel):
    """A conference room."""

    model_config = ConfigDict(extra="allow")

    name: Annotated[str, Field(min_length=1, max_length=128)]
    owner_id: str | None = None
    conference_numbers: list[Number] | None = None
    member: Party | None = None
    moderator: Party | None = None
    max_participants: Annotated[int, Field(ge=0)] | None = None
    play_name: bool = False
