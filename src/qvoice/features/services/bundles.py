"""What is left of an account's bundles of minutes, and what an invoice's month used of them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import text as sql
from sqlalchemy.ext.asyncio import AsyncSession

from qvoice.core.rating.bundle import Bundle, bundles_of

_USE = sql("select * from call_bundles_use(cast(:pools as text[]), :since, :until)")


async def of_account(s: AsyncSession) -> tuple[Bundle, ...]:
    """Return the bundles that the plans of the session's account include."""
    rows = (
        await s.execute(sql("select * from call_levels(cast(:id as uuid)) limit 2"), {"id": s.info["scope"].account_id})
    ).all()
    if len(rows) < 2:
        return ()
    own, above = rows
    return bundles_of(own.plans, (own.id.hex, own.timezone or "UTC"), (above.id.hex, above.timezone or "UTC"))


async def shown(s: AsyncSession, now: datetime) -> list[dict[str, Any]]:
    """Return each bundle with what is used in the current cycle, running calls' reservations included, and left."""
    found = []
    for bundle in await of_account(s):
        period = bundle.period(now)
        rows = (await s.execute(_USE, {"pools": [bundle.pool], "since": period, "until": period})).all()
        used, calls = (rows[0].used, rows[0].calls) if rows else (0, 0)
        found.append(
            {
                "name": bundle.name, "cycle": bundle.cycle, "period": period, "seconds": bundle.seconds, "used": used,
                "left": max(bundle.seconds - used, 0), "calls": calls, "classes": sorted(bundle.classes),
                "direction": bundle.direction, "shared": bundle.owner != s.info["scope"].account_id,
                "at_end": "end" if bundle.ends else "charge",
            }
        )  # fmt: skip
    return found


async def of_month(s: AsyncSession, first: date, last: date) -> list[dict[str, Any]]:
    """Return what was used of each bundle in the cycles that began from `first` to `last`, for an invoice."""
    found = []
    for bundle in await of_account(s):
        periods = _periods(bundle.cycle, first, last)
        if not periods:
            continue
        rows = await s.execute(_USE, {"pools": [bundle.pool], "since": periods[0], "until": periods[-1]})
        there = [row for row in rows if row.period in periods]
        found.append(
            {
                "name": bundle.name, "cycle": bundle.cycle, "seconds": bundle.seconds * len(periods),
                "used": sum(row.used for row in there), "calls": sum(row.calls for row in there),
            }
        )  # fmt: skip
    return found


def _periods(cycle: str, first: date, last: date) -> Sequence[str]:
    """Return the cycles that begin from `first` to `last`, in order."""
    days = [first + timedelta(days=n) for n in range((last - first).days + 1)]
    if cycle == "daily":
        return [day.isoformat() for day in days]
    if cycle == "weekly":
        return [f"{day.isocalendar().year}-W{day.isocalendar().week:02d}" for day in days if day.weekday() == 0]
    return [f"{day:%Y-%m}" for day in days if day.day == 1]
