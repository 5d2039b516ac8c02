"""Reading the sums (`call_sums`, migration `reports`) in the scope of the account whose report it is."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from qvoice.features.reports.period import Period
from qvoice.kit import money

TRAFFIC = ("inbound", "outbound", "internal")
_SUMS = (
    "sum(calls)::bigint as calls, sum(answered)::bigint as answered, sum(seconds)::bigint as seconds,"
    " sum(revenue) as revenue, sum(cost) as cost, sum(uncosted)::bigint as uncosted"
)
# Whole days of UTC come from the sums of days, the ends from those of quarters of an hour: exact in every zone.
TIME = (
    "((grain = 1 and at >= :day_from and at < :day_to)"
    " or (grain = 0 and at >= :since and at < :day_from) or (grain = 0 and at >= :day_to and at < :until))"
)


@dataclass(slots=True)
class Sums:
    """Calls, those answered, seconds of talk, and the account's money for them. Two add up."""

    calls: int = 0
    answered: int = 0
    seconds: int = 0
    revenue: Decimal = Decimal(0)
    cost: Decimal = Decimal(0)
    uncosted: int = 0
    """Calls over trunks of the account whose cost nobody knows: no cost deck, or no rate in it."""

    def add(self, other: Any) -> None:
        """Add another one, or a row with the same names."""
        self.calls += other.calls
        self.answered += other.answered
        self.seconds += other.seconds
        self.revenue += other.revenue
        self.cost += other.cost
        self.uncosted += other.uncosted

    def take(self, other: Sums) -> None:
        """Take another one away."""
        self.calls -= other.calls
        self.answered -= other.answered
        self.seconds -= other.seconds
        self.revenue -= other.revenue
        self.cost -= other.cost
        self.uncosted -= other.uncosted

    def shown(self) -> dict[str, Any]:
        """Return what the API shows: with the share answered (`asr`, in percent) and the mean length of a call
        (`acd`, in seconds), None when there is nothing to divide by; `margin` is revenue less cost, None while
        the cost of some calls (`uncosted`) is not known: it would look like profit.
        """
        return {
            "calls": self.calls,
            "answered": self.answered,
            "asr": round(100 * self.answered / self.calls, 1) if self.calls else None,
            "seconds": self.seconds,
            "minutes": round(self.seconds / 60, 1),
            "acd": round(self.seconds / self.answered, 1) if self.answered else None,
            "revenue": money.number(self.revenue),
            "cost": money.number(self.cost),
            "margin": None if self.uncosted else money.number(self.revenue - self.cost),
            "uncosted": self.uncosted,
        }


def traffic_of(rows: Iterable[tuple[str, Any]]) -> dict[str, dict[str, Any]]:
    """Return `{inbound, outbound, internal, all}` from rows by traffic."""
    sums = {kind: Sums() for kind in (*TRAFFIC, "all")}
    for traffic, row in rows:
        sums[traffic].add(row)
        sums["all"].add(row)
    return {kind: one.shown() for kind, one in sums.items()}


async def series(s: AsyncSession, period: Period, begins: Sequence[datetime]) -> list[list[Any]]:
    """Return the rows (traffic and sums) of each part of the period; `begins`: where they begin."""
    rows = await s.execute(
        text(
            f"select width_bucket(at, cast(:begins as timestamptz[])) as part, traffic, {_SUMS} from call_sums"
            " where axis = 'all' and grain = 0 and at >= :since and at < :until group by 1, 2"
        ),
        {"begins": list(begins), "since": period.since, "until": period.until},
    )
    parts: list[list[Any]] = [[] for _ in begins]
    for row in rows:
        parts[row.part - 1].append(row)
    return parts


async def by_key(s: AsyncSession, axis: str, period: Period) -> list[Any]:
    """Return sums by key and traffic of an axis (`destination`, `account`, `level`)."""
    day_from, day_to = period.whole_days()
    rows = await s.execute(
        text(f"select key, traffic, {_SUMS} from call_sums where axis = :axis and {TIME} group by 1, 2"),
        {"axis": axis, "since": period.since, "until": period.until, "day_from": day_from, "day_to": day_to},
    )
    return list(rows)


async def names(s: AsyncSession, ids: Sequence[str]) -> dict[str, str]:
    """Return the names of accounts at or below the scope's, removed ones too."""
    rows = await s.execute(
        text("select id, name from accounts where id = any(cast(:ids as uuid[]))"), {"ids": list(ids)}
    )
    return {row.id.hex: row.name for row in rows}


async def currency(s: AsyncSession) -> str:
    """Return the installation's currency."""
    row = (await s.execute(text("select ledger_currency() as code"))).one()
    return row.code
