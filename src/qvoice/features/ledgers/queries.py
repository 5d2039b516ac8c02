"""Reading the ledger of the session's account: sums by source, pages of its lines, the balance."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import text as sql
from sqlalchemy.ext.asyncio import AsyncSession

from qvoice.features import documents
from qvoice.features.ledgers.post import BALANCE
from qvoice.kit import ids, money
from qvoice.kit.clock import to_gregorian
from qvoice.kit.errors import Invalid, NotFound


@dataclass(frozen=True, slots=True)
class Balance:
    """What an account has, and what of it running calls have reserved."""

    amount: Decimal
    held: Decimal


@dataclass(frozen=True, slots=True)
class Window:
    """From `since` (included) to `until` (not included); None: without bound."""

    since: datetime | None = None
    until: datetime | None = None


async def balance(s: AsyncSession) -> Balance:
    """Return the balance of the session's account."""
    row = (await s.execute(sql("select amount, held from ledger_balances where book = 'balance' and slot = 0"))).first()
    return Balance(row.amount, row.held) if row else Balance(money.ZERO, money.ZERO)


async def may_owe(s: AsyncSession, account_id: str) -> Decimal:
    """Return how far below zero calls may bring the balance: 0 for prepaid, `max_postpay_amount` for post-paid."""
    found = await documents.get(s, "limits", account_id)
    limits = found.doc if found else {}
    if limits.get("allow_postpay") is not True:
        return money.ZERO
    return abs(money.parse(limits.get("max_postpay_amount") or 0))


async def book(s: AsyncSession, name: str) -> Decimal:
    """Return the sum of one book of the session's account, such as `income`."""
    query = sql("select coalesce(sum(amount), 0) from ledger_balances where book = :book")
    return (await s.execute(query, {"book": name})).scalar_one()


async def spent(s: AsyncSession, kind: str, window: Window) -> Decimal:
    """Return what the account paid (above zero) for one source in a time: the caps per day and month are about it."""
    query = sql(
        "select coalesce(-sum(amount), 0) from ledger_lines where book = 'balance' and kind = :kind"
        " and (cast(:since as timestamptz) is null or at >= :since)"
        " and (cast(:until as timestamptz) is null or at < :until)"
    )
    parameters = {"kind": kind, "since": window.since, "until": window.until}
    return (await s.execute(query, parameters)).scalar_one()


async def by_source(s: AsyncSession, window: Window, *, book: str = BALANCE) -> dict[str, dict[str, Any]]:
    """Return `{source: {amount, usage}}` of a book; `usage` adds up quantities of one unit."""
    query = sql(
        "select l.kind, e.ref ->> 'unit' as unit, min(e.ref ->> 'usage') as usage, sum(l.amount) as amount,"
        " sum(case when jsonb_typeof(e.ref -> 'quantity') = 'number' then (e.ref ->> 'quantity')::numeric end)"
        " as quantity from ledger_lines l join ledger_entries e on e.id = l.entry_id"
        " where l.book = :book and (cast(:since as timestamptz) is null or l.at >= :since)"
        " and (cast(:until as timestamptz) is null or l.at < :until)"
        " group by 1, 2 order by 1, 2"
    )
    found: dict[str, dict[str, Any]] = {}
    for row in await s.execute(query, {"book": book, "since": window.since, "until": window.until}):
        source = found.setdefault(row.kind, {"amount": money.ZERO, "usage": {}})
        source["amount"] += row.amount
        if row.unit and not source["usage"]:
            source["usage"] = {"type": row.usage or "", "unit": row.unit, "quantity": money.number(row.quantity or 0)}
    return {kind: {**source, "amount": money.number(source["amount"])} for kind, source in found.items()}


@dataclass(frozen=True, slots=True)
class Position:
    """Where a page starts: time (microseconds since 1970) and id of its first line."""

    at: int
    id: int

    def text(self) -> str:
        """Return the opaque key."""
        return base64.urlsafe_b64encode(f"{self.at}.{self.id}".encode()).decode().rstrip("=")

    @classmethod
    def read(cls, key: str) -> Position:
        """Return the position of a key; raises Invalid."""
        try:
            at, _, id = base64.urlsafe_b64decode(key + "=" * (-len(key) % 4)).decode("ascii").partition(".")
        except (binascii.Error, ValueError):
            at = id = ""
        if not (at.isdigit() and id.isdigit() and len(at) < 17 and len(id) < 19):
            raise Invalid.field("start_key", "invalid", "start_key must be a next_start_key of an earlier answer")
        return cls(int(at), int(id))


