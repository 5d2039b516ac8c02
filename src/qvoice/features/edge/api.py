"""`/accounts/{A}/registrations`: who is registered, and throwing registrations out (kazoo.md 2.4)."""

from __future__ import annotations

from fastapi import APIRouter, Request, Response

from qvoice.features.auth.permit import Context, permit
from qvoice.features.documents import filters
from qvoice.features.edge.kamailio import Kamailio
from qvoice.features.edge.registrations import Registration, registrations, shown
from qvoice.kit.errors import NotFound

router = APIRouter(tags=["registrations"])


async def _visible(ctx: Context, *, username: str | None = None) -> list[Registration]:
    async with ctx.tx() as s:
        found = await registrations(s, username=username)
    return [one for one in found if ctx.only_owner is None or one.owner_id == ctx.only_owner]


def _shown(ctx: Context, found: list[Registration]) -> list[dict[str, object]]:
    name = ctx.account.name if ctx.account else ""
    return [shown(one, account_id=ctx.account_id, account_name=name) for one in found]


async def _remove(ctx: Context, found: list[Registration]) -> None:
    kamailio = Kamailio(ctx.request.app.state.settings)
    try:
        for aor in sorted({f"{one.username}@{one.realm}" for one in found}):
            await kamailio.unregister(aor)
    finally:
        await kamailio.close()


@router.get("/accounts/{account_id}/registrations", operation_id="list_registrations", summary="List registrations")
async def list_registrations(
    request: Request, account_id: str, ctx: Context = permit("registrations", "read", own=True)
) -> Response:
    """One row for each registered contact."""
    where = filters.parse(ctx.query)
    rows = [row for row in _shown(ctx, await _visible(ctx)) if where.holds(row)]
    return ctx.reply(rows, page_size=len(rows))


@router.get(
    "/accounts/{account_id}/registrations/count", operation_id="count_registrations", summary="Count registrations"
)
async def count(
    request: Request, account_id: str, ctx: Context = permit("registrations", "read", own=True)
) -> Response:
    """`{count}` of registered contacts."""
    return ctx.reply({"count": len(await _visible(ctx))})


@router.delete(
    "/accounts/{account_id}/registrations", operation_id="delete_registrations", summary="Unregister all phones"
)
async def remove_all(request: Request, account_id: str, ctx: Context = permit("registrations", "delete")) -> Response:
    """Remove every registration; phones come back by themselves."""
    found = await _visible(ctx)
    await _remove(ctx, found)
    return ctx.reply({"count": len(found)})


@router.get(
    "/accounts/{account_id}/registrations/{username}",
    operation_id="get_registration",
    summary="A device's registrations",
)
async def read(
    request: Request, account_id: str, username: str, ctx: Context = permit("registrations", "read", own=True)
) -> Response:
    """The contacts of one SIP user name."""
    found = await _visible(ctx, username=username)
    if not found:
        raise NotFound("nobody is registered with this user name")
    return ctx.reply(_shown(ctx, found))


@router.delete(
    "/accounts/{account_id}/registrations/{username}", operation_id="delete_registration", summary="Unregister a device"
)
async def remove(
    request: Request, account_id: str, username: str, ctx: Context = permit("registrations", "delete")
) -> Response:
    """Remove the registrations of one SIP user name."""
    found = await _visible(ctx, username=username)
    if not found:
        raise NotFound("nobody is registered with this user name")
    await _remove(ctx, found)
    return ctx.reply(_shown(ctx, found))
