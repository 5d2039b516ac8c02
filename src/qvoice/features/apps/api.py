"""`/accounts/{A}/apps_store`."""

from __future__ import annotations

from fastapi import APIRouter, Request, Response

from qvoice.features.apps.catalogue import APPS, app_id, icon, rows
from qvoice.features.auth.permit import Context, permit
from qvoice.kit.errors import NotFound

router = APIRouter(tags=["apps_store"])


@router.get("/accounts/{account_id}/apps_store", operation_id="list_apps", summary="List the portal's applications")
async def list_apps(request: Request, account_id: str, ctx: Context = permit("user_auth", "read")) -> Response:
    """Return the applications; open to every token because clients log out without it."""
    return ctx.reply(rows(ctx.account.language if ctx.account else "en"))


@router.get(
    "/accounts/{account_id}/apps_store/blacklist",
    operation_id="get_apps_blacklist",
    summary="Apps hidden from this account",
)
async def blacklist(request: Request, account_id: str, ctx: Context = permit("apps_store", "read")) -> Response:
    """Return which apps are hidden: none."""
    return ctx.reply({"blacklist": []})


@router.get("/accounts/{account_id}/apps_store/{app}", operation_id="get_app", summary="Read an application")
async def get_app(request: Request, account_id: str, app: str, ctx: Context = permit("user_auth", "read")) -> Response:
    """Return one application by id or name."""
    found = next((row for row in rows() if app in (row["id"], row["name"])), None)
    if found is None:
        raise NotFound("there is no such application")
    return ctx.reply(found)


@router.get(
    "/accounts/{account_id}/apps_store/{app}/icon", operation_id="get_app_icon", summary="An application's icon"
)
async def get_icon(request: Request, account_id: str, app: str, ctx: Context = permit("user_auth", "read")) -> Response:
    """Return the icon as SVG."""
    name = next((name for name in APPS if app in (name, app_id(name))), None)
    if name is None:
        raise NotFound("there is no such application")
    return Response(icon(name), media_type="image/svg+xml")
