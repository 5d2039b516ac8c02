"""The month's invoices of many accounts in one transaction: five statements and one insertion of their mails' jobs.

What one says is composed as each by itself is (`issue.written`); the invariants are the same, and so are the locks: the
turn of each account, then the row of its provider's series of numbers, both in the order of ids.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from itertools import groupby
from types import SimpleNamespace
from typing import Any

import msgspec
from sqlalchemy import text as sql
from sqlalchemy.ext.asyncio import AsyncSession

from qvoice.core.rating.bundle import Bundle
from qvoice.db import Scope
from qvoice.db.queue import defer_many
from qvoice.features.charging.levels import minutes
from qvoice.features.invoices.issue import LATE, MAIL, since, written
from qvoice.features.services import bundles

MOST_LINES = 20_000
"""Lines of the ledger that are composed at once, more only for an account that has more itself."""

_TURNS = sql(
    "select pg_advisory_xact_lock(hashtextextended('invoice:' || turn.id, 13))"
    " from (select unnest(cast(:ids as text[])) as id order by 1) turn"
)
_HEADS = sql("select * from billing_heads(cast(:ids as uuid[]), :first, :until, :oldest, :most)")
_LINES = sql("select * from billing_lines(cast(:ids as uuid[]), :until, :oldest)")
_NUMBERS = sql("select * from billing_numbers(cast(:ids as uuid[]))")
_WRITE = sql("select billing_issue(cast(:made as jsonb))")


async def issue_many(s: AsyncSession, scopes: Sequence[Scope], first: date, until: datetime) -> list[Scope]:
    """Issue the invoices of the month that began on `first` and ended at `until`, in a session of the system's.

    Return the accounts that are left for another transaction, because those before them had so many lines. Who has one
    already, or nothing to bill, gets none.
    """
    await s.execute(_TURNS, {"ids": [scope.account_id for scope in scopes]})
    asked: dict[str, Any] = {"until": until, "oldest": until - LATE}
    given = {"ids": [scope.account_id for scope in scopes], "first": first, "most": MOST_LINES, **asked}
    heads = (await s.execute(_HEADS, given)).all()
    if not heads:
        return []
    found = [head.id.hex for head in heads]
    rows = (await s.execute(_LINES, {"ids": found, **asked})).all()
    lines = {id.hex: list(own) for id, own in groupby(rows, key=lambda row: row.account_id)}
    last = (until - timedelta(seconds=1)).date()
    used = await bundles.of_accounts(s, [_minutes(head) for head in heads], first, last)
    taken = {row.account_id.hex: row for row in (await s.execute(_NUMBERS, {"ids": found})).all()}
    made = [
        written(
            id, head, lines[id], taken[id], period=(since(first, last, head.billed), last), opening=head.opening,
            used=own, month=first,
        )
        for id, head, own in zip(found, heads, used, strict=True)
    ]  # fmt: skip
    await s.execute(_WRITE, {"made": msgspec.json.encode(made).decode()})
    paths = {head.id.hex: head.path for head in heads}
    await defer_many(
        s, MAIL, [{"account_id": one["account_id"], "path": paths[one["account_id"]], "invoice_id": one["id"]}
                  for one in made],
    )  # fmt: skip
    return [scope for scope in scopes if scope.account_id > found[-1]]


def _minutes(head: Any) -> Sequence[Bundle]:
    return minutes(head, SimpleNamespace(id=head.parent_id, timezone=head.above_timezone))
