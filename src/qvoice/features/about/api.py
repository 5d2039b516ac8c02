"""`/about`, and answers that keep dialect clients quiet: alerts (none), ledgers total (kazoo.md
3.3).
"""

from __future__ import annotations

from fastapi import APIRouter, Request, Response

from qvoice.features.auth.permit import Context, permit
from qvoice.features.documents.envelope import NODE, VERSION

router = APIRouter(tags=["about"])


@router.get("/about", operation_id="get_about", summary="Version and node")
async def about(request: Request, ctx: Context = permit("about", "read", own=True)) -> Response:
    """Return what runs here."""
    return ctx.reply({"product": "QVOICE", "version": VERSION, "node": NODE})


@router.get("/accounts/{account_id}/about", operation_id="get_account_about", summary="Version and node")
async def account_about(
    request: Request, account_id: str, ctx: Context = permit("about", "read", own=True)
) -> Response:
    """Return what runs here."""
    return ctx.reply({"product": "QVOICE", "version": VERSION, "node": NODE})


@router.get("/accounts/{account_id}/alerts", operation_id="list_alerts", summary="Alerts (none)")
async def alerts(request: Request, account_id: str, ctx: Context = permit("user_auth", "read")) -> Response:
    """Return the account's alerts: nothing raises any yet."""
    return ctx.reply([], page_size=0)
