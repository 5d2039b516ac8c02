"""The guards of an account, as those above it write them; what each key does: core.limits.settings.Guards."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from qvoice.core.limits.settings import LOCK_ALL, LOCK_FOREIGN
from qvoice.features.accounts.schemas import Lenient

Words = Annotated[str, Field(min_length=3, max_length=500)]


class Velocity(Lenient):
    """At most `calls` calls to carriers begun within `seconds`."""

    calls: Annotated[int, Field(ge=1, le=1_000_000)]
    seconds: Annotated[int, Field(ge=1, le=86_400)] = 60


class Guards(Lenient):
    """Absent keys have the defaults: foreign and premium classes closed, 10 forwarded calls, 120 calls a minute.

    `blocked_classes`: number classes that may not be called. `max_forwarded_calls`: forwarded to carriers at once, -1:
    any number. `velocity`: more calls than that lock the account to level `lock_to`.
    """

    blocked_classes: Annotated[list[Annotated[str, Field(max_length=64)]], Field(max_length=100)] | None = None
    max_forwarded_calls: Annotated[int, Field(ge=-1, le=1_000_000)] | None = None
    velocity: Velocity | None = None
    lock_to: Annotated[int, Field(ge=LOCK_FOREIGN, le=LOCK_ALL)] | None = None


class LockWish(Lenient):
    """Lock the account: 1 foreign and premium calls, 2 all calls out, 3 also calls in. Emergency calls always work."""

    level: Annotated[int, Field(ge=LOCK_FOREIGN, le=LOCK_ALL)]
    reason: Words


class UnlockWish(Lenient):
    """Why it is unlocked, for the log."""

    reason: Annotated[str, Field(max_length=500)] = ""
