"""`/accounts/{A}/invoices`: list; making one at once (PUT, from above); one as JSON, CSV (`accept=text/csv`) or PDF
(`/pdf`); what the next one says so far; and `/accounts/{A}/descendants/invoices`: those that the account has sent.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated, Any

from fastapi import APIRouter, Request, Response
from pydantic import Field
from sqlalchemy import text as sql
from sqlalchemy.ext.asyncio import AsyncSession

from qvoice.features.accounts.schemas import Lenient
from qvoice.features.auth.permit import Context, permit
from qvoice.features.credit_notes.read import on_invoice
from qvoice.features.documents import envelope
from qvoice.features.documents.openapi import describe_model
from qvoice.features.documents.validate import validated
from qvoice.features.invoices import letter, paper
from qvoice.features.invoices.issue import make, preview
from qvoice.kit import ids
from qvoice.kit.clock import utcnow
from qvoice.kit.errors import NotFound
from qvoice.kit.money import ZERO, number

router = APIRouter(tags=["invoices"])
BASE = "/accounts/{account_id}/invoices"


class MadeAtOnce(Lenient):
    """What is sent to make an invoice. `key`: yours; sent twice with the same key one invoice is made."""

    key: Annotated[str, Field(min_length=1, max_length=128)] | None = None


def summary(row: Any) -> dict[str, Any]:
    """Return an invoice's list row."""
    return {
        "id": row.id.hex,
        "number": row.number,
        "label": row.label,
        "period": {"start": row.period_start.isoformat(), "end": row.period_end.isoformat()},
        "issued": row.day.isoformat(),
        "at_once": row.month is None,
        "currency": row.currency,
        "opening": number(row.opening),
        "total": number(row.closing - row.opening),
        "closing": number(row.closing),
    }


def whole(row: Any) -> dict[str, Any]:
    """Return an invoice with its lines."""
    return {**summary(row), **row.doc, **_sums(row.doc["lines"])}


def _sums(lines: list[dict[str, Any]]) -> dict[str, Any]:
    amounts = [Decimal(line["amount"]) for line in lines]
    return {
        "charges": number(sum((amount for amount in amounts if amount < 0), ZERO)),
        "credits": number(sum((amount for amount in amounts if amount > 0), ZERO)),
    }


async def load(s: AsyncSession, invoice_id: str) -> Any:
    """Return an invoice of the session's account; raises NotFound."""
    row = None
    if ids.is_id(invoice_id):
        query = sql("select * from invoices where id = cast(:id as uuid)")
        row = (await s.execute(query, {"id": invoice_id})).first()
    if row is None:
        raise NotFound("there is no such invoice in this account")
    return row


@router.get(BASE, operation_id="list_invoices", summary="Invoices")
async def list_(request: Request, account_id: str, ctx: Context = permit("invoices", "read")) -> Response:
    """Return all invoices, newest first."""
    async with ctx.tx() as s:
        rows = (await s.execute(sql("select * from invoices order by issued desc, number desc"))).all()
    found = [summary(row) for row in rows]
    return ctx.reply(found, page_size=len(found))


@router.put(
    BASE, **describe_model(body=MadeAtOnce, answer={"type": "object"}, status=201), operation_id="make_invoice",
    summary="Make the account's invoice at once (from above)",
)  # fmt: skip
async def make_one(request: Request, account_id: str, ctx: Context = permit("invoices", "create")) -> Response:
    """Issue an invoice of all that happened since the last one, numbered and mailed; `preview` says what it will hold.

    The one that is issued when the month is over has what comes after. 409 when there is nothing to bill.
    """
    wanted = validated(MadeAtOnce, ctx.data)
    async with ctx.tx() as s:
        invoice = whole(await load(s, await make(s, utcnow(), key=wanted.get("key"))))
    return ctx.reply(invoice, status=201)


@router.get(
    "/accounts/{account_id}/descendants/invoices", operation_id="list_invoices_sent",
    summary="Invoices that this account has sent",
)  # fmt: skip
async def sent(request: Request, account_id: str, ctx: Context = permit("invoices", "read")) -> Response:
    """Return the latest 5,000 invoices to the accounts directly below, newest first, each with whose it is."""
    async with ctx.tx() as s:
        rows = (await s.execute(sql("select * from invoices_issued()"))).all()
    found = [
        {
            **summary(row), "account_id": row.account_id.hex, "account_name": row.account_name,
            "due": row.due, "credited": number(row.credited),
        }
        for row in rows
    ]  # fmt: skip
    return ctx.reply(found, page_size=len(found))


@router.get(f"{BASE}/preview", operation_id="preview_invoice", summary="What the next invoice says so far")
async def next_one(request: Request, account_id: str, ctx: Context = permit("invoices", "read")) -> Response:
    """Return what happened since the last invoice, as an invoice without number; `{}` when nothing did."""
    async with ctx.tx() as s:
        found = await preview(s, utcnow())
    if found is None:
        return ctx.reply({})
    amounts = {
        "opening": number(found["opening"]),
        "total": number(found["closing"] - found["opening"]),
        "closing": number(found["closing"]),
    }
    return ctx.reply({**found, **amounts, **_sums(found["lines"])})


@router.get(f"{BASE}/{{invoice_id}}", operation_id="get_invoice", summary="One invoice: JSON, CSV or PDF")
async def one(
    request: Request, account_id: str, invoice_id: str, ctx: Context = permit("invoices", "read")
) -> Response:
    """Return the invoice as it was issued."""
    wanted = request.query_params.get("accept") or request.headers.get("accept", "")
    async with ctx.tx() as s:
        invoice = whole(await load(s, invoice_id))
        noted = await on_invoice(s, invoice)
        sender = await letter.sender(s, invoice, invoice_id)
    if envelope.wants_csv(request):
        name = letter.file_name("invoice", invoice["label"])
        return envelope.as_csv(paper.table(invoice, sender), paper.CSV_COLUMNS, name=name)
    return _pdf(ctx, invoice, sender) if wanted.startswith("application/pdf") else ctx.reply({**invoice, **noted})


@router.get(f"{BASE}/{{invoice_id}}/pdf", operation_id="get_invoice_pdf", summary="One invoice on paper")
async def on_paper(
    request: Request, account_id: str, invoice_id: str, ctx: Context = permit("invoices", "read")
) -> Response:
    """Return the invoice as a PDF, in the account's language."""
    async with ctx.tx() as s:
        invoice = whole(await load(s, invoice_id))
        sender = await letter.sender(s, invoice, invoice_id)
    return _pdf(ctx, invoice, sender)


def _pdf(ctx: Context, invoice: dict[str, Any], sender: letter.Sender) -> Response:
    made = paper.pdf(invoice, sender, letter.language_of(invoice, ctx.account))
    return letter.answer(made, letter.file_name("invoice", invoice["label"]))
