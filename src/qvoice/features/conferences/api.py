"""`/accounts/{A}/conferences`: documents, live fields, actions on an open room and who is in it (kazoo.md 2.4)."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Request, Response

from qvoice.features.auth.permit import Context, permit
from qvoice.features.channels import control
from qvoice.features.conferences import live
from qvoice.features.conferences.resource import RESOURCE
from qvoice.features.documents import Document, routes, store
from qvoice.kit.errors import Invalid, NotFound, Unavailable

router = APIRouter(tags=["conferences"])

ROOM_ACTIONS = ("lock", "unlock", "dial", "play", "record")
PEOPLE_ACTIONS = ("mute", "unmute", "deaf", "undeaf", "kick")
ONE_ACTIONS = (*PEOPLE_ACTIONS, "play")


def _settings(ctx: Context) -> Any:
    return ctx.request.app.state.settings


async def _conference(ctx: Context, id: str) -> Document:
    """Return a conference of the account (a plain user's own only); raises NotFound."""
    async with ctx.tx() as s:
        document = await store.load(s, "conferences", id)
    ctx.check(document_id=document.id, owner_id=RESOURCE.owner_of(document.whole))
    return document


@router.get(
    "/accounts/{account_id}/conferences",
    **routes.describe(RESOURCE, "list"),
    operation_id="list_conferences",
    summary="List conferences",
)
async def list_conferences(
    request: Request, account_id: str, ctx: Context = permit("conferences", "read", own=True)
) -> Response:
    """List conferences with what goes on in them."""

    async def decorate(s: Any, found: list[Document], rows: list[dict[str, Any]]) -> None:
        open_rooms = await live.rooms(_settings(ctx), ctx.account_id) if rows else {}
        for row in rows:
            row["_read_only"] = live.fields(open_rooms.get(row["id"]))

    return await routes.list_documents(ctx, RESOURCE, decorate=decorate)


@router.get(
    "/accounts/{account_id}/conferences/{document_id}",
    **routes.describe(RESOURCE, "read"),
    operation_id="get_conference",
    summary="Read a conference",
)
async def read_conference(
    request: Request, account_id: str, document_id: str, ctx: Context = permit("conferences", "read", own=True)
) -> Response:
    """The document, with the live fields under `_read_only`."""
    async with ctx.tx() as s:
        document = await store.load(s, "conferences", document_id)
        ctx.check(document_id=document.id, owner_id=RESOURCE.owner_of(document.whole))
        shown = await routes.shown(s, RESOURCE, document, ctx.principal)
    room = (await live.rooms(_settings(ctx), ctx.account_id)).get(document.id)
    shown["_read_only"] = {**shown["_read_only"], **live.fields(room)}
    return ctx.reply(shown, revision=document.revision)


@router.put(
    "/accounts/{account_id}/conferences/{document_id}",
    operation_id="act_on_conference",
    summary="Lock, unlock, record, play into, or dial into a conference",
)
async def act(
    request: Request, account_id: str, document_id: str, ctx: Context = permit("conferences", "moderate", own=True)
) -> Response:
    """`data.action`: `lock`, `unlock`; `play` with `data.data.media_id`; `record` with `data.data.action` `start` or
    `stop`; `dial` with `data.data.endpoints` (device ids, user ids, numbers)."""
    action, more = _order(ctx, ROOM_ACTIONS)
    return await _tell(ctx, await _conference(ctx, document_id), action, more)


@router.get(
    "/accounts/{account_id}/conferences/{document_id}/participants",
    operation_id="list_conference_participants",
    summary="Who is in a conference",
)
async def participants(
    request: Request, account_id: str, document_id: str, ctx: Context = permit("conferences", "read", own=True)
) -> Response:
    """Everybody in the room, in the order of entry."""
    document = await _conference(ctx, document_id)
    room = (await live.rooms(_settings(ctx), ctx.account_id)).get(document.id)
    rows = room["participants"] if room else []
    return ctx.reply(rows, page_size=len(rows))


@router.put(
    "/accounts/{account_id}/conferences/{document_id}/participants",
    operation_id="act_on_conference_participants",
    summary="Mute, unmute, deaf, undeaf or kick all members",
)
async def act_on_all(
    request: Request, account_id: str, document_id: str, ctx: Context = permit("conferences", "moderate", own=True)
) -> Response:
    """The action on everybody who is not a moderator."""
    action, more = _order(ctx, PEOPLE_ACTIONS)
    return await _tell(ctx, await _conference(ctx, document_id), action, more)


@router.get(
    "/accounts/{account_id}/conferences/{document_id}/participants/{participant}",
    operation_id="get_conference_participant",
    summary="One participant of a conference",
)
async def participant(
    request: Request,
    account_id: str,
    document_id: str,
    participant: str,
    ctx: Context = permit("conferences", "read", own=True),
) -> Response:
    """One row of the list."""
    document = await _conference(ctx, document_id)
    room = (await live.rooms(_settings(ctx), ctx.account_id)).get(document.id)
    number = _number(participant)
    row = next((row for row in (room or {}).get("participants", []) if row["participant_id"] == number), None)
    if row is None:
        raise NotFound("there is no such participant in the conference now")
    return ctx.reply(row)


@router.put(
    "/accounts/{account_id}/conferences/{document_id}/participants/{participant}",
    operation_id="act_on_conference_participant",
    summary="Mute, unmute, deaf, undeaf or kick a participant, or play to one",
)
async def act_on_one(
    request: Request,
    account_id: str,
    document_id: str,
    participant: str,
    ctx: Context = permit("conferences", "moderate", own=True),
) -> Response:
    """The action on one participant, moderator or not."""
    action, more = _order(ctx, ONE_ACTIONS)
    return await _tell(ctx, await _conference(ctx, document_id), action, more | {"participant": _number(participant)})


def _number(text: str) -> int:
    if not (text.isascii() and text.isdigit() and len(text) < 10):
        raise NotFound("participants are named by their participant_id, a number")
    return int(text)


def _order(ctx: Context, allowed: tuple[str, ...]) -> tuple[str, dict[str, Any]]:
    """Read `action` and what it needs; raises Invalid."""
    data = ctx.data
    action, more = data.get("action"), data.get("data") or {}
    if action not in allowed:
        raise Invalid.field("action", "enum", f"action must be one of {', '.join(allowed)}", target=list(allowed))
    if not isinstance(more, dict):
        raise Invalid.field("data", "type", "data must be an object")
    match action:
        case "play":
            media = more.get("media_id")
            if not isinstance(media, str) or not 0 < len(media) <= 256:
                raise Invalid.field("data.media_id", "required", "data.media_id must be the id of a media document")
            return action, {"media": media}
        case "record":
            if more.get("action", "start") not in ("start", "stop"):
                raise Invalid.field("data.action", "enum", "record needs data.action: start or stop")
            return ("record" if more.get("action", "start") == "start" else "stop"), {}
        case "dial":
            endpoints = more.get("endpoints")
            good = isinstance(endpoints, list) and 0 < len(endpoints) <= 50
            if not good or not all(isinstance(e, str) and 0 < len(e) <= 64 for e in endpoints or []):
                raise Invalid.field("data.endpoints", "required", "list device ids, user ids or numbers, 50 at most")
            return action, {"endpoints": endpoints, "by": ctx.who.owner_id}
    return action, {}


async def _tell(ctx: Context, document: Document, action: str, more: dict[str, Any]) -> Response:
    settings = _settings(ctx)
    if settings is None:
        raise Unavailable("this API runs without call control")
    answer = await control.ask(settings, "room", account=ctx.account_id, conference=document.id, action=action, **more)
    return ctx.reply(answer.get("room") or {}, status=200)


router.include_router(routes.crossbar(RESOURCE, list_route=False, read_route=False))
