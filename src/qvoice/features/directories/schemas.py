"""The directory document (kazoo.md 2.4); calls use it by the callflow module `directory`."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field


class Directory(BaseModel):
    """A dial-by-name directory. Who is in it is written on each user (`directories`)."""

    model_config = ConfigDict(extra="allow")

    name: Annotated[str, Field(min_length=1, max_length=128)]
    min_dtmf: Annotated[int, Field(ge=1)] = 3
    max_dtmf: Annotated[int, Field(ge=0)] = 0
    sort_by: Literal["first_name", "last_name"] = "last_name"
    confirm_match: bool = True
    search_fields: Literal["first_name", "last_name", "both"] = "both"
