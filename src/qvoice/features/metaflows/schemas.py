"""The metaflows of an account, user or device."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import AfterValidator, Field

from qvoice.features.accounts.schemas import Lenient
from qvoice.features.resources.patterns import Pattern


def _keys(value: str) -> str:
    if not value or set(value) - set("0123456789*#"):
        raise ValueError("keys are digits, * and #")
    return value


class Act(Lenient):
    """What a key does: a module with its data, and what follows by its outcome."""

    module: Annotated[str, Field(min_length=1, max_length=64)]
    data: dict[str, Any] = Field(default_factory=dict)
    children: dict[str, Any] = Field(default_factory=dict)


class Metaflows(Lenient):
    """`binding_digit` opens a command, then `numbers` (keys → act) or `patterns` (expression → act) are matched;
    `digit_timeout` milliseconds between keys; `listen_on`: whose keys count.
    """

    binding_digit: Literal["0", "1", "2", "3", "4", "5", "6", "7", "8", "9", "*", "#"] = "*"
    digit_timeout: Annotated[int, Field(ge=200, le=60_000)] | None = None
    listen_on: Literal["self", "peer", "both"] | None = None
    numbers: Annotated[
        dict[Annotated[str, Field(max_length=16), AfterValidator(_keys)], Act], Field(max_length=100)
    ] = Field(default_factory=dict)
    patterns: Annotated[dict[Annotated[Pattern, Field(max_length=200)], Act], Field(max_length=100)] = Field(
        default_factory=dict
    )
