"""The guards of an account, as those above it write them; what each key does: core.limits.settings.Guards."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from qvoice.core.limits.settings import LOCK_ALL, LOCK_FOREIGN, LOCK_GONE
from qvoice.features.accounts.schemas import Lenient

Words = Annotated[str, Field(min_length=3, max_length=500)]


class Velocity(Lenient):
    """At most `calls` calls to carriers begun within `seconds`."""

    calls: Annotated[int, Field(ge=1, le=1_000_000)]
    seconds: Annotated[int, Field(ge=1, le=86_400)] = 60


class OffHours(Lenient):
    """From hour `begins` to `ends` of the account's clock, and on `days` (1 Monday to 7 Sunday) all day, at most
    `calls` calls to carriers begun within an hour; -1: any number.
    """

    begins: Annotated[int, Field(ge=0, le=23)] = 22
    ends: Annotated[int, Field(ge=0, le=23)] = 6
    days: Annotated[list[Annotated[int, Field(ge=1, le=7)]], Field(max_length=7)] | None = None
    calls: Annotated[int, Field(ge=-1, le=1_000_000)] = 200


class Unusual(Lenient):
    """More than `factor` times the daily mean of the last `days` days, of calls begun or money spent; at most `calls`
    and `amount` are never unusual. Factor 0: no guard.
    """

    factor: Annotated[float, Field(ge=0, le=1000)] = 3
    days: Annotated[int, Field(ge=1, le=60)] = 14
    calls: Annotated[int, Field(ge=0, le=1_000_000)] = 500
    amount: Annotated[float, Field(ge=0, le=1_000_000_000)] = 50


class Guards(Lenient):
    """Absent keys have the defaults: foreign and premium classes closed, 10 forwarded calls, 120 calls a minute.

    `blocked_classes`: number classes that may not be called. `max_forwarded_calls`: forwarded to carriers at once, -1:
    any number. `velocity`: more calls than that lock the account to level `lock_to`; so do more than `off_hours` and
    `unusual` allow.
    """

    blocked_classes: Annotated[list[Annotated[str, Field(max_length=64)]], Field(max_length=100)] | None = None
    max_forwarded_calls: Annotated[int, Field(ge=-1, le=1_000_000)] | None = None
    velocity: Velocity | None = None
    off_hours: OffHours | None = None
    unusual: Unusual | None = None
    lock_to: Annotated[int, Field(ge=LOCK_FOREIGN, le=LOCK_ALL)] | None = None


class LockWish(Lenient):
    """Lock the account: 1 foreign and premium calls, 2 all calls out, 3 also calls in, 4 also logging in, 5 closed:
    callers are told that the number has changed. Emergency calls always work.

    `ends_calls`: calls that run to what is closed, and cost, are ended; from level 2 on unless said otherwise.
    """

    level: Annotated[int, Field(ge=LOCK_FOREIGN, le=LOCK_GONE)]
    ends_calls: bool | None = None
    reason: Words


class UnlockWish(Lenient):
    """Why it is unlocked, for the log."""

    reason: Annotated[str, Field(max_length=500)] = ""
