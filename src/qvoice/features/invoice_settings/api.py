"""`/accounts/{A}/invoice_settings` (G U P): who issues A's invoices to the accounts below it, and their numbering."""

from __future__ import annotations

from fastapi import APIRouter, Request, Response

from qvoice.features.auth.permit import Context, permit
from qvoice.features.documents import body
from qvoice.features.documents.openapi import describe_model
from qvoice.features.documents.validate import validated
from qvoice.features.invoice_settings.schemas import InvoiceSettings
from qvoice.features.invoice_settings.write import hold, shown, stored, write

router = APIRouter(tags=["invoices"])
PLACE = "/accounts/{account_id}/invoice_settings"


@router.get(
    PLACE, **describe_model(answer=InvoiceSettings), operation_id="get_invoice_settings",
    summary="Who issues this account's invoices, and how they are numbered",
)  # fmt: skip
async def read(request: Request, account_id: str, ctx: Context = permit("invoice_settings", "read")) -> Response:
    """Return the settings; each series says its `next` number and how that will look (`example`)."""
    async with ctx.tx() as s:
        return ctx.reply(await shown(s))


@router.post(
    PLACE, **describe_model(body=InvoiceSettings, answer=InvoiceSettings), operation_id="replace_invoice_settings",
    summary="Set who issues invoices, and how they are numbered",
)  # fmt: skip
async def replace(request: Request, account_id: str, ctx: Context = permit("invoice_settings", "update")) -> Response:
    """Replace the settings. Invoices that were sent stay as they are; numbers go on unless `next` says otherwise."""
    async with ctx.tx() as s:
        await hold(s)
        await write(s, validated(InvoiceSettings, body.public_part(ctx.data)))
        return ctx.reply(await shown(s))


@router.patch(
    PLACE, **describe_model(body=InvoiceSettings, answer=InvoiceSettings), operation_id="patch_invoice_settings",
    summary="Change some of it",
)  # fmt: skip
async def patch(request: Request, account_id: str, ctx: Context = permit("invoice_settings", "update")) -> Response:
    """Merge into the settings."""
    async with ctx.tx() as s:
        await hold(s)
        merged = body.merged(await stored(s), body.public_part(ctx.data))
        await write(s, validated(InvoiceSettings, merged))
        return ctx.reply(await shown(s))
