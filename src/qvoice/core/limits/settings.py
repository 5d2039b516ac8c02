"""What an account may do, as its `limits` and `fraud` documents say; both are written by the accounts above it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal, InvalidOperation
from typing import Any

ZERO = Decimal(0)
TRUNKS = ("twoway_trunks", "inbound_trunks", "outbound_trunks", "burst_trunks", "calls", "resource_consuming_calls")
BLOCKED = ("caribbean", "international", "national_premium", "toll_us")
"""Number classes that are closed until somebody above opens them: where toll fraud goes."""
FOREIGN = frozenset({"caribbean", "international", "toll_us", "national_premium", "unknown"})
"""What lock level 1 closes."""
FORWARDED = 10
"""Calls forwarded to carriers at once. One company's four lines once carried 568 in a weekend (peers.md 2(d))."""
VELOCITY = (120, 60)
"""Calls to carriers begun within so many seconds, above which an account is locked."""

NO_BOUND = 1_000_000
"""The dialect's -1 for trunks of a burst: as many as are wanted."""

NO_LOCK, LOCK_FOREIGN, LOCK_OUTGOING, LOCK_ALL, LOCK_PORTAL, LOCK_GONE = 0, 1, 2, 3, 4, 5
"""Each stops what the one before does and more: calls abroad, calls out, calls in, logging in, and the account is gone:
callers hear that its numbers have changed. Emergency calls always work.
"""
LOCK_LEVELS = (NO_LOCK, LOCK_FOREIGN, LOCK_OUTGOING, LOCK_ALL, LOCK_PORTAL, LOCK_GONE)


@dataclass(frozen=True, slots=True)
class Limits:
    """Counts: None is no limit, 0 is none at all. Amounts in the platform's currency.

    `floor`: how low calls may bring the balance, 0 for prepaid; None: no metered calls at all (neither prepaid nor
    post-paid). `reserve`: what must be there for a call to begin. `daily`, `monthly`: the most that calls may cost in a
    day and a month of the account's time zone.
    """

    twoway: int | None = None
    inbound: int | None = None
    outbound: int | None = None
    burst: int | None = None
    calls: int | None = None
    resource_calls: int | None = None
    floor: Decimal | None = ZERO
    reserve: Decimal = ZERO
    daily: Decimal | None = None
    monthly: Decimal | None = None
    soft_inbound: bool = False
    soft_outbound: bool = False

    @property
    def counted(self) -> bool:
        """Whether any number of calls at once is limited, so that calls must be counted."""
        return any(
            one is not None for one in (self.twoway, self.inbound, self.outbound, self.burst, self.resource_calls)
        )

    @classmethod
    def of(cls, doc: Mapping[str, Any]) -> Limits:
        """Read a document; what cannot be read is the stricter choice (no post-pay, no cap lifted)."""
        hidden = doc.get("operator")
        above: Mapping[str, Any] = hidden if isinstance(hidden, Mapping) else {}
        counts = {name: _smaller(_count(doc.get(name)), _count(above.get(name))) for name in TRUNKS}
        floor: Decimal | None = ZERO if doc.get("allow_prepay") is not False else None
        if doc.get("allow_postpay") is True:
            floor = -abs(_amount(doc.get("max_postpay_amount")) or ZERO)
        return cls(
            counts["twoway_trunks"],
            counts["inbound_trunks"],
            counts["outbound_trunks"],
            NO_BOUND if doc.get("burst_trunks") == -1 else counts["burst_trunks"],
            counts["calls"],
            counts["resource_consuming_calls"],
            floor,
            _amount(doc.get("reserve_amount")) or ZERO,
            _amount(doc.get("max_daily_spend")),
            _amount(doc.get("max_monthly_spend")),
            doc.get("soft_limit_inbound") is True,
            doc.get("soft_limit_outbound") is True,
        )


