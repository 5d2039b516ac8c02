"""What happened on trunks: attempts, answers, post-dial delay and SIP codes, from `trunk_sums` and `trunk_delays`."""

from __future__ import annotations

import math
import uuid
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from qvoice.features.reports.period import Period
from qvoice.features.reports.queries import TIME

MOST_CODES = 200
NO_GATEWAY = -1
"""Of legs from a carrier: the gateway that they came by is not told."""

_WHERE = f" where (cast(:trunk as uuid) is null or resource_id = :trunk) and {TIME}"
_TRIED = (
    "select resource_id, outbound, gateway, answered, code, cause, sum(attempts)::bigint as attempts,"
    f" sum(seconds)::bigint as seconds from trunk_sums{_WHERE} group by 1, 2, 3, 4, 5, 6"
)
_WAITED = (
    "select resource_id, outbound, gateway, step, sum(legs)::bigint as legs, sum(milliseconds)::bigint as milliseconds"
    f" from trunk_delays{_WHERE} group by 1, 2, 3, 4"
)


@dataclass(slots=True)
class Delays:
    """How many legs waited about so long: by step, how many and their milliseconds together."""

    steps: dict[int, tuple[int, int]] = field(default_factory=dict)

    def add(self, step: int, legs: int, milliseconds: int) -> None:
        """Add legs of a step."""
        there = self.steps.get(step, (0, 0))
        self.steps[step] = (there[0] + legs, there[1] + milliseconds)

    def percentile(self, share: float) -> int | None:
        """Return the delay that `share` (0 to 1) of the legs stay below, between two legs the part of the way from one
        to the other; each leg counts as the mean of its step. None without legs.
        """
        total = sum(legs for legs, _ in self.steps.values())
        if not total:
            return None
        place = share * (total - 1)
        low, high = self._value(math.floor(place)), self._value(math.ceil(place))
        return round(low + (high - low) * (place - math.floor(place)))

    def _value(self, place: int) -> float:
        seen = 0
        for step in sorted(self.steps):
            legs, milliseconds = self.steps[step]
            seen += legs
            if place < seen:
                return milliseconds / legs
        raise IndexError(place)


_SOUNDED = (
    "select resource_id, outbound, gateway, sum(legs)::bigint as legs, sum(packets)::bigint as packets,"
    " sum(lost)::bigint as lost, sum(jitter_ms) as jitter_ms, sum(mos) as mos"
    f" from trunk_quality{_WHERE} group by 1, 2, 3"
)


@dataclass(slots=True)
class Sound:
    """How what came from the carrier sounded, of the legs that had any: sums of packets, lost ones, and of each leg's
    jitter (milliseconds) and opinion score.
    """

    legs: int = 0
    packets: int = 0
    lost: int = 0
    jitter_ms: float = 0.0
    mos: float = 0.0

    def add(self, row: Any) -> None:
        """Add a row of `trunk_quality`."""
        self.legs += row.legs
        self.packets += row.packets
        self.lost += row.lost
        self.jitter_ms += float(row.jitter_ms)
        self.mos += float(row.mos)

    def shown(self) -> dict[str, Any]:
        """Return what the API shows: means over the legs, and the share of all packets that was lost."""
        return {
            "mos": round(self.mos / self.legs, 2) if self.legs else None,
            "loss_percent": round(100 * self.lost / (self.packets + self.lost), 2) if self.legs else None,
            "jitter_ms": round(self.jitter_ms / self.legs, 1) if self.legs else None,
        }


