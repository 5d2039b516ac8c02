"""Issuing an invoice: every line of the balance that no invoice has yet, once, with what was owed before and after.

The monthly run issues one when a month is over; whoever is above the account makes one at once. **Invariant**: a line
of the ledger is on one invoice. The account's turn is taken before anything is read, so two who issue at once wait for
one another; `invoice_lines` holds each line once, whatever code would let pass.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

import msgspec
from sqlalchemy import text as sql
from sqlalchemy.ext.asyncio import AsyncSession

from qvoice.db.queue import defer
from qvoice.features.invoice_settings import read as settings
from qvoice.features.ledgers.said import named, said, translated
from qvoice.features.services import bundles
from qvoice.kit import ids
from qvoice.kit.errors import Conflict
from qvoice.kit.money import ZERO

MAIL = "invoices.mail"
SUMMED = frozenset({"per-minute-voip"})
"""Sources of which an invoice shows sums by description (a destination), not each line."""
LATE = timedelta(days=400)
"""How long after its time a line may be posted and still be found for the next invoice."""

_OPEN = sql(
    "select l.id, l.kind, l.at, l.amount, l.ref as line_ref, e.text, e.ref, e.currency"
    " from ledger_lines l join ledger_entries e on e.id = l.entry_id"
    " where l.book = 'balance' and l.at < :until and l.at >= :oldest"
    " and not exists (select from invoice_lines i where i.line_id = l.id)"
    " order by l.at, l.id"
)


class NothingToBill(Conflict):
    """Nothing was charged or paid since the last invoice: there is nothing to make one of."""

    code = "nothing_to_bill"


class NobodyAbove(Conflict):
    """No account is above this one, so nobody sends it invoices."""

    code = "nobody_above"


def compose(rows: Sequence[Any], language: str = "en") -> tuple[list[dict[str, Any]], Decimal]:
    """Return an invoice's lines for ledger lines, and their sum; amounts are texts, above zero in the account's favour.

    What we wrote ourselves is in the account's `language`.

    The sum of what is returned is the sum of what was given, exactly: nothing is rounded.
    """
    lines: list[dict[str, Any]] = []
    sums: dict[tuple[str, str], dict[str, Any]] = {}
    total = ZERO
    for row in rows:
        facts = {**row.ref, **row.line_ref}
        text = said(row.kind, str(facts.get("text") or row.text or ""), facts, language)
        total += row.amount
        if row.kind in SUMMED:
            entry = sums.setdefault(
                (row.kind, text),
                {"kind": row.kind, "text": text, "count": 0, "quantity": 0, "unit": facts.get("unit", ""),
                 "amount": ZERO},
            )  # fmt: skip
            quantity = facts.get("quantity")
            entry["count"] += 1
            entry["quantity"] += quantity if isinstance(quantity, int | float) else 0
            entry["amount"] += row.amount
        elif row.amount:
            line = {"kind": row.kind, "text": text, "at": row.at.isoformat(), "amount": str(row.amount)}
            if facts.get("tax"):
                line["tax"] = str(facts["tax"])
            if isinstance(facts.get("items"), list):
                line["items"] = [_item(item, language) for item in facts["items"]]
            lines.append(line)
    lines += [{**entry, "amount": str(entry["amount"])} for entry in sums.values()]
    return lines, total


def _item(item: Any, language: str) -> Any:
    """Return what a line is made of with its name in a language."""
    if not isinstance(item, dict) or not isinstance(item.get("name"), str):
        return item
    return {**item, "name": translated(named(item["name"], language), language)}


async def preview(s: AsyncSession, until: datetime) -> dict[str, Any] | None:
    """Return what an invoice would say if the session's account's next one were issued at `until`; None when nothing
    happened since the last one. Nothing is written, and no number is taken.
    """
    rows = await _open(s, until)
    if not rows:
        return None
    day = await _day(s, until)
    name, given = await settings.above(s)
    opening = await _owed(s)
    account = await _account(s)
    lines, total = compose(rows, account.language)
    return {
        "period": {"start": (await _since(s, rows[0].at, day)).isoformat(), "end": day.isoformat()},
        "currency": rows[0].currency,
        "opening": opening,
        "closing": opening + total,
        "issuer": settings.issuer(name, given),
        "due": settings.due_on(day, given),
        "lines": lines,
    }


async def issue(s: AsyncSession, first: date, until: datetime) -> str | None:
    """Issue the session's account's invoice of the month that began on `first` and ended at `until`; return its id.

    None when nothing happened (all was billed at once, say), or it is there already. Lines posted late are on the next.
    """
    await _turn(s)
    there = await s.execute(sql("select id from invoices where month = :first"), {"first": first})
    if there.first() is not None:
        return None
    rows = await _open(s, until)
    if not rows:
        return None
    last = (until - timedelta(seconds=1)).date()
    return await _write(s, rows, (since(first, last, await _billed_to(s)), last), month=first)


async def make(s: AsyncSession, until: datetime, *, key: str | None = None) -> str:
    """Issue the session's account's invoice of all that no invoice has yet, and return its id.

    The month's own then has what comes after. The same `key` again returns the invoice that it made. Raises
    NothingToBill, NobodyAbove.
    """
    await _turn(s)
    if key is not None:
        there = (await s.execute(sql("select id from invoices where key = :key"), {"key": key})).first()
        if there is not None:
            return there.id.hex
    if (await s.execute(sql("select 1 from invoice_settings_above()"))).first() is None:
        raise NobodyAbove
    rows = await _open(s, until)
    if not rows:
        raise NothingToBill
    day = await _day(s, until)
    return await _write(s, rows, (await _since(s, rows[0].at, day), day), key=key)


async def _turn(s: AsyncSession) -> None:
    """Wait until nobody else issues an invoice of the session's account."""
    lock = sql("select pg_advisory_xact_lock(hashtextextended(:id, 13))")
    await s.execute(lock, {"id": f"invoice:{s.info['scope'].account_id}"})


