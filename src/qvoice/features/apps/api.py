"""`/accounts/{A}/apps_store`."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Request, Response
from pydantic import Field
from sqlalchemy.ext.asyncio import AsyncSession

from qvoice.features import documents
from qvoice.features.accounts.schemas import Lenient
from qvoice.features.apps.catalogue import APPS, app_id, icon, rows
from qvoice.features.apps.resource import AppSettings
from qvoice.features.auth.permit import Context, permit
from qvoice.features.documents.openapi import describe_model
from qvoice.features.documents.validate import validated
from qvoice.kit.errors import NotFound

router = APIRouter(tags=["apps_store"])
_APP = "/accounts/{account_id}/apps_store/{app}"
_BLACKLIST = "/accounts/{account_id}/apps_store/blacklist"


class HiddenApps(Lenient):
    """Ids of the applications that an account does not get."""

    blacklist: Annotated[list[str], Field(max_length=100)]


async def _settled(s: AsyncSession, account_id: str) -> dict[str, Any]:
    found = await documents.get(s, "apps_store", account_id)
    return found.doc if found else {}


def _rows(ctx: Context, settled: dict[str, Any]) -> list[dict[str, Any]]:
    """Return the account's applications as list rows, with what it settled; hidden ones are left out."""
    found = rows(ctx.account.language if ctx.account else "en")
    return [
        {**row, **settled.get("apps", {}).get(row["id"], {})}
        for row in found
        if row["id"] not in settled.get("blacklist", ())
    ]


async def _settle(ctx: Context, changes: dict[str, Any]) -> dict[str, Any]:
    async with ctx.tx() as s:
        if await documents.get(s, "apps_store", ctx.account_id, lock=True) is None:
            return (await documents.create(s, "apps_store", changes, id=ctx.account_id)).doc
        return (await documents.merge(s, "apps_store", ctx.account_id, changes)).doc


@router.get("/accounts/{account_id}/apps_store", operation_id="list_apps", summary="List the portal's applications")
async def list_apps(request: Request, account_id: str, ctx: Context = permit("user_auth", "read")) -> Response:
    """Return the applications; open to every token because clients log out without it."""
    async with ctx.tx() as s:
        settled = await _settled(s, account_id)
    return ctx.reply(_rows(ctx, settled))


@router.get(_BLACKLIST, operation_id="get_apps_blacklist", summary="Apps hidden from this account")
async def blacklist(request: Request, account_id: str, ctx: Context = permit("apps_store", "read")) -> Response:
    """Return which apps are hidden."""
    async with ctx.tx() as s:
        settled = await _settled(s, account_id)
    return ctx.reply({"blacklist": settled.get("blacklist", [])})


@router.post(
    _BLACKLIST, **describe_model(body=HiddenApps, answer=HiddenApps), operation_id="replace_apps_blacklist",
    summary="Hide apps from this account (those above it)",
)  # fmt: skip
async def hide(request: Request, account_id: str, ctx: Context = permit("apps_blacklist", "update")) -> Response:
    """Replace the list of hidden apps."""
    given = validated(HiddenApps, ctx.data)["blacklist"]
    settled = await _settle(ctx, {"blacklist": given})
    return ctx.reply({"blacklist": settled.get("blacklist", [])})


@router.get(_APP, operation_id="get_app", summary="Read an application")
async def get_app(request: Request, account_id: str, app: str, ctx: Context = permit("user_auth", "read")) -> Response:
    """Return one application by id or name."""
    async with ctx.tx() as s:
        settled = await _settled(s, account_id)
    return ctx.reply(_one(_rows(ctx, settled), app))


def _one(found: list[dict[str, Any]], app: str) -> dict[str, Any]:
    for row in found:
        if app in (row["id"], row["name"]):
            return row
    raise NotFound("there is no such application")


async def _install(ctx: Context, app: str, status: int) -> Response:
    row = _one(rows(), app)
    settings = validated(AppSettings, {k: v for k, v in ctx.data.items() if k in ("allowed_users", "users")})
    settled = await _settle(ctx, {"apps": {row["id"]: settings}})
    return ctx.reply(_one(_rows(ctx, settled), app), status=status)


@router.put(
    _APP, **describe_model(body=AppSettings, answer=AppSettings, status=201), operation_id="install_app",
    summary="Give an application to the account's people",
)  # fmt: skip
async def install(
    request: Request, account_id: str, app: str, ctx: Context = permit("apps_store", "create")
) -> Response:
    """Say who may use an application: all, administrators, or the users named."""
    return await _install(ctx, app, 201)


@router.post(
    _APP, **describe_model(body=AppSettings, answer=AppSettings), operation_id="replace_app",
    summary="Change who uses an application",
)  # fmt: skip
async def update(
    request: Request, account_id: str, app: str, ctx: Context = permit("apps_store", "update")
) -> Response:
    """Replace who may use an application."""
    return await _install(ctx, app, 200)


@router.delete(_APP, operation_id="uninstall_app", summary="Take an application away")
async def uninstall(
    request: Request, account_id: str, app: str, ctx: Context = permit("apps_store", "delete")
) -> Response:
    """Nobody of the account uses the application any more, until it is given again."""
    row = _one(rows(), app)
    nobody = {"allowed_users": "specific", "users": []}
    settled = await _settle(ctx, {"apps": {row["id"]: nobody}})
    return ctx.reply(_one(_rows(ctx, settled), app))


@router.get(
    "/accounts/{account_id}/apps_store/{app}/icon", operation_id="get_app_icon", summary="An application's icon"
)
async def get_icon(request: Request, account_id: str, app: str, ctx: Context = permit("user_auth", "read")) -> Response:
    """Return the icon as SVG."""
    name = next((name for name in APPS if app in (name, app_id(name))), None)
    if name is None:
        raise NotFound("there is no such application")
    return Response(icon(name), media_type="image/svg+xml")