@dataclass(slots=True)
class Sums:
    """Of some legs: how many were tried and answered, their seconds of talk, their delays, and how they sounded."""

    attempts: int = 0
    answered: int = 0
    seconds: int = 0
    delays: Delays = field(default_factory=Delays)
    sound: Sound = field(default_factory=Sound)

    def add(self, row: Any) -> None:
        """Add a row of `trunk_sums`."""
        self.attempts += row.attempts
        self.answered += row.attempts if row.answered else 0
        self.seconds += row.seconds

    def shown(self) -> dict[str, Any]:
        """Return what the API shows: `asr` in percent, `acd` in seconds, post-dial delay in milliseconds (median and
        the one that 95 % stay below, of the attempts that got as far as ringing). None: nothing to tell.
        """
        return {
            "attempts": self.attempts,
            "answered": self.answered,
            "asr": round(100 * self.answered / self.attempts, 1) if self.attempts else None,
            "acd": round(self.seconds / self.answered, 1) if self.answered else None,
            "seconds": self.seconds,
            "minutes": round(self.seconds / 60, 1),
            "pdd_median_ms": self.delays.percentile(0.5),
            "pdd_p95_ms": self.delays.percentile(0.95),
            **self.sound.shown(),
        }


Key = tuple[str, bool, int | None]
"""Trunk, whether outbound, gateway (None: all of them)."""


def _direction(row: Any) -> str:
    return "outbound" if row.outbound else "inbound"


async def _read(s: AsyncSession, period: Period, trunk: str | None) -> tuple[dict[Key, Sums], list[Any]]:
    """Return sums by trunk, direction and gateway, and the rows by SIP code that they were made from."""
    day_from, day_to = period.whole_days()
    values = {
        "since": period.since, "until": period.until, "day_from": day_from, "day_to": day_to,
        "trunk": uuid.UUID(trunk) if trunk else None,
    }  # fmt: skip
    tried = (await s.execute(text(_TRIED), values)).all()
    found: dict[Key, Sums] = {}
    for row in tried:
        for key in _keys(row):
            found.setdefault(key, Sums()).add(row)
    for row in await s.execute(text(_WAITED), values):
        for key in _keys(row):
            found.setdefault(key, Sums()).delays.add(row.step, row.legs, row.milliseconds)
    for row in await s.execute(text(_SOUNDED), values):
        for key in _keys(row):
            found.setdefault(key, Sums()).sound.add(row)
    return found, list(tried)


def _keys(row: Any) -> Iterable[Key]:
    trunk = row.resource_id.hex
    yield trunk, row.outbound, None
    if row.gateway != NO_GATEWAY:
        yield trunk, row.outbound, row.gateway


def _by_direction(found: dict[Key, Sums]) -> dict[str, dict[str, Any]]:
    return {
        "outbound" if outbound else "inbound": sums.shown()
        for (_, outbound, gateway), sums in found.items()
        if gateway is None
    }


async def of_all(s: AsyncSession, period: Period) -> list[dict[str, Any]]:
    """Return `{resource_id, outbound?, inbound?}` of every trunk of the account that was used in the time."""
    found, _ = await _read(s, period, None)
    by_trunk: dict[str, dict[Key, Sums]] = {}
    for key, sums in found.items():
        by_trunk.setdefault(key[0], {})[key] = sums
    return [{"resource_id": trunk, **_by_direction(sums)} for trunk, sums in by_trunk.items()]


async def of_one(s: AsyncSession, period: Period, trunk: str) -> dict[str, Any]:
    """Return sums by direction, by gateway (calls to it), and how often which SIP code came. A code of 0: the carrier
    had said nothing when the attempt ended, `cause` says why it did.
    """
    found, tried = await _read(s, period, trunk)
    named = [(key[2], key[1], sums) for key, sums in found.items() if key[2] is not None]
    gateways = [(gateway, sums) for gateway, _, sums in sorted(named, key=lambda one: (one[0], not one[1]))]
    codes = sorted(tried, key=lambda row: (-row.attempts, row.code, row.cause, row.gateway))
    return {
        **_by_direction(found),
        "gateways": [{"gateway": gateway, **sums.shown()} for gateway, sums in gateways],
        "codes": [
            {
                "direction": _direction(row),
                "gateway": None if row.gateway == NO_GATEWAY else row.gateway,
                "code": row.code,
                "cause": row.cause,
                "attempts": row.attempts,
            }
            for row in codes[:MOST_CODES]
        ],
    }
