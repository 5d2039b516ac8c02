"""The allotments document: one per account, its id is the account's. What each key does: core.rating.allotment."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import AfterValidator, Field, RootModel

from qvoice.core.rating.allotment import CLASSES, split
from qvoice.features.accounts.schemas import Lenient
from qvoice.features.documents import Resource

Seconds = Annotated[int, Field(ge=0, le=1_000_000_000)]
Step = Annotated[int, Field(ge=0, le=3600)]


def _key(value: str) -> str:
    """Accept a class of numbers that can be called for money, with or without a direction before it."""
    if split(value)[1] not in CLASSES:
        known = ", ".join(sorted(CLASSES))
        raise ValueError(
            f"there is no such class of numbers; there are: {known}; each also with outbound_ or inbound_ before it"
        )
    return value


Key = Annotated[str, AfterValidator(_key)]


class Allotment(Lenient):
    """`amount` seconds of talk in each `cycle` (by the clock of the account) before calls of the class cost money.

    `minimum`, `increment`: a call takes at least, and in steps of, so many seconds. `no_consume_time`: a call of at
    most so many seconds takes nothing. `group_consume`: what calls of those allotments take counts here too.
    """

    amount: Seconds
    cycle: Literal["minutely", "hourly", "daily", "weekly", "monthly"] = "monthly"
    minimum: Step = 0
    increment: Annotated[int, Field(ge=1, le=3600)] = 1
    no_consume_time: Step = 0
    group_consume: Annotated[list[Key], Field(max_length=30)] = []


class Allotments(RootModel[dict[Key, Allotment]]):
    """{class of numbers, or direction_class: allotment}."""


class AllotmentsDocument(Lenient):
    """As it is kept: clients see what is in `allotments`."""

    allotments: Annotated[dict[Key, Allotment], Field(max_length=30)]


RESOURCE = Resource(
    type="allotments", model=AllotmentsDocument, summary=lambda whole: {"id": whole["id"]}, own=None,
    singular="allotments document",
)  # fmt: skip
