"""`/accounts/{A}/devices` and which of them are registered."""

from __future__ import annotations

import importlib.util
from typing import Any

from fastapi import APIRouter, Request, Response

from qvoice.features import documents
from qvoice.features.accounts.schemas import Lenient
from qvoice.features.auth.permit import Context, permit
from qvoice.features.devices.resource import REGISTERING, RESOURCE
from qvoice.features.devices.schemas import Device
from qvoice.features.documents import routes
from qvoice.features.documents.openapi import describe_model
from qvoice.features.documents.validate import validated
from qvoice.features.edge.kamailio import Kamailio
from qvoice.kit.errors import Invalid

router = APIRouter()


async def registered(s: Any) -> frozenset[str]:
    """Return the ids of the account's devices that are registered now (the edge's location table)."""
    if importlib.util.find_spec("qvoice.features.edge.registrations") is None:
        return frozenset()
    from qvoice.features.edge.registrations import registered_device_ids

    return frozenset(await registered_device_ids(s))


@router.get(
    "/accounts/{account_id}/devices/status",
    operation_id="list_device_status",
    summary="Which devices are registered",
    tags=["devices"],
)
async def status(request: Request, account_id: str, ctx: Context = permit("devices", "read", own=True)) -> Response:
    """Return `{device_id, registered: true}` for each registered device, as the dialect does."""
    async with ctx.tx() as s:
        online = await registered(s)
        if ctx.only_owner is not None:
            online &= {device.id for device in await documents.find(s, "devices", owner_id=ctx.only_owner)}
    return ctx.reply([{"device_id": device, "registered": True} for device in sorted(online)])


@router.get(
    "/accounts/{account_id}/devices",
    **routes.describe(RESOURCE, "list"),
    operation_id="list_devices",
    summary="List devices",
)
async def list_devices(
    request: Request, account_id: str, ctx: Context = permit("devices", "read", own=True)
) -> Response:
    """List devices; `with_status=true` adds `registered`, and `registrable`: whether it ever registers."""
    decorate = _add_status if request.query_params.get("with_status", "").lower() == "true" else None
    return await routes.list_documents(ctx, RESOURCE, decorate=decorate)


class Sync(Lenient):
    """How to wake a phone: `reboot` asks it to restart, else it fetches its configuration."""

    reboot: bool = False


@router.post(
    "/accounts/{account_id}/devices/{device_id}/sync", **describe_model(body=Sync, answer=Device),
    operation_id="sync_device", summary="Ask a phone to fetch its configuration, or to restart", tags=["devices"],
)  # fmt: skip
async def sync(
    request: Request, account_id: str, device_id: str, ctx: Context = permit("devices", "update")
) -> Response:
    """Send NOTIFY check-sync to every place the device is registered from; 400 when it is registered nowhere."""
    wanted = validated(Sync, ctx.envelope.get("data") or {})
    async with ctx.tx() as s:
        device = await documents.load(s, "devices", device_id)
        shown = await routes.shown(s, RESOURCE, device, ctx.principal)
    sip = device.doc.get("sip") or {}
    kamailio = Kamailio(request.app.state.settings)
    try:
        aor = f"{sip.get('username') or '-'}@{sip.get('realm')}".lower()
        told = await kamailio.check_sync(aor, reboot=wanted.get("reboot", False))
    finally:
        await kamailio.close()
    if not told:
        raise Invalid.field("device", "not_registered", "this device is registered nowhere now: switch it on first")
    return ctx.reply(shown, revision=device.revision)


async def _add_status(s: Any, found: list[documents.Document], rows: list[dict[str, Any]]) -> None:
    online = await registered(s)
    for document, row in zip(found, rows, strict=True):
        row["registered"] = row["id"] in online
        row["registrable"] = (
            document.columns["device_type"] in REGISTERING and document.columns["sip_method"] == "password"
        )


router.include_router(routes.crossbar(RESOURCE, list_route=False))
