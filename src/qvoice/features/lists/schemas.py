"""The match list document (kazoo.md 2.4). The modules cidlistmatch, lookupcidname and dynamic_cid read it."""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from qvoice.features.resources.patterns import Pattern


class ListEntry(BaseModel):
    """One caller: a number in any writing, or an expression; and what is shown for him."""

    model_config = ConfigDict(extra="allow")

    number: Annotated[str, Field(max_length=35)] | None = None
    pattern: Annotated[Pattern, Field(max_length=200)] | None = None
    displayname: Annotated[str, Field(max_length=128)] | None = None
    firstname: Annotated[str, Field(max_length=128)] | None = None
    lastname: Annotated[str, Field(max_length=128)] | None = None
    capture_group_key: str | int | None = None
    capture_group_length: Annotated[int, Field(ge=0, le=19)] | None = None


class MatchList(BaseModel):
    """A list of numbers to match callers against."""

    model_config = ConfigDict(extra="allow")

    name: Annotated[str, Field(min_length=1, max_length=128)]
    description: Annotated[str, Field(max_length=128)] | None = None
    list_type: str | None = None
    entries: dict[str, ListEntry] | list[ListEntry] | None = None
    """Entries by id (or a plain list of them)."""
