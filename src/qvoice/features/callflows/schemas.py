"""The callflow document (kazoo.md 1.1). What its nodes must be is `core.flow.compile`'s to say."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import Field

from qvoice.features.accounts.schemas import Lenient
from qvoice.features.resources.patterns import Pattern

Number = Annotated[str, Field(min_length=1, max_length=128)]


class Featurecode(Lenient):
    """Marks a flow as a feature code."""

    name: Annotated[str, Field(max_length=64)] | None = None
    number: Annotated[str, Field(max_length=64)] | None = None


class Callflow(Lenient):
    """A callflow. `numbers` may be words (`no_match`, `MainOpenHours`); `patterns` are regular expressions (RE2), never
    empty: that would match every number.
    """

    name: Annotated[str, Field(max_length=256)] | None = None
    numbers: Annotated[list[Number], Field(max_length=1000)] = Field(default_factory=list)
    patterns: Annotated[list[Annotated[Pattern, Field(min_length=1, max_length=512)]], Field(max_length=100)] = Field(
        default_factory=list
    )
    flow: dict[str, Any]
    featurecode: Featurecode | bool | None = None
    owner_id: str | None = None
    contact_list: dict[str, Any] | None = None
    flags: list[str] | None = None
