"""From which networks phones may register and call: `/accounts/{A}/access_lists/devices` for all of an account,
`/accounts/{A}/devices/{D}/access_lists` for one device, whose own list takes the place of the account's.

The edge asks for the password after it looked at the list and answers an outsider like a wrong password
(engine/kamailio/roles/auth.cfg); who knew the password and was refused all the same is told to the administrator here.
"""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Request, Response

from qvoice.db.notices import notify_document
from qvoice.features import documents
from qvoice.features.access_lists import store
from qvoice.features.access_lists.schemas import PhoneAccessList
from qvoice.features.auth.permit import Context, permit
from qvoice.features.documents import body
from qvoice.features.documents.openapi import describe_model
from qvoice.features.documents.validate import validated
from qvoice.features.edge.kamailio import EdgeAway, EdgeRefused, Kamailio
from qvoice.kit import log
from qvoice.kit.clock import GREGORIAN_OFFSET
from qvoice.kit.errors import Invalid

router = APIRouter(tags=["access_lists"])
ALL = "/accounts/{account_id}/access_lists/devices"
ONE = "/accounts/{account_id}/devices/{device_id}/access_lists"
REFUSED = "last_refused"
"""Key that the list of a device is shown with: when and from where its phone was last refused for it."""


def _wanted(ctx: Context) -> dict[str, Any]:
    given = body.public_part(ctx.data)
    if isinstance(given, dict):
        given = {key: value for key, value in given.items() if key != REFUSED}
    return validated(PhoneAccessList, given)


async def _tell(ctx: Context, s: Any, id: str) -> None:
    await notify_document(s, account_id=ctx.account_id, type="access_lists", id=id, action="edited", revision=0)


@router.get(ALL, operation_id="get_devices_access_list", summary="From where the account's phones may come")
async def read_all(request: Request, account_id: str, ctx: Context = permit("access_lists", "read")) -> Response:
    """The list of all the account's devices that have none of their own."""
    async with ctx.tx() as s:
        return ctx.reply(await store.stored(s, account_id, "phones"))


@router.post(
    ALL, **describe_model(body=PhoneAccessList, answer=PhoneAccessList), operation_id="set_devices_access_list",
    summary="Set from where the account's phones may register and call",
)  # fmt: skip
async def write_all(request: Request, account_id: str, ctx: Context = permit("access_lists", "update")) -> Response:
    """Set the list. Phones that are registered from elsewhere are thrown out within a second."""
    doc = _wanted(ctx)
    async with ctx.tx() as s:
        await store.keep(s, account_id, "phones", doc)
        await _tell(ctx, s, ctx.account_id)
    return ctx.reply(doc)


@router.delete(ALL, operation_id="delete_devices_access_list", summary="Let the account's phones in from everywhere")
async def delete_all(request: Request, account_id: str, ctx: Context = permit("access_lists", "update")) -> Response:
    """Drop the list."""
    async with ctx.tx() as s:
        old = await store.stored(s, account_id, "phones")
        await store.drop(s, account_id, "phones")
        await _tell(ctx, s, ctx.account_id)
    return ctx.reply(old)


@router.get(ONE, operation_id="get_device_access_list", summary="From where one device may register and call")
async def read_one(
    request: Request, account_id: str, device_id: str, ctx: Context = permit("access_lists", "read")
) -> Response:
    """The device's own list, with `last_refused`: {address, method, timestamp} of the last request within a day that
    knew the password and came from elsewhere.
    """
    async with ctx.tx() as s:
        device = await documents.load(s, "devices", device_id)
        doc = await store.stored(s, account_id, "phones", device.id)
    refused = await _last_refused(request, device.id)
    return ctx.reply({**doc, REFUSED: refused} if refused else doc)


@router.post(
    ONE, **describe_model(body=PhoneAccessList, answer=PhoneAccessList), operation_id="set_device_access_list",
    summary="Set from where one device may register and call",
)  # fmt: skip
async def write_one(
    request: Request, account_id: str, device_id: str, ctx: Context = permit("access_lists", "update")
) -> Response:
    """Set the device's own list, in place of the account's."""
    doc = _wanted(ctx)
    async with ctx.tx() as s:
        device = await documents.load(s, "devices", device_id)
        if (device.doc.get("sip") or {}).get("method") == "ip" and doc["cidrs"]:
            raise Invalid.field(
                "cidrs", "invalid", "this device is recognised by its address (sip.ip), so it calls from there only"
            )
        await store.keep(s, account_id, "phones", doc, device.id)
        await _tell(ctx, s, device.id)
    return ctx.reply(doc)


@router.delete(ONE, operation_id="delete_device_access_list", summary="Leave a device to the account's list")
async def delete_one(
    request: Request, account_id: str, device_id: str, ctx: Context = permit("access_lists", "update")
) -> Response:
    """Drop the device's own list."""
    async with ctx.tx() as s:
        device = await documents.load(s, "devices", device_id)
        old = await store.stored(s, account_id, "phones", device.id)
        await store.drop(s, account_id, "phones", device.id)
        await _tell(ctx, s, device.id)
    return ctx.reply(old)


async def _last_refused(request: Request, device_id: str) -> dict[str, Any] | None:
    """What the edge remembers; None when that is nothing, or when it is away (the list is shown all the same)."""
    kamailio = Kamailio(request.app.state.settings)
    try:
        told = await kamailio.refused_outside(device_id)
    except (EdgeAway, EdgeRefused) as away:
        log.get().warning("access_lists.edge_away", device=device_id, why=away.message)
        return None
    finally:
        await kamailio.close()
    if told is None:
        return None
    address, method, at = told
    return {"address": address, "method": method, "timestamp": at + GREGORIAN_OFFSET}