_COLUMNS = """
    select l.id, l.entry_id, l.book, l.kind, l.at, l.amount, l.ref as line_ref, e.text, e.ref, e.account_id, e.currency,
        e.number, extract(epoch from l.at) * 1000000 as micros
    from ledger_lines l join ledger_entries e on e.id = l.entry_id"""


async def page(
    s: AsyncSession,
    *,
    source: str | None,
    window: Window,
    size: int | None,
    ascending: bool = False,
    start: Position | None = None,
    book: str = BALANCE,
) -> tuple[list[Any], Position | None]:
    """Return lines of a book with their entries, and where the next page starts (None: nowhere).

    `size` None: all of them, up to 100,000.
    """
    wanted = 100_000 if size is None else size
    order, compare = ("asc", ">=") if ascending else ("desc", "<=")
    query = sql(
        f"{_COLUMNS} where l.book = :book and (cast(:source as text) is null or l.kind = :source)"
        " and (cast(:since as timestamptz) is null or l.at >= :since)"
        " and (cast(:until as timestamptz) is null or l.at < :until)"
        " and (cast(:start as bigint) is null"
        f" or (l.at, l.id) {compare} (to_timestamp(0) + :start * interval '1 microsecond', :start_id))"
        f" order by l.at {order}, l.id {order} limit :most"
    )
    rows: Sequence[Any] = (
        await s.execute(
            query,
            {
                "book": book, "source": source, "since": window.since, "until": window.until,
                "start": start.at if start else None, "start_id": start.id if start else None, "most": wanted + 1,
            },
        )
    ).all()  # fmt: skip
    if len(rows) > wanted:
        if size is None:
            raise Invalid.field("paginate", "range", "more than 100000 entries: ask for pages or a shorter time")
        return list(rows[:wanted]), Position(int(rows[wanted].micros), rows[wanted].id)
    return list(rows), None


async def one(s: AsyncSession, entry_id: str, *, source: str | None = None) -> Any:
    """Return the balance line of an entry; raises NotFound when the account has none."""
    if ids.is_id(entry_id):
        query = sql(f"{_COLUMNS} where l.entry_id = cast(:id as uuid) order by l.book <> 'balance', l.id limit 1")
        row = (await s.execute(query, {"id": entry_id})).first()
        if row is not None and (source is None or row.kind == source):
            return row
    raise NotFound("there is no such entry in this account's ledger")


_SHOWN_APART = frozenset(
    {"source_id", "quantity", "unit", "usage", "period_start", "period_end", "metadata", "call_id", "text"}
)


def shown(row: Any, account_name: str | None = None) -> dict[str, Any]:
    """Return a line in the dialect's shape (kazoo.md 5.3): `amount` below zero is a debit."""
    facts = {**row.ref, **row.line_ref}
    answer: dict[str, Any] = {
        "id": row.entry_id.hex,
        "number": row.number,
        "amount": money.number(row.amount),
        "currency": row.currency,
        "type": "debit" if row.amount < 0 else "credit",
        "book": row.book,
        "description": facts.get("text") or row.text,
        "account": {"id": row.account_id.hex, **({"name": account_name} if account_name else {})},
        "source": {"service": row.kind, "id": str(facts.get("source_id") or facts.get("call_id") or row.entry_id.hex)},
        "usage": {
            "type": facts.get("usage", ""), "quantity": facts.get("quantity", 0), "unit": facts.get("unit", "")
        },
        "period": {"start": facts.get("period_start", to_gregorian(row.at))},
        "timestamp": to_gregorian(row.at),
        "metadata": {
            **{key: value for key, value in facts.items() if key not in _SHOWN_APART},
            **(facts["metadata"] if isinstance(facts.get("metadata"), dict) else {}),
        },
    }  # fmt: skip
    if "call_id" in facts:
        answer["metadata"]["call"] = {"call_id": facts["call_id"]}
    if "period_end" in facts:
        answer["period"]["end"] = facts["period_end"]
    return answer
