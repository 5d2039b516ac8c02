"""The temporal rules set document (kazoo.md 2.4)."""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field


class TemporalRulesSet(BaseModel):
    """A set: the ids of its rules, in the order tested."""

    model_config = ConfigDict(extra="allow")

    name: Annotated[str, Field(min_length=1, max_length=128)]
    temporal_rules: list[str] = Field(default_factory=list)
    flags: list[str] | None = None
