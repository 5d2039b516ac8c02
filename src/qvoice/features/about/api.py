"""`/about`, and answers that keep dialect clients quiet: whitelabel (404), alerts (none), ledgers total (kazoo.md
3.3).
"""

from __future__ import annotations

from fastapi import APIRouter, Request, Response

from qvoice.features.auth.permit import Context, permit
from qvoice.features.documents.envelope import NODE, VERSION
from qvoice.kit.errors import NotFound

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


@router.get("/whitelabel/{domain}", operation_id="get_whitelabel", summary="Branding of a domain (none)")
async def whitelabel(
    request: Request, domain: str, ctx: Context = permit("whitelabel", "read", public=True)
) -> Response:
    """Say that the domain has no branding; clients then use their own."""
    raise NotFound("this domain has no branding")


@router.get("/whitelabel/{domain}/{part}", operation_id="get_whitelabel_part", summary="Branding of a domain (none)")
async def whitelabel_part(
    request: Request, domain: str, part: str, ctx: Context = permit("whitelabel", "read", public=True)
) -> Response:
    """Say that the domain has no logo, icon or welcome page."""
    raise NotFound("this domain has no branding")


@router.get("/accounts/{account_id}/alerts", operation_id="list_alerts", summary="Alerts (none)")
async def alerts(request: Request, account_id: str, ctx: Context = permit("user_auth", "read")) -> Response:
    """Return the account's alerts: nothing raises any yet."""
    return ctx.reply([], page_size=0)
