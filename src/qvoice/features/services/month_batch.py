"""The month's charges of many accounts in one transaction: one statement reads them, one posts them.

Account by account it is ten statements and a commit each (`monthly.visit`); that remains for accounts whose plans count
those below them or mark up other charges, and for all when one of a batch is refused.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import msgspec
from sqlalchemy import text as sql
from sqlalchemy.ext.asyncio import AsyncSession

from qvoice.core.access.tree import from_ltree
from qvoice.core.plans import plan, quote
from qvoice.db import Scope
from qvoice.features.invoices.issue import LATE
from qvoice.features.ledgers.post import Line
from qvoice.features.services.levels import CLASSES, PATTERNS, Counts, Level, assigned, cascades
from qvoice.features.services.month import Month, bill, key_of
from qvoice.features.services.watch import KIND
from qvoice.kit.money import ZERO

_READ = sql(
    "select * from billing_month(cast(:ids as uuid[]), :classes, :patterns, :begins, :ends, :before, :until, :oldest)"
)
_PLANS = sql("select * from billing_plans(cast(:ids as uuid[]))")
_POST = sql("select billing_post(cast(:entries as jsonb), :kind, :at, :text)")


@dataclass(frozen=True, slots=True)
class Left:
    """What is left to do: `single` accounts that must be visited one by one, and those that are `due` an invoice."""

    single: Sequence[Scope]
    due: Sequence[Scope]


async def charge_many(s: AsyncSession, scopes: Sequence[Scope], month: Month, before: Month) -> Left:
    """Post the month's charges of accounts, in a session of the system's; a second time changes nothing."""
    rows = (
        await s.execute(
            _READ,
            {
                "ids": [scope.account_id for scope in scopes], "classes": CLASSES, "patterns": PATTERNS,
                "begins": month.begins, "ends": month.ends, "before": before.first, "until": before.ends,
                "oldest": before.ends - LATE,
            },
        )
    ).all()  # fmt: skip
    documents = await _documents(s, rows)
    plans: dict[bytes, Any] = {}
    single, due, entries = [], [], []
    # By provider, as calls lock its books: neither waits for the other for ever.
    for row in sorted(rows, key=lambda row: (row.provider_id, row.account_id)):
        scope = Scope(row.account_id.hex, row.path)
        merged = _merged(row, documents, plans)
        if cascades(merged) or merged.get(quote.LEDGERS):
            single.append(scope)
            continue
        if row.is_open:
            due.append(scope)
        if merged:
            entry = _entry(row, merged, month)
            if entry is not None:
                entries.append(entry)
    if entries:
        await s.execute(
            _POST,
            {
                "entries": msgspec.json.encode(entries).decode(), "kind": KIND, "at": month.begins,
                "text": f"Services {month.name}",
            },
        )  # fmt: skip
    return Left(single, due)


async def _documents(s: AsyncSession, rows: Sequence[Any]) -> dict[tuple[str, str], Any]:
    """Return the documents of all plans that accounts have: {(provider, plan): document}."""
    wanted = sorted({id for row in rows for id in row.plans})
    if not wanted:
        return {}
    return {(row.account_id.hex, row.id.hex): row.doc for row in await s.execute(_PLANS, {"ids": wanted})}


def _merged(row: Any, documents: Mapping[tuple[str, str], Any], known: dict[bytes, Any]) -> Any:
    """Return an account's prices; thousands have the same."""
    provider = row.provider_id.hex
    key = msgspec.json.encode([provider, row.plans, row.overrides], order="sorted")
    if key not in known:
        offered = {id: documents[provider, id] for id in row.plans if (provider, id) in documents}
        known[key] = plan.merged(assigned(row.plans, offered), row.overrides) if row.plans else {}
    return known[key]


def _entry(row: Any, merged: Any, month: Month) -> dict[str, Any] | None:
    counts: dict[str, dict[str, int]] = {}
    for category, item, number in row.counts:
        counts.setdefault(category, {})[item] = number
    level = Level(
        row.account_id.hex, row.provider_id.hex, from_ltree(row.path), row.name, merged, Counts(counts, counts)
    )
    since, taxed = ZERO, {}
    for change in row.changed:
        since += Decimal(change["monthly"])
        for name, amount in (change["taxes"] or {}).items():
            taxed[name] = taxed.get(name, ZERO) + Decimal(amount)
    _, lines = bill(level, month, since, taxed, {})
    if not lines:
        return None
    return {"key": key_of(level.account_id, month), "lines": [_line(line) for line in lines]}


def _line(line: Line) -> dict[str, Any]:
    return {"account": line.account_id, "book": line.book, "amount": str(line.amount), "ref": dict(line.ref or {})}
