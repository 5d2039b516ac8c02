"""The blacklist document (kazoo.md 2.4). Stored only: refusing calls by it comes with a later issue."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field


class Blacklist(BaseModel):
    """Numbers whose calls are refused."""

    model_config = ConfigDict(extra="allow")

    name: Annotated[str, Field(min_length=1, max_length=128)]
    numbers: dict[str, Any] = Field(default_factory=dict)
    should_block_anonymous: bool = False