@dataclass(frozen=True, slots=True)
class OffHours:
    """From `begins` to `ends` (hours of the account's clock, over midnight if need be) and on `days` all day (1 Monday
    to 7 Sunday): at most `calls` calls to carriers begun within an hour. Stolen passwords are used at night.
    """

    begins: int = 22
    ends: int = 6
    days: frozenset[int] = frozenset()
    calls: int = 200

    @classmethod
    def of(cls, doc: Any) -> OffHours | None:
        """Read it; nothing given: the default, `calls` -1: no guard."""
        if not isinstance(doc, Mapping):
            return cls()
        if doc.get("calls") == -1:
            return None
        begins, ends, calls = (_count(doc.get(key)) for key in ("begins", "ends", "calls"))
        days = doc.get("days")
        return cls(
            cls().begins if begins is None else begins % 24,
            cls().ends if ends is None else ends % 24,
            frozenset(day for day in days if isinstance(day, int)) if isinstance(days, list | tuple) else frozenset(),
            cls().calls if calls is None else calls,
        )

    def now(self, local: datetime) -> bool:
        """Whether it is off hours at a moment of the account's clock."""
        if local.isoweekday() in self.days:
            return True
        if self.begins <= self.ends:
            return self.begins <= local.hour < self.ends
        return local.hour >= self.begins or local.hour < self.ends


@dataclass(frozen=True, slots=True)
class Unusual:
    """More than `factor` times what the account did a day in the mean of the last `days` days: calls begun, or money
    spent. Below `calls` and `amount` nothing is unusual.
    """

    factor: Decimal = Decimal(3)
    days: int = 14
    calls: int = 500
    amount: Decimal = Decimal(50)

    @classmethod
    def of(cls, doc: Any) -> Unusual | None:
        """Read it; nothing given: the default, `factor` 0: no guard."""
        if not isinstance(doc, Mapping):
            return cls()
        factor, amount = _amount(doc.get("factor")), _amount(doc.get("amount"))
        if factor == 0:
            return None
        days, calls = _count(doc.get("days")), _count(doc.get("calls"))
        base = cls()
        return cls(
            base.factor if factor is None else factor,
            days or base.days,
            base.calls if calls is None else calls,
            base.amount if amount is None else amount,
        )


@dataclass(frozen=True, slots=True)
class Guards:
    """What keeps a stolen password from costing a fortune. `blocked`: number classes that may not be called."""

    blocked: frozenset[str] = frozenset(BLOCKED)
    forwarded: int | None = FORWARDED
    velocity: tuple[int, float] | None = VELOCITY
    lock_to: int = LOCK_OUTGOING
    """The lock level set when calls come faster than `velocity`, or `off_hours` or `unusual` are exceeded."""
    off_hours: OffHours | None = OffHours()
    unusual: Unusual | None = Unusual()

    @classmethod
    def of(cls, doc: Mapping[str, Any] | None, *, is_master: bool = False) -> Guards:
        """Read a document; without one the guards stand, but for the master account, whose own calls have none."""
        if doc is None:
            return OPEN if is_master else cls()
        blocked = doc.get("blocked_classes")
        speed = doc.get("velocity")
        velocity: tuple[int, float] | None = VELOCITY
        if isinstance(speed, Mapping):
            calls, seconds = _count(speed.get("calls")), _count(speed.get("seconds"))
            velocity = (calls, float(seconds or VELOCITY[1])) if calls is not None else None
        forwarded = doc.get("max_forwarded_calls", FORWARDED)
        wanted = doc.get("lock_to", LOCK_OUTGOING)
        return cls(
            frozenset(str(one) for one in blocked) if isinstance(blocked, list | tuple) else frozenset(BLOCKED),
            None if forwarded == -1 else _count(forwarded),
            velocity,
            wanted if wanted in (LOCK_FOREIGN, LOCK_OUTGOING, LOCK_ALL) else LOCK_OUTGOING,
            OffHours.of(doc.get("off_hours")),
            Unusual.of(doc.get("unusual")),
        )


OPEN = Guards(frozenset(), None, None, NO_LOCK, None, None)


@dataclass(frozen=True, slots=True)
class Lock:
    """An account whose calls are stopped: how far, and why, in words for a person."""

    level: int = NO_LOCK
    reason: str = ""
    ends_calls: bool = False
    """Whether calls that run to paid destinations are ended too."""


UNLOCKED = Lock()


def _count(value: Any) -> int | None:
    """Return a count; None for none given and for -1, the dialect's "no limit"."""
    if isinstance(value, bool) or not isinstance(value, int) or value < 0:
        return None
    return value


def _smaller(one: int | None, other: int | None) -> int | None:
    return other if one is None else one if other is None else min(one, other)


def _amount(value: Any) -> Decimal | None:
    if value is None or isinstance(value, bool):
        return None
    try:
        amount = Decimal(str(value))
    except InvalidOperation:
        return ZERO
    return amount if amount.is_finite() else ZERO
