"""The match list document (kazoo.md 2.4). Stored only: modules that match against it come with a later issue."""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field


class MatchList(BaseModel):
    """A list of numbers to match callers against."""

    model_config = ConfigDict(extra="allow")

    name: Annotated[str, Field(min_length=1, max_length=128)]
    description: Annotated[str, Field(max_length=128)] | None = None
    list_type: str | None = None
