"""Writing into the ledger: one entry of several lines that add up to zero, once for each key."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

import msgspec
from sqlalchemy import text as sql
from sqlalchemy.ext.asyncio import AsyncSession

from qvoice.kit import money

BALANCE = "balance"
"""What an account has with the account above it: prepaid above zero, owed below."""
INCOME = "income"
"""What an account has earned from the accounts below it."""
PAYMENTS = "payments"
"""Money from outside that an account took for those below it: below zero is what came in."""
ADJUSTMENTS = "adjustments"
"""What an account gave (below zero) or took from those below it without money changing hands."""
TAXES = "taxes"
"""What an account took for the tax office."""

_POST = sql(
    "select ledger_post(:key, :kind, :at, :text, cast(:ref as jsonb), cast(:accounts as uuid[]), :books,"
    " cast(:amounts as numeric[]), cast(:refs as jsonb[]))"
)


@dataclass(frozen=True, slots=True)
class Line:
    """One line: `amount` into (or, below zero, out of) a book of an account.

    `ref`: facts that only this account may read, such as the rate at its level; the entry's own are read by all whose
    lines it has.
    """

    account_id: str
    book: str
    amount: Decimal
    ref: Mapping[str, Any] | None = None


def transfer(
    account_id: str, provider_id: str, amount: Decimal, *, book: str = INCOME, ref: Mapping[str, Any] | None = None
) -> list[Line]:
    """Return the two lines by which an account pays `amount` to the account above it, earned in `book` there."""
    return [Line(account_id, BALANCE, -amount, ref), Line(provider_id, book, amount, ref)]


async def post(
    session: AsyncSession,
    *,
    key: str,
    kind: str,
    at: datetime,
    lines: Sequence[Line],
    ref: Mapping[str, Any] | None = None,
    text: str = "",
) -> str:
    """Post an entry and return its id. A second post with the same `key` changes nothing and returns the first's id.

    `kind` is the source of the charge in the dialect's words (`per-minute-voip`, `services`, `payments` …). The
    accounts of the lines lie on one way down the tree; the lowest is the one the entry is about, and must be at or
    below the session's. Raises ValueError for amounts that the books cannot hold exactly (round once, by
    `kit.money.rounded`); the database refuses lines that do not add up to zero, at the commit.
    """
    for line in lines:
        if not money.is_booked(line.amount):
            raise ValueError(f"{line.amount} has more than six places: round it once, where it is computed")
    parameters = {"key": key, "kind": kind, "at": at, "text": text[:500], "ref": _json(ref), **_columns(lines)}
    return (await session.execute(_POST, parameters)).scalar_one().hex


def _columns(lines: Sequence[Line]) -> dict[str, Any]:
    return {
        "accounts": [line.account_id for line in lines],
        "books": [line.book for line in lines],
        "amounts": [line.amount for line in lines],
        "refs": [_json(line.ref) for line in lines],
    }


def _json(value: Mapping[str, Any] | None) -> str:
    return msgspec.json.encode(dict(value or {})).decode()
