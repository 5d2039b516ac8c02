"""`/accounts/{A}/presence`, and under users and devices: what is set for lamps beside what live calls show.

`POST {"action": "set", "state": "early" | "confirmed" | "terminated"}` sets a state, `{"action": "reset"}` takes back
everything that was set (kazoo.md 2.4).
"""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Request, Response
from pydantic import Field
from sqlalchemy.ext.asyncio import AsyncSession

from qvoice.features import documents
from qvoice.features.accounts.schemas import Lenient
from qvoice.features.auth.permit import Context, permit
from qvoice.features.documents.openapi import describe_model
from qvoice.features.documents.validate import validated
from qvoice.features.presence.states import MAX_ID, Set, of_account, put, reset
from qvoice.kit.errors import Invalid

router = APIRouter(tags=["presence"])
MAX_AT_ONCE = 500
BY_HAND = "api"
"""The source under which clients set states: feature keys and parking have their own say beside it."""


class PresenceAction(Lenient):
    """`state` is needed to set; a bare `state` sets it too."""

    action: str = Field("set", pattern="^(set|reset)$")
    state: str | None = None


def _shown(found: list[Set]) -> list[dict[str, Any]]:
    return [
        {"presence_id": one.presence_id, "state": one.state, "source": one.source, "number": one.number,
         "name": one.name}
        for one in found
    ]  # fmt: skip


async def _act(s: AsyncSession, ctx: Context, presence_ids: list[str]) -> list[Set]:
    wanted = PresenceAction.model_validate(validated(PresenceAction, ctx.data))
    if wanted.action == "set" and wanted.state is None:
        raise Invalid.field("state", "required", "say the state to set: early, confirmed or terminated")
    for presence_id in presence_ids:
        if wanted.action == "reset":
            await reset(s, presence_id)
        else:
            await put(s, Set(presence_id, BY_HAND, wanted.state or ""))
    return [one for presence_id in presence_ids for one in await of_account(s, presence_id)]


@router.get("/accounts/{account_id}/presence", operation_id="list_presence", summary="States that are set for lamps")
async def list_presence(request: Request, account_id: str, ctx: Context = permit("presence", "read")) -> Response:
    """Return every state that a feature or a client has set; calls light lamps without being here."""
    async with ctx.tx() as s:
        found = await of_account(s)
    return ctx.reply(_shown(found), page_size=len(found))


class ManyPresence(PresenceAction):
    """`presence_ids`: whose; without any, `reset` takes back everything that is set in the account."""

    presence_ids: list[Annotated[str, Field(min_length=1, max_length=MAX_ID)]] = Field(
        default_factory=list, max_length=MAX_AT_ONCE
    )


@router.post(
    "/accounts/{account_id}/presence", **describe_model(body=ManyPresence),
    operation_id="set_presences", summary="Set or reset many lamps",
)  # fmt: skip
async def set_presences(request: Request, account_id: str, ctx: Context = permit("presence", "update")) -> Response:
    """Set a state of many presence ids, or take back what is set for them or for all; return what is set now."""
    wanted = ManyPresence.model_validate(validated(ManyPresence, ctx.data))
    async with ctx.tx() as s:
        ids = list(dict.fromkeys(wanted.presence_ids))
        if not ids and wanted.action == "set":
            raise Invalid.field("presence_ids", "required", "say whose state to set")
        if not ids:
            ids = list(dict.fromkeys(one.presence_id for one in await of_account(s)))
        found = await _act(s, ctx, ids)
    return ctx.reply(_shown(found))


@router.get(
    "/accounts/{account_id}/presence/{presence_id}", operation_id="get_presence", summary="States set for one lamp"
)
async def get_presence(
    request: Request, account_id: str, presence_id: str, ctx: Context = permit("presence", "read")
) -> Response:
    """Return what is set for a presence id."""
    async with ctx.tx() as s:
        found = await of_account(s, presence_id)
    return ctx.reply(_shown(found), page_size=len(found))


@router.post(
    "/accounts/{account_id}/presence/{presence_id}", **describe_model(body=PresenceAction),
    operation_id="set_presence", summary="Set or reset one lamp",
)  # fmt: skip
async def set_presence(
    request: Request, account_id: str, presence_id: str, ctx: Context = permit("presence", "update")
) -> Response:
    """Set a state of a presence id, or take back what is set."""
    async with ctx.tx() as s:
        found = await _act(s, ctx, [presence_id])
    return ctx.reply(_shown(found))


async def _of_user(s: AsyncSession, user_id: str) -> list[str]:
    """Return the presence ids that stand for a user: their own, else those of their devices."""
    user = await documents.load(s, "users", user_id)
    own = user.doc.get("presence_id")
    if own:
        return [str(own)]
    return [_of_device(device) for device in await documents.find(s, "devices", owner_id=user.id)]


def _of_device(device: documents.Document) -> str:
    return str(device.doc.get("presence_id") or (device.doc.get("sip") or {}).get("username") or device.id)


@router.post(
    "/accounts/{account_id}/users/{user_id}/presence", **describe_model(body=PresenceAction),
    operation_id="set_user_presence", summary="Set or reset a user's lamp",
)  # fmt: skip
async def set_user_presence(
    request: Request, account_id: str, user_id: str, ctx: Context = permit("presence", "update", own=True)
) -> Response:
    """Set or take back the state of whatever stands for a user on lamps."""
    async with ctx.tx() as s:
        user = await documents.load(s, "users", user_id)
        ctx.check(document_id=user.id, owner_id=user.id)
        found = await _act(s, ctx, await _of_user(s, user_id))
    return ctx.reply(_shown(found))


@router.post(
    "/accounts/{account_id}/devices/{device_id}/presence", **describe_model(body=PresenceAction),
    operation_id="set_device_presence", summary="Set or reset a device's lamp",
)  # fmt: skip
async def set_device_presence(
    request: Request, account_id: str, device_id: str, ctx: Context = permit("presence", "update", own=True)
) -> Response:
    """Set or take back the state of a device's presence id."""
    async with ctx.tx() as s:
        device = await documents.load(s, "devices", device_id)
        ctx.check(document_id=device.id, owner_id=device.doc.get("owner_id"))
        found = await _act(s, ctx, [_of_device(device)])
    return ctx.reply(_shown(found))
