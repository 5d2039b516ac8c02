"""`/accounts/{A}/invoices/{I}/credit_notes`: writing one, and those there are; `/accounts/{A}/credit_notes`: all of the
account; one as JSON, CSV (`accept=text/csv`) or PDF (`/pdf`).
"""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Request, Response
from sqlalchemy import text as sql

from qvoice.features.auth.permit import Context, permit
from qvoice.features.credit_notes import paper, read
from qvoice.features.credit_notes.schemas import CreditNote
from qvoice.features.credit_notes.write import write
from qvoice.features.documents import envelope
from qvoice.features.documents.openapi import describe_model
from qvoice.features.documents.validate import validated
from qvoice.features.invoices import letter
from qvoice.features.invoices.api import load as load_invoice

router = APIRouter(tags=["invoices"])
ON = "/accounts/{account_id}/invoices/{invoice_id}/credit_notes"
BASE = "/accounts/{account_id}/credit_notes"
_LIST = {"type": "array", "items": {"type": "object"}}


@router.put(
    ON, **describe_model(body=CreditNote, answer={"type": "object"}, status=201), operation_id="write_credit_note",
    summary="Give back an invoice, or a part of it (from above)",
)  # fmt: skip
async def write_one(
    request: Request, account_id: str, invoice_id: str, ctx: Context = permit("credit_notes", "create")
) -> Response:
    """Write a credit note: numbered, booked at once, mailed. Never more than the invoice still holds."""
    wanted = validated(CreditNote, ctx.data)
    account = ctx.account
    async with ctx.tx() as s:
        invoice = await load_invoice(s, invoice_id)
        row = await write(s, invoice, wanted, provider_id=account.parent_id if account else None)
    return ctx.reply(read.whole(row), status=201)


@router.get(ON, **describe_model(answer=_LIST), operation_id="list_credit_notes_of", summary="Notes of an invoice")
async def of_invoice(
    request: Request, account_id: str, invoice_id: str, ctx: Context = permit("credit_notes", "read")
) -> Response:
    """Return the notes that were written for an invoice, the first first."""
    async with ctx.tx() as s:
        invoice = await load_invoice(s, invoice_id)
        found = [read.summary(row) for row in await read.of_invoice(s, invoice.id.hex)]
    return ctx.reply(found, page_size=len(found))


@router.get(BASE, **describe_model(answer=_LIST), operation_id="list_credit_notes", summary="Credit notes")
async def list_(request: Request, account_id: str, ctx: Context = permit("credit_notes", "read")) -> Response:
    """Return all credit notes that the account was given, newest first."""
    async with ctx.tx() as s:
        rows = (await s.execute(sql("select * from credit_notes order by issued desc, number desc"))).all()
    found = [read.summary(row) for row in rows]
    return ctx.reply(found, page_size=len(found))


@router.get(f"{BASE}/{{note_id}}", operation_id="get_credit_note", summary="One credit note: JSON, CSV or PDF")
async def one(
    request: Request, account_id: str, note_id: str, ctx: Context = permit("credit_notes", "read")
) -> Response:
    """Return the note as it was written."""
    wanted = request.query_params.get("accept") or request.headers.get("accept", "")
    async with ctx.tx() as s:
        note = read.whole(await read.load(s, note_id))
        sender = await letter.sender(s, note, note["invoice_id"])
    if envelope.wants_csv(request):
        rows = paper.table(note, sender, letter.language_of(note, ctx.account))
        return envelope.as_csv(rows, paper.CSV_COLUMNS, name=letter.file_name("credit-note", note["label"]))
    return _pdf(ctx, note, sender) if wanted.startswith("application/pdf") else ctx.reply(note)


@router.get(f"{BASE}/{{note_id}}/pdf", operation_id="get_credit_note_pdf", summary="One credit note on paper")
async def on_paper(
    request: Request, account_id: str, note_id: str, ctx: Context = permit("credit_notes", "read")
) -> Response:
    """Return the note as a PDF, in the account's language."""
    async with ctx.tx() as s:
        note = read.whole(await read.load(s, note_id))
        sender = await letter.sender(s, note, note["invoice_id"])
    return _pdf(ctx, note, sender)


def _pdf(ctx: Context, note: dict[str, Any], sender: letter.Sender) -> Response:
    made = paper.pdf(note, sender, letter.language_of(note, ctx.account))
    return letter.answer(made, letter.file_name("credit-note", note["label"]))
