"""A month of plans: when it begins and ends, and what an account pays for it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import text as sql
from sqlalchemy.ext.asyncio import AsyncSession

from qvoice.core.plans import quote
from qvoice.features.ledgers.post import TAXES, Line, transfer
from qvoice.features.services.levels import Level
from qvoice.kit.money import ZERO, rounded


@dataclass(frozen=True, slots=True)
class Month:
    """A month of the billing zone: its first day and the moments it begins and ends."""

    first: date
    begins: datetime
    ends: datetime

    @classmethod
    def of(cls, day: date, zone: str) -> Month:
        """Return the month that a day is in."""
        first = day.replace(day=1)
        following = date(first.year + first.month // 12, first.month % 12 + 1, 1)
        begins, ends = (datetime(d.year, d.month, d.day, tzinfo=ZoneInfo(zone)) for d in (first, following))
        return cls(first, begins, ends)

    @property
    def name(self) -> str:
        """`2026-11`."""
        return self.first.strftime("%Y-%m")


def months(first: date, zone: str) -> tuple[Month, Month]:
    """Return the month that begins on `first`, and the one before."""
    return Month.of(first, zone), Month.of(date(first.year - (first.month == 1), (first.month - 2) % 12 + 1, 1), zone)


async def zone_of(s: AsyncSession) -> str:
    """Return the zone that months are counted in."""
    return (await s.execute(sql("select billing_zone()"))).scalar_one()


def key_of(account_id: str, month: Month) -> str:
    """Return the key of an account's charge for a month: whatever posts it, it is posted once."""
    return f"monthly:{account_id}:{month.name}"


def bill(
    level: Level,
    month: Month,
    since: Decimal,
    taxed: Mapping[str, Decimal],
    used: Mapping[str, tuple[Decimal, Decimal]],
) -> tuple[Decimal, list[Line]]:
    """Return what an account pays for a month, without taxes, and the ledger's lines; none when it is nothing.

    `since`, `taxed`: what changes since the month began added to the monthly price and its taxes; `used`: what was
    spent in the month before by source, for surcharges.
    """
    lines = level.lines
    due = rounded(quote.total(lines) - since)
    added = quote.markups(level.plan, used)
    total = due + sum((amount for _, _, amount in added), ZERO)
    facts: dict[str, Any] = {
        "text": f"Services {month.name}",
        "month": month.name,
        "items": [
            {
                "category": line.category, "item": line.item, "name": line.name, "quantity": line.priced.billable,
                "rate": str(line.priced.rate), "discount": str(line.priced.discount), "amount": str(line.priced.total),
            }
            for line in lines
            if line.priced.billable
        ]
        + [{"category": "ledgers", "item": s_, "name": r.name or s_, "amount": str(a)} for s_, r, a in added],
    }  # fmt: skip
    if due != quote.total(lines):
        facts["items"].append({"name": "charged as it changed", "amount": str(due - quote.total(lines))})
    pairs = transfer(level.account_id, level.provider_id, total, ref=facts)
    taxes = quote.taxes(lines)
    for name in sorted({**taxes, **taxed}):
        tax = taxes.get(name, ZERO) - taxed.get(name, ZERO)
        if tax:
            pairs += transfer(level.account_id, level.provider_id, tax, book=TAXES, ref={"tax": name, "text": name})
    return total, pairs if any(line.amount for line in pairs) else []
