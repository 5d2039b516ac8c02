"""What is left of an account's bundles of minutes and allotments, and what an invoice's month used of them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import text as sql
from sqlalchemy.ext.asyncio import AsyncSession

from qvoice.core.rating import cycle
from qvoice.core.rating.bundle import Bundle
from qvoice.features.charging.levels import minutes

_USE = sql("select * from call_bundles_use(cast(:pools as text[]), :since, :until)")


async def of_account(s: AsyncSession) -> tuple[Bundle, ...]:
    """Return the minutes that the session's account has been allotted, and those that its plans include."""
    rows = (
        await s.execute(sql("select * from call_levels(cast(:id as uuid)) limit 2"), {"id": s.info["scope"].account_id})
    ).all()
    if len(rows) < 2:
        return ()
    return minutes(*rows)


async def use(s: AsyncSession, bundle: Bundle, since: str, until: str) -> tuple[int, int]:
    """Return (seconds used, calls) of a bundle in its cycles whose names are from `since` to `until`; of running calls
    what they have reserved.
    """
    rows = await s.execute(_USE, {"pools": [bundle.pool], "since": since, "until": until})
    there = [row for row in rows if cycle.is_of(row.period, bundle.cycle)]
    return sum(row.used for row in there), sum(row.calls for row in there)


async def shown(s: AsyncSession, now: datetime) -> list[dict[str, Any]]:
    """Return each bundle with what is used in the current cycle, running calls' reservations included, and left."""
    found = []
    for bundle in await of_account(s):
        period = bundle.period(now)
        used, calls = await use(s, bundle, period, period)
        found.append(
            {
                "name": bundle.name, "cycle": bundle.cycle, "period": period, "seconds": bundle.seconds, "used": used,
                "left": max(bundle.seconds - used, 0), "calls": calls, "classes": sorted(bundle.classes),
                "direction": bundle.direction, "shared": bundle.owner != s.info["scope"].account_id,
                "at_end": "end" if bundle.ends else "charge", "allotted": bundle.allotted,
            }
        )  # fmt: skip
    return found


async def of_month(s: AsyncSession, first: date, last: date) -> list[dict[str, Any]]:
    """Return what was used of each bundle in the cycles that began from `first` to `last`, for an invoice."""
    [found] = await of_accounts(s, [await of_account(s)], first, last)
    return found


async def of_accounts(
    s: AsyncSession, accounts: Sequence[Sequence[Bundle]], first: date, last: date
) -> list[list[dict[str, Any]]]:
    """Return the same for the bundles of many accounts, by one statement for each kind of cycle."""
    pools: dict[str, set[str]] = {}
    for bundle in (bundle for bundles in accounts for bundle in bundles):
        pools.setdefault(bundle.cycle, set()).add(bundle.pool)
    used: dict[tuple[str, str], tuple[int, int]] = {}
    for kind, wanted in pools.items():
        since, until, number = cycle.begun(kind, first, last)
        if not number:
            continue
        for row in await s.execute(_USE, {"pools": sorted(wanted), "since": since, "until": until}):
            if cycle.is_of(row.period, kind):
                seconds, calls = used.get((kind, row.pool), (0, 0))
                used[kind, row.pool] = seconds + row.used, calls + row.calls
    return [[_of(bundle, number, *used.get((bundle.cycle, bundle.pool), (0, 0))) for bundle in bundles
             if (number := cycle.begun(bundle.cycle, first, last)[2])] for bundles in accounts]  # fmt: skip


def _of(bundle: Bundle, cycles: int, used: int, calls: int) -> dict[str, Any]:
    return {
        "name": bundle.name, "cycle": bundle.cycle, "seconds": bundle.seconds * cycles, "used": used, "calls": calls
    }  # fmt: skip
