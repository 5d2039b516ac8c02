"""Who is logged in where: `/accounts/{A}/hotdesks`, `devices/{D}/hotdesks` (`users/{U}/hotdesks` is with the users)."""

from __future__ import annotations

from fastapi import APIRouter, Request, Response

from qvoice.features.auth.permit import Context, permit
from qvoice.features.documents import store
from qvoice.features.hotdesks.log_in import used_desks

router = APIRouter(tags=["hotdesks"])


@router.get("/accounts/{account_id}/hotdesks", operation_id="list_hotdesks", summary="Phones with guests")
async def list_hotdesks(request: Request, account_id: str, ctx: Context = permit("devices", "read")) -> Response:
    """Return `{device_id, users}` for each phone where somebody is logged in."""
    async with ctx.tx() as s:
        rows = [{"device_id": device, "users": users} for device, users in await used_desks(s)]
    return ctx.reply(rows, page_size=len(rows))


@router.get(
    "/accounts/{account_id}/devices/{device_id}/hotdesks",
    operation_id="list_device_hotdesks",
    summary="Who is logged in at a phone",
)
async def device_hotdesks(
    request: Request, account_id: str, device_id: str, ctx: Context = permit("devices", "read", own=True)
) -> Response:
    """Return the ids of the users logged in at a device."""
    async with ctx.tx() as s:
        device = await store.load(s, "devices", device_id)
        ctx.check(document_id=device.id, owner_id=device.columns["owner_id"])
    users = (device.doc.get("hotdesk") or {}).get("users") or {}
    return ctx.reply(sorted(users), page_size=len(users))
