"""`/accounts/{A}/invoices`: list; one as JSON, CSV (`accept=text/csv`) or PDF (`/pdf`)."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from fastapi import APIRouter, Request, Response
from sqlalchemy import text as sql
from sqlalchemy.ext.asyncio import AsyncSession

from qvoice.features.auth.permit import Context, permit
from qvoice.features.documents import envelope
from qvoice.features.invoices import paper
from qvoice.kit import ids
from qvoice.kit.errors import NotFound
from qvoice.kit.money import ZERO, number

router = APIRouter(tags=["invoices"])
BASE = "/accounts/{account_id}/invoices"


def summary(row: Any) -> dict[str, Any]:
    """Return an invoice's list row."""
    return {
        "id": row.id.hex,
        "number": row.number,
        "period": {"start": row.period_start.isoformat(), "end": row.period_end.isoformat()},
        "issued": row.issued.date().isoformat(),
        "currency": row.currency,
        "opening": number(row.opening),
        "total": number(row.closing - row.opening),
        "closing": number(row.closing),
    }


def whole(row: Any) -> dict[str, Any]:
    """Return an invoice with its lines."""
    amounts = [Decimal(line["amount"]) for line in row.doc["lines"]]
    return {
        **summary(row),
        **row.doc,
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
        rows = (await s.execute(sql("select * from invoices order by period_start desc"))).all()
    found = [summary(row) for row in rows]
    return ctx.reply(found, page_size=len(found))


@router.get(f"{BASE}/{{invoice_id}}", operation_id="get_invoice", summary="One invoice: JSON, CSV or PDF")
async def one(
    request: Request, account_id: str, invoice_id: str, ctx: Context = permit("invoices", "read")
) -> Response:
    """Return the invoice as it was issued."""
    wanted = request.query_params.get("accept") or request.headers.get("accept", "")
    async with ctx.tx() as s:
        invoice = whole(await load(s, invoice_id))
    if envelope.wants_csv(request):
        return envelope.as_csv(paper.table(invoice), paper.CSV_COLUMNS, name=f"invoice-{invoice['number']}")
    return await _pdf(ctx, invoice) if wanted.startswith("application/pdf") else ctx.reply(invoice)


@router.get(f"{BASE}/{{invoice_id}}/pdf", operation_id="get_invoice_pdf", summary="One invoice on paper")
async def on_paper(
    request: Request, account_id: str, invoice_id: str, ctx: Context = permit("invoices", "read")
) -> Response:
    """Return the invoice as a PDF, in the account's language."""
    async with ctx.tx() as s:
        invoice = whole(await load(s, invoice_id))
    return await _pdf(ctx, invoice)


async def _pdf(ctx: Context, invoice: dict[str, Any]) -> Response:
    account = ctx.account
    assert account is not None
    above = await ctx.directory.account(account.parent_id) if account.parent_id else None
    made = paper.pdf(invoice, provider=above.name if above else "", language=account.language)
    name = f"invoice-{invoice['number']}.pdf"
    return Response(
        made, media_type="application/pdf", headers={"content-disposition": f'attachment; filename="{name}"'}
    )
