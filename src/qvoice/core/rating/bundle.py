"""Bundles: seconds of talk that a service plan, or an allotment (`allotment.py`), includes in each cycle, for calls of
some classes.

Seconds are taken from a *pool*: the account's own, or one that all accounts with the plan share. A call takes its share
of a pool in advance, as it does with money, so that no pool ever gives more than it has; what it did not use goes back
when it ends. A call counts in the cycle in which it began.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from qvoice.core.rating import cycle as cycles

CHARGE, END = "charge", "end"


@dataclass(frozen=True, slots=True)
class Bundle:
    """`seconds` in each `cycle`; empty `classes`: all. `minimum`, `increment`: as of rates, of what a call takes from
    the pool. `ends`: when the pool is empty the call is ended, instead of going on for money. `free`: a call of at most
    so many seconds takes nothing. `counted`: (pool, owner, cycle) of others in which what calls take here counts too.
    """

    pool: str
    owner: str
    """The account whose pool it is."""
    name: str
    seconds: int
    classes: frozenset[str] = frozenset()
    direction: str = "outbound"
    cycle: str = "monthly"
    minimum: int = 0
    increment: int = 1
    ends: bool = False
    timezone: str = "UTC"
    free: int = 0
    counted: tuple[tuple[str, str, str], ...] = ()

    @property
    def allotted(self) -> bool:
        """Whether it is an allotment, and no plan's."""
        return self.pool.startswith("allotment:")

    def counted_in(self, others: Sequence[Bundle]) -> Bundle:
        """Return it with others in whose pools its calls count as well."""
        return replace(self, counted=tuple((one.pool, one.owner, one.cycle) for one in others))

    def fits(self, number_class: str, direction: str) -> bool:
        """Whether a call may take from it."""
        return self.direction in (direction, "both") and (not self.classes or number_class in self.classes)

    def period(self, now: datetime) -> str:
        """Return the cycle that `now` is in (see `cycle.py`)."""
        return cycles.period(self.cycle, now, self.timezone)

    def share(self, now: datetime) -> Share:
        """Return an empty share for a call that begins now."""
        also = tuple((pool, cycles.period(cycle, now, self.timezone), owner) for pool, owner, cycle in self.counted)
        return Share(
            self.pool, self.owner, self.name, self.period(now), self.seconds, self.minimum, self.increment, self.ends,
            free=self.free, also=also,
        )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Share:
    """What a call has of a pool in one cycle: `taken` seconds of it, which cover `covers` seconds of talk."""

    pool: str
    owner: str
    name: str
    period: str
    size: int
    minimum: int = 0
    increment: int = 1
    ends: bool = False
    taken: int = 0
    covers: int = 0
    free: int = 0
    also: tuple[tuple[str, str, str], ...] = ()
    """(pool, period, owner) of others in which what it takes counts, whether they have so much or not."""

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Share:
        """Read what `to_json` wrote."""
        pool, period, owner = range(3)
        also = tuple((str(one[pool]), str(one[period]), str(one[owner])) for one in data.get("also", ()))
        return cls(**{**data, "also": also})

    def billed(self, seconds: int) -> int:
        """Return what `seconds` of talk take from the pool."""
        if seconds <= 0:
            return 0
        step = max(self.increment, 1)
        return self.minimum + -(-max(seconds - self.minimum, 0) // step) * step

    def longest(self, taken: int) -> int:
        """Return the longest talk that takes at most `taken` from the pool."""
        if taken < max(self.minimum, 1):
            return 0
        step = max(self.increment, 1)
        return self.minimum + (taken - self.minimum) // step * step

    def to_json(self) -> dict[str, Any]:
        """Return JSON values for the journal."""
        return {name: getattr(self, name) for name in self.__dataclass_fields__}


def spread(shares: Sequence[Share], seconds: int, caps: Mapping[tuple[str, str], int]) -> tuple[Share, ...]:
    """Return shares that cover as much of `seconds` of talk as they can, one pool after the other.

    `caps`: (pool, period) → how much of it this call can have at most, where that is known.
    """
    found, left = [], seconds
    for share in shares:
        cap = min(caps.get((share.pool, share.period), share.size), share.size)
        covers = min(left, share.longest(min(share.billed(left), cap)))
        found.append(replace(share, taken=share.billed(covers), covers=covers))
        left -= covers
    return tuple(found)


def covered(shares: Sequence[Share]) -> int:
    """Return the seconds of talk that shares cover."""
    return sum(share.covers for share in shares)


def used(shares: Sequence[Share], talked: int) -> list[tuple[Share, int]]:
    """Return what a call that talked so long takes from each of its pools, of what it has."""
    found, left = [], talked
    for share in shares:
        here = min(left, share.covers)
        found.append((share, min(share.billed(here), share.taken) if talked > share.free else 0))
        left -= here
    return found


def bundles_of(
    plans: Sequence[Mapping[str, Any]] | None, account: tuple[str, str], provider: tuple[str, str]
) -> tuple[Bundle, ...]:
    """Read the bundles of an account's plans; `account` and `provider` are (id, time zone).

    `plans`: [{plan, priority, bundles {name: document}}]. Higher priorities are used up first, then by name.
    """
    found: list[tuple[int, str, Bundle]] = []
    for plan in plans or ():
        given = plan.get("bundles")
        for name, doc in given.items() if isinstance(given, Mapping) else ():
            if not isinstance(doc, Mapping):
                continue
            owner, zone = provider if doc.get("shared") is True else account
            classes = doc.get("classes")
            bundle = Bundle(
                f"{plan['plan']}:{name}:{owner}", owner, str(doc.get("name") or name), whole(doc.get("seconds")),
                frozenset(map(str, classes)) if isinstance(classes, list | tuple) else frozenset(),
                str(doc.get("direction") or "outbound"), cycle_of(doc.get("cycle")), whole(doc.get("minimum")),
                max(whole(doc.get("increment")), 1), doc.get("at_end") == END, zone,
            )  # fmt: skip
            found.append((-int(plan.get("priority") or 0), name, bundle))
    return tuple(bundle for *_, bundle in sorted(found, key=lambda one: (one[0], one[1], one[2].pool)))


def cycle_of(value: Any) -> str:
    """Return the name of a cycle as written; monthly when it is none."""
    return value if value in cycles.CYCLES else "monthly"


def whole(value: Any) -> int:
    """Return a count as written; 0 when it is none."""
    return value if isinstance(value, int) and not isinstance(value, bool) and value > 0 else 0
