"""Reading credit notes of the session's account, and what an invoice still holds after them."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from sqlalchemy import text as sql
from sqlalchemy.ext.asyncio import AsyncSession

from qvoice.features.credit_notes.allot import Held, Parts, held
from qvoice.kit import ids
from qvoice.kit.errors import NotFound
from qvoice.kit.money import ZERO, number


def summary(row: Any) -> dict[str, Any]:
    """Return a note's list row."""
    return {
        "id": row.id.hex,
        "number": row.number,
        "label": row.label,
        "invoice_id": row.invoice_id.hex,
        "invoice_number": row.doc["invoice"]["number"],
        "invoice_label": row.doc["invoice"].get("label") or str(row.doc["invoice"]["number"]),
        "issued": row.day.isoformat(),
        "currency": row.currency,
        "amount": number(row.amount),
        "reason": row.doc["reason"],
    }


def whole(row: Any) -> dict[str, Any]:
    """Return a note with its lines."""
    return {**summary(row), **{key: value for key, value in row.doc.items() if key != "invoice"}}


async def of_invoice(s: AsyncSession, invoice_id: str) -> Sequence[Any]:
    """Return the rows of an invoice's notes, the first written first."""
    query = sql("select * from credit_notes where invoice_id = cast(:id as uuid) order by issued, number")
    return (await s.execute(query, {"id": invoice_id})).all()


def left_after(lines: Sequence[dict[str, Any]], notes: Sequence[Any]) -> Held:
    """Return what an invoice with `lines` still holds after its notes."""
    given_back: Parts = {}
    for note in notes:
        for part in note.parts:
            place = int(part["line"])
            given_back[place] = given_back.get(place, ZERO) + Decimal(part["amount"])
    return held(lines, given_back)


async def load(s: AsyncSession, note_id: str) -> Any:
    """Return a note of the session's account; raises NotFound."""
    row = None
    if ids.is_id(note_id):
        query = sql("select * from credit_notes where id = cast(:id as uuid)")
        row = (await s.execute(query, {"id": note_id})).first()
    if row is None:
        raise NotFound("there is no such credit note in this account")
    return row


async def on_invoice(s: AsyncSession, invoice: dict[str, Any]) -> dict[str, Any]:
    """Return what an invoice shows of its notes: them, and what each line and all of it still hold."""
    notes = await of_invoice(s, invoice["id"])
    left = left_after(invoice["lines"], notes)
    return {
        "credit_notes": [summary(row) for row in notes],
        "credited": number(sum((row.amount for row in notes), ZERO)),
        "creditable": number(left.total),
        "lines": [
            {**line, "creditable": str(left.lines[place])} if place in left.lines else line
            for place, line in enumerate(invoice["lines"])
        ],
    }
