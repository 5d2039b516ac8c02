"""`/accounts/{A}/channels`: live calls, and what may be done with them (kazoo.md 2.4 channels, S14)."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Request, Response

from qvoice.core.access import decide as access
from qvoice.features.auth.permit import Context, permit
from qvoice.features.channels import control, queries, quickcall
from qvoice.features.documents import filters
from qvoice.kit.errors import Forbidden, Invalid, NotFound, Unavailable
from qvoice.kit.ids import is_id

router = APIRouter(tags=["channels"])

ACTIONS = ("hangup", "transfer", "break")
ACTS = {
    "hold": "hold",
    "resume": "resume",
    "merge": "merge",
    "record": "record_call",
    "play": "play",
    "say": "say",
    "callflow": "callflow",
    "move": "move",
    "audio_level": "audio_level",
}
"""Further actions: what in-call keys do too (core.incall.acts), by the name of its module; settings in `data.data`."""


async def _list(ctx: Context, *, owner_id: str | None = None, device_id: str | None = None) -> Response:
    if ctx.only_owner is not None:
        if owner_id not in (None, ctx.only_owner):
            raise Forbidden("you may see your own calls only")
        owner_id = ctx.only_owner
    where = filters.parse(ctx.query)
    async with ctx.tx() as s:
        rows = [row for row in await queries.live(s, owner_id=owner_id, device_id=device_id) if where.holds(row)]
    return ctx.reply(rows, page_size=len(rows))


@router.get("/accounts/{account_id}/channels", operation_id="list_channels", summary="List live calls")
async def list_channels(
    request: Request, account_id: str, ctx: Context = permit("channels", "read", own=True)
) -> Response:
    """One row for every leg that exists now."""
    return await _list(ctx)


@router.get("/accounts/{account_id}/channels/{uuid}", operation_id="get_channel", summary="Read a live call")
async def read_channel(
    request: Request, account_id: str, uuid: str, ctx: Context = permit("channels", "read", own=True)
) -> Response:
    """One leg."""
    async with ctx.tx() as s:
        row = await _own(ctx, s, uuid)
    return ctx.reply(row)


@router.get(
    "/accounts/{account_id}/users/{user_id}/channels", operation_id="list_user_channels", summary="A user's live calls"
)
async def list_user_channels(
    request: Request, account_id: str, user_id: str, ctx: Context = permit("channels", "read", own=True)
) -> Response:
    """Legs of a user's devices."""
    if not is_id(user_id):
        raise NotFound("there is no such user")
    return await _list(ctx, owner_id=user_id)


@router.get(
    "/accounts/{account_id}/devices/{device_id}/channels",
    operation_id="list_device_channels",
    summary="A device's live calls",
)
async def list_device_channels(
    request: Request, account_id: str, device_id: str, ctx: Context = permit("channels", "read", own=True)
) -> Response:
    """Legs of a device."""
    if not is_id(device_id):
        raise NotFound("there is no such device")
    return await _list(ctx, device_id=device_id)


@router.post(
    "/accounts/{account_id}/channels/{uuid}",
    operation_id="act_on_channel",
    summary="Hang up, transfer or break a live call",
)
@router.put(
    "/accounts/{account_id}/channels/{uuid}",
    operation_id="put_channel_action",
    summary="Hang up, transfer or break a live call",
)
async def act(
    request: Request, account_id: str, uuid: str, ctx: Context = permit("channels", "hangup", own=True)
) -> Response:
    """`data.action`: `hangup`; `transfer` with `target` (`leg` `self` sends this leg itself; `transfer-type` `attended`
    talks with the target first); `break`; `hold`, `resume`, `merge`, `record`, `play`, `say`, `callflow`, `move`,
    `audio_level` with `data`; `metaflow` with a whole node as `data`.
    """
    data = ctx.data
    action = data.get("action")
    known = [*ACTIONS, *ACTS, "metaflow"]
    if action not in known:
        raise Invalid.field("action", "enum", f"action must be one of {', '.join(known)}", target=known)
    _check_role(ctx, action)
    async with ctx.tx() as s:
        row = await _own(ctx, s, uuid)
    settings = ctx.request.app.state.settings
    if settings is None:
        raise Unavailable("this API runs without call control")
    arguments: dict[str, Any] = {"channel": row["uuid"], "account": account_id}
    node = _node(action, data)
    if node is not None:
        await control.ask(settings, "act", **arguments, **node)
        return ctx.reply(row, status=200)
    if action == "transfer":
        target = data.get("target")
        if not isinstance(target, str) or not target.strip():
            raise Invalid.field("target", "required", "target must be the extension or number to transfer to")
        arguments |= {
            "target": target.strip(),
            "leg": data.get("leg") if data.get("leg") in ("self", "bleg") else "bleg",
        }
    await control.ask(settings, action, **arguments)
    return ctx.reply(row, status=200)


def _node(action: str, data: dict[str, Any]) -> dict[str, Any] | None:
    """Return the metaflow node that an action is, None for those with an RPC of their own."""
    own = data.get("data")
    settings: dict[str, Any] = own if isinstance(own, dict) else {}
    if action == "metaflow":
        return {key: settings.get(key) for key in ("module", "data", "children")}
    if action in ACTS:
        plain = {key: value for key, value in data.items() if key not in ("action", "data")}
        return {"module": ACTS[action], "data": {**plain, **settings}}
    if action == "transfer" and (data.get("transfer-type") or data.get("transfer_type")) == "attended":
        return {"module": "transfer", "data": {**data, **settings, "transfer_type": "attended"}}
    return None


def _check_role(ctx: Context, action: str) -> None:
    """The route asks for `hangup`; other actions are permissions of their own."""
    path = ctx.account.steps if ctx.account else ctx.who.actor.path
    verb = "transfer" if action in ("transfer", "callflow", "move", "metaflow", "merge") else "hangup"
    target = access.Target(path, "channels", verb, ctx.who.owner_id, ctx.who.owner_id)
    if isinstance(access.decide(ctx.who.actor, target), access.Denied):
        raise Forbidden(f"you may not {action} calls")


async def _own(ctx: Context, s: Any, uuid: str) -> dict[str, Any]:
    """Return a live channel of the account (a plain user's own only); raises NotFound."""
    row = await queries.load(s, uuid[:100].replace("\x00", ""))
    ctx.check(document_id=row["uuid"], owner_id=row.get("owner_id"))
    return row


router.include_router(quickcall.router)
