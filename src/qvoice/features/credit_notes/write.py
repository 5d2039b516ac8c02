"""Writing a credit note: the row with its number, the entry that gives the money back, and the job that mails it, in
one transaction.

**Invariant**: the notes of an invoice are together never more than what it charged, of each line and in all. The lock
is taken before anything is read; the trigger `credit_within_invoice` refuses what code would let pass.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import msgspec
from sqlalchemy import text as sql
from sqlalchemy.ext.asyncio import AsyncSession

from qvoice.db.queue import defer
from qvoice.features.credit_notes import allot
from qvoice.features.credit_notes.read import left_after, of_invoice
from qvoice.features.invoice_settings.read import issuer
from qvoice.features.ledgers.post import BALANCE, INCOME, TAXES, Line, post
from qvoice.kit import ids
from qvoice.kit.clock import utcnow
from qvoice.kit.errors import Conflict
from qvoice.kit.money import ZERO

MAIL = "credit_notes.mail"
KIND = "credit-note"


class OtherProvider(Conflict):
    """The account has moved in the tree: who sent this invoice is not above it any more."""

    code = "other_provider"


async def write(s: AsyncSession, invoice: Any, wanted: dict[str, Any], *, provider_id: str | None) -> Any:
    """Write a note for an invoice of the session's account, and return its row; raises Invalid, OtherProvider.

    `invoice`: its row; `provider_id`: the account directly above. The same `key` again returns the note it wrote.
    """
    account_id = s.info["scope"].account_id
    await s.execute(sql("select pg_advisory_xact_lock(hashtextextended(:id, 12))"), {"id": f"credit:{invoice.id}"})
    if wanted.get("key"):
        query = sql("select * from credit_notes where key = :key")
        there = (await s.execute(query, {"key": wanted["key"]})).first()
        if there is not None:
            return there
    if invoice.provider_id.hex != provider_id:
        raise OtherProvider("the account that sent this invoice is not directly above this one any more")
    lines = invoice.doc["lines"]
    left = left_after(lines, await of_invoice(s, invoice.id.hex))
    parts, named = allot.parts(wanted, left, invoice.currency)
    amount = sum(parts.values(), ZERO)
    found = await s.execute(
        sql("select n.*, a.name from credit_note_number(cast(:invoice as uuid)) n, invoice_settings_above() a"),
        {"invoice": invoice.id.hex},
    )
    taken, note_id = found.one(), ids.new_id()
    pairs, shown = _booked(account_id, provider_id or "", lines, parts, named=named)
    text = f"Credit note {taken.label} on invoice {invoice.label}"
    entry = await post(
        s, key=f"credit-note:{note_id}", kind=KIND, at=utcnow(), lines=pairs, text=text,
        ref={"source_id": note_id, "invoice_id": invoice.id.hex, "reason": wanted["reason"]},
    )  # fmt: skip
    doc = {
        "issuer": issuer(taken.name, taken.settings),
        "account": invoice.doc["account"],
        "invoice": {"id": invoice.id.hex, "number": invoice.number, "label": invoice.label},
        "reason": wanted["reason"],
        "language": await language_of(s),
        "logo": taken.logo,
        "lines": shown,
    }
    row = await s.execute(
        sql(
            "insert into credit_notes (id, account_id, provider_id, invoice_id, number, label, day, currency, amount,"
            " entry_id, key, parts, doc) values (cast(:id as uuid), cast(:account as uuid), :provider, :invoice,"
            " :number, :label, :day, :currency, :amount, cast(:entry as uuid), :key,"
            " cast(:parts as jsonb), cast(:doc as jsonb)) returning *"
        ),
        {
            "id": note_id, "account": account_id, "provider": invoice.provider_id, "invoice": invoice.id,
            "number": taken.number, "label": taken.label, "day": taken.day,
            "currency": invoice.currency, "amount": amount, "entry": entry,
            "key": wanted.get("key"), "doc": msgspec.json.encode(doc).decode(),
            "parts": msgspec.json.encode([{"line": at, "amount": str(part)} for at, part in parts.items()]).decode(),
        },
    )  # fmt: skip
    await defer(s, MAIL, account_id=account_id, path=s.info["scope"].path, note_id=note_id)
    return row.one()


async def language_of(s: AsyncSession) -> str:
    """Return the language of the session's account."""
    query = sql("select language from accounts where id = cast(:id as uuid)")
    return (await s.execute(query, {"id": s.info["scope"].account_id})).scalar_one()


def _booked(
    account_id: str, provider_id: str, lines: allot.Lines, parts: allot.Parts, *, named: bool
) -> tuple[list[Line], list[dict[str, Any]]]:
    """Return the ledger lines (income and each tax apart), and what the note shows: the lines named, or one sum."""
    taxes: dict[str, Decimal] = {}
    income = ZERO
    for place, part in parts.items():
        tax = str(lines[place].get("tax") or "")
        if tax:
            taxes[tax] = taxes.get(tax, ZERO) + part
        else:
            income += part
    pairs: list[Line] = []
    for book, amount, ref in [(INCOME, income, {}), *((TAXES, tax, {"tax": name}) for name, tax in taxes.items())]:
        if amount:
            pairs += [Line(account_id, BALANCE, amount, ref), Line(provider_id, book, -amount, ref)]
    if named:
        shown = [{"line": at, "text": lines[at]["text"], "amount": str(part)} for at, part in sorted(parts.items())]
    else:
        shown = [{"text": "", "amount": str(income)}] if income else []
        shown += [{"text": name, "amount": str(tax)} for name, tax in taxes.items()]
    return pairs, shown