async def _open(s: AsyncSession, until: datetime) -> Sequence[Any]:
    """Return the lines before `until` that no invoice has; none when they all are of nothing."""
    rows = (await s.execute(_OPEN, {"until": until, "oldest": until - LATE})).all()
    return rows if any(row.amount for row in rows) else []


async def _owed(s: AsyncSession) -> Decimal:
    """Return the balance after the invoices of the session's account: what they billed, together."""
    return (await s.execute(sql("select coalesce(sum(closing - opening), 0) from invoices"))).scalar_one()


async def _billed_to(s: AsyncSession) -> date | None:
    """Return the last day that an invoice of the session's account reaches to."""
    return (await s.execute(sql("select max(period_end) from invoices"))).scalar()


async def _day(s: AsyncSession, moment: datetime) -> date:
    """Return the day of a moment where months are counted."""
    query = sql("select (cast(:at as timestamptz) at time zone billing_zone())::date")
    return (await s.execute(query, {"at": moment})).scalar_one()


async def _since(s: AsyncSession, oldest: datetime, day: date) -> date:
    """Return the first day of an invoice that is made on `day`: where the last one ended, else its oldest line's."""
    billed = await _billed_to(s)
    if billed is not None:
        made = await s.execute(
            sql("select bool_and(month is not null) from invoices where period_end = :d"), {"d": billed}
        )
        # A month's own ends with the month; one made at once leaves the rest of its day.
        billed += timedelta(days=1 if made.scalar() else 0)
    return min(billed or await _day(s, oldest), day)


async def _write(
    s: AsyncSession, rows: Sequence[Any], period: tuple[date, date], *, month: date | None = None,
    key: str | None = None,
) -> str:  # fmt: skip
    """Write the invoice of these lines with its number, and the job that mails it; return its id."""
    account_id = s.info["scope"].account_id
    account, opening = await _account(s), await _owed(s)
    taken = (
        await s.execute(
            sql("select n.*, a.name from invoice_number(cast(:account as uuid)) n, invoice_settings_above() a"),
            {"account": account_id},
        )
    ).one()
    used = await bundles.of_month(s, month or period[0], period[1])
    made = written(account_id, account, rows, taken, period=period, opening=opening, used=used, month=month, key=key)
    await s.execute(
        sql(
            "insert into invoices (id, account_id, provider_id, number, label, day, month, key, period_start,"
            " period_end, currency, opening, closing, doc) values (cast(:id as uuid), cast(:account_id as uuid),"
            " cast(:provider_id as uuid), :number, :label, :day, :month, :key, :period_start, :period_end, :currency,"
            " :opening, :closing, cast(:doc as jsonb))"
        ),
        {**made, "doc": msgspec.json.encode(made["doc"]).decode()},
    )
    await s.execute(
        sql(
            "insert into invoice_lines (line_id, account_id, invoice_id)"
            " select unnest(cast(:line_ids as bigint[])), cast(:account_id as uuid), cast(:id as uuid)"
        ),
        made,
    )
    await defer(s, MAIL, account_id=account_id, path=s.info["scope"].path, invoice_id=made["id"])
    return made["id"]


async def _account(s: AsyncSession) -> Any:
    """Return what an invoice says of the session's account: name, document, language."""
    query = sql("select name, doc, language from accounts where id = cast(:id as uuid)")
    return (await s.execute(query, {"id": s.info["scope"].account_id})).one()


def written(
    account_id: str, account: Any, rows: Sequence[Any], taken: Any, *, period: tuple[date, date], opening: Decimal,
    used: Sequence[dict[str, Any]], month: date | None = None, key: str | None = None,
) -> dict[str, Any]:  # fmt: skip
    """Return a new invoice's row, with the ids of its lines: all that it will ever say is in it.

    `account`: name, doc, language; `taken`: the number with who gave it (`invoice_number`); `used`: of its bundles.
    """
    lines, total = compose(rows, account.language)
    return {
        "id": ids.new_id(), "account_id": account_id, "provider_id": taken.provider_id.hex, "number": taken.number,
        "label": taken.label, "day": taken.day, "month": month, "key": key, "period_start": period[0],
        "period_end": period[1], "currency": rows[0].currency, "opening": opening, "closing": opening + total,
        "line_ids": [row.id for row in rows],
        "doc": {
            "issuer": settings.issuer(taken.name, taken.settings),
            "account": {
                "name": account.name, "address": account.doc.get("address") or account.doc.get("org") or ""
            },
            "due": settings.due_on(taken.day, taken.settings),
            "language": account.language,
            "logo": taken.logo,
            "lines": lines,
            "bundles": list(used),
        },
    }  # fmt: skip


def since(first: date, last: date, billed: date | None) -> date:
    """Return the first day of a month's own invoice: where the one before ended, if that was within the month."""
    return min(max(first, billed), last) if billed else first
