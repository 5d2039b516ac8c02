"""`/accounts/{A}/recordings`: list, facts, audio, delete; also under a user (kazoo.md 2.4)."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from fastapi import APIRouter, Request, Response

from qvoice.features.auth.permit import Context, permit
from qvoice.features.documents import filters
from qvoice.features.media import blobs
from qvoice.features.media.ranges import serve
from qvoice.features.recordings import queries
from qvoice.features.recordings.store import TYPES
from qvoice.kit.clock import from_gregorian
from qvoice.kit.errors import Forbidden, Invalid, NotFound
from qvoice.kit.ids import is_id

router = APIRouter(tags=["recordings"])
_BASE = "/accounts/{account_id}/recordings"
_OWN_QUERY = ("created_from", "created_to", "interaction_id", "call_id", "ascending", "page_size", "start_key")


async def _list(ctx: Context, owner_id: str | None = None) -> Response:
    if ctx.only_owner is not None:
        if owner_id not in (None, ctx.only_owner):
            raise Forbidden("you may hear your own calls only")
        owner_id = ctx.only_owner
    given = dict(ctx.query)
    where = filters.parse((name, value) for name, value in ctx.query if name not in _OWN_QUERY)
    size = _page_size(given)
    async with ctx.tx() as s:
        found = await queries.listing(
            s,
            owner_id=owner_id,
            since=_moment(given, "created_from"),
            until=_moment(given, "created_to"),
            interaction_id=given.get("interaction_id"),
            call_id=given.get("call_id"),
            oldest_first=given.get("ascending", "").lower() in ("true", "1", "yes"),
        )
    rows = [kept.document for kept in found if where.holds(kept.document)]
    first = next((n for n, row in enumerate(rows) if row["id"] == given.get("start_key")), 0)
    page = rows[first : first + size]
    extra: dict[str, Any] = {"page_size": len(page)}
    if given.get("start_key"):
        extra["start_key"] = given["start_key"]
    if first + size < len(rows):
        extra["next_start_key"] = rows[first + size]["id"]
    return ctx.reply(page, **extra)


def _page_size(given: dict[str, str]) -> int:
    if given.get("paginate", "").lower() in ("false", "0", "no"):
        return 5000
    text = given.get("page_size") or "50"
    if not (text.isascii() and text.isdigit() and len(text) <= 6 and int(text) > 0):
        raise Invalid.field("page_size", "type", "page_size must be a whole number from 1 to 1000")
    return min(int(text), 1000)


def _moment(given: dict[str, str], key: str) -> datetime | None:
    text = given.get(key)
    if not text:
        return None
    if not (text.isascii() and text.isdigit() and len(text) <= 12):
        raise Invalid.field(key, "type", f"{key} must be a time in Gregorian seconds")
    try:
        return from_gregorian(int(text))
    except ValueError as problem:
        raise Invalid.field(key, "type", str(problem)) from problem


async def _one(ctx: Context, s: Any, recording_id: str) -> queries.Kept:
    kept = await queries.load(s, recording_id[:64])
    owner = ctx.only_owner if ctx.only_owner in kept.owner_ids else next(iter(kept.owner_ids), None)
    ctx.check(document_id=kept.id, owner_id=owner)
    return kept


@router.get(_BASE, operation_id="list_recordings", summary="List recordings of calls")
async def list_recordings(
    request: Request, account_id: str, ctx: Context = permit("recordings", "read", own=True)
) -> Response:
    """Newest first; `created_from`, `created_to`, `interaction_id`, `call_id`, filters and paging as in other lists."""
    return await _list(ctx)


@router.get(
    "/accounts/{account_id}/users/{user_id}/recordings",
    operation_id="list_user_recordings",
    summary="List recordings of a user's calls",
)
async def list_user_recordings(
    request: Request, account_id: str, user_id: str, ctx: Context = permit("recordings", "read", own=True)
) -> Response:
    """Recordings of calls that the user made or took."""
    if not is_id(user_id):
        raise NotFound("there is no such user")
    return await _list(ctx, user_id)


@router.get(_BASE + "/{recording_id}", operation_id="get_recording", summary="Read a recording's facts, or its audio")
async def get_recording(
    request: Request, account_id: str, recording_id: str, ctx: Context = permit("recordings", "read", own=True)
) -> Response:
    """JSON; the audio when Accept (or `?accept=`) names `audio/…`."""
    wanted = request.query_params.get("accept") or request.headers.get("accept", "")
    if wanted.strip().lower().startswith("audio/"):
        return await _audio(ctx, request, recording_id)
    async with ctx.tx() as s:
        kept = await _one(ctx, s, recording_id)
    return ctx.reply(kept.document)


@router.get(_BASE + "/{recording_id}/raw", operation_id="get_recording_raw", summary="Download a recording's audio")
async def get_recording_raw(
    request: Request, account_id: str, recording_id: str, ctx: Context = permit("recordings", "read", own=True)
) -> Response:
    """The audio as it is kept (MP3 or WAV); Range and `?auth_token=` work."""
    return await _audio(ctx, request, recording_id)


async def _audio(ctx: Context, request: Request, recording_id: str) -> Response:
    async with ctx.tx() as s:
        kept = await _one(ctx, s, recording_id)
        blob = await blobs.facts(s, kept.blob_id)
    extension = next((end for end, kind in TYPES.items() if kind == blob.content_type), "wav")
    return serve(request, ctx.db, ctx.scope, blob, name=str(kept.document["name"]), extension=extension)


@router.delete(_BASE + "/{recording_id}", operation_id="delete_recording", summary="Delete a recording")
async def delete_recording(
    request: Request, account_id: str, recording_id: str, ctx: Context = permit("recordings", "delete")
) -> Response:
    """Remove the recording and its audio for good."""
    async with ctx.tx() as s:
        kept = await _one(ctx, s, recording_id)
        await queries.delete(s, kept)
    return ctx.reply(kept.document)
