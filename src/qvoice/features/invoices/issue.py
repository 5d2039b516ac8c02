"""Issuing an invoice: every line of the balance that no invoice has yet, once, with what was owed before and after."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

import msgspec
from sqlalchemy import text as sql
from sqlalchemy.ext.asyncio import AsyncSession

from qvoice.db.queue import defer
from qvoice.features.services import bundles
from qvoice.kit import ids
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


def compose(rows: Sequence[Any]) -> tuple[list[dict[str, Any]], Decimal]:
    """Return an invoice's lines for ledger lines, and their sum; amounts are texts, above zero in the account's favour.

    The sum of what is returned is the sum of what was given, exactly: nothing is rounded.
    """
    lines: list[dict[str, Any]] = []
    sums: dict[tuple[str, str], dict[str, Any]] = {}
    total = ZERO
    for row in rows:
        facts = {**row.ref, **row.line_ref}
        text = str(facts.get("text") or row.text or row.kind)
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
                line["items"] = facts["items"]
            lines.append(line)
    lines += [{**entry, "amount": str(entry["amount"])} for entry in sums.values()]
    return lines, total


async def preview(s: AsyncSession, until: datetime) -> dict[str, Any] | None:
    """Return what an invoice would say if the session's account's next one were issued at `until`; None when nothing
    happened since the last one. Nothing is written.
    """
    rows = (await s.execute(_OPEN, {"until": until, "oldest": until - LATE})).all()
    if not any(row.amount for row in rows):
        return None
    opening = await _owed(s)
    lines, total = compose(rows)
    return {
        "period": {"start": rows[0].at.date().isoformat(), "end": until.date().isoformat()},
        "currency": rows[0].currency,
        "opening": opening,
        "closing": opening + total,
        "lines": lines,
    }


async def _owed(s: AsyncSession) -> Decimal:
    """Return the balance after the last invoice of the session's account."""
    last = (await s.execute(sql("select closing from invoices order by period_start desc limit 1"))).first()
    return last.closing if last else ZERO


async def issue(s: AsyncSession, first: date, until: datetime) -> str | None:
    """Issue the session's account's invoice of the month that began on `first` and ended at `until`; return its id.

    None when nothing happened, or it is there already. Lines posted late are on the next one.
    """
    account_id = s.info["scope"].account_id
    there = await s.execute(sql("select id from invoices where period_start = :first"), {"first": first})
    if there.first() is not None:
        return None
    rows = (await s.execute(_OPEN, {"until": until, "oldest": until - LATE})).all()
    if not any(row.amount for row in rows):
        return None
    opening = await _owed(s)
    lines, total = compose(rows)
    account = (
        await s.execute(sql("select name, doc from accounts where id = cast(:id as uuid)"), {"id": account_id})
    ).one()
    taken = (
        await s.execute(sql("select * from invoice_number(cast(:account as uuid))"), {"account": account_id})
    ).one()
    invoice_id = ids.new_id()
    address = account.doc.get("address") or account.doc.get("org") or ""
    await s.execute(
        sql(
            "insert into invoices (id, account_id, provider_id, number, period_start, period_end, currency, opening,"
            " closing, doc) values (cast(:id as uuid), cast(:account as uuid), :provider, :number, :first, :last,"
            " :currency, :opening, :closing, cast(:doc as jsonb))"
        ),
        {
            "id": invoice_id, "account": account_id, "provider": taken.provider_id, "number": taken.number,
            "first": first, "last": (until - timedelta(seconds=1)).date(), "currency": rows[0].currency,
            "opening": opening, "closing": opening + total,
            "doc": msgspec.json.encode(
                {
                    "account": {"name": account.name, "address": address},
                    "lines": lines,
                    "bundles": await bundles.of_month(s, first, (until - timedelta(seconds=1)).date()),
                }
            ).decode(),
        },
    )  # fmt: skip
    await s.execute(
        sql(
            "insert into invoice_lines (line_id, account_id, invoice_id)"
            " select unnest(cast(:lines as bigint[])), cast(:account as uuid), cast(:invoice as uuid)"
        ),
        {"lines": [row.id for row in rows], "account": account_id, "invoice": invoice_id},
    )
    await defer(s, MAIL, account_id=account_id, path=s.info["scope"].path, invoice_id=invoice_id)
    return invoice_id
