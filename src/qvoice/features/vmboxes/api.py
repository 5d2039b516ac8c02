"""REST routes of voicemail boxes and their messages."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Request, Response
from sqlalchemy.ext.asyncio import AsyncSession

from qvoice.features.auth.permit import Context, permit
from qvoice.features.documents import envelope, store
from qvoice.features.documents.resource import Document
from qvoice.features.documents.routes import crossbar
from qvoice.features.media import blobs
from qvoice.features.media.api import converter
from qvoice.features.media.ranges import serve, serve_bytes
from qvoice.features.vmboxes import messages, pin
from qvoice.features.vmboxes.archive import archive, file_name
from qvoice.features.vmboxes.forward import forward
from qvoice.features.vmboxes.query import read_query
from qvoice.features.vmboxes.resource import RESOURCE
from qvoice.kit.clock import utcnow
from qvoice.kit.errors import Invalid, NotFound

router = APIRouter()
_BASE = "/accounts/{account_id}/vmboxes"
_MESSAGES = _BASE + "/{document_id}/messages"
MAX_ARCHIVE = 256 * 1024 * 1024
"""Bytes of audio in one zip."""


async def _box(ctx: Context, session: AsyncSession, box_id: str) -> Document:
    box = await store.load(session, "vmboxes", box_id)
    ctx.check(document_id=box.id, owner_id=RESOURCE.owner_of(box.whole))
    return box


def _realm(ctx: Context) -> str:
    return ctx.account.realm if ctx.account else ""


async def _count(session: AsyncSession, documents: list[Document], rows: list[dict[str, Any]]) -> None:
    counts = await messages.counts_by_box(session)
    for row in rows:
        row["messages"] = counts.get(row["id"], 0)


@router.get(_BASE + "/messages", operation_id="list_all_messages", summary="Messages of all boxes")
async def list_all(request: Request, account_id: str, ctx: Context = permit("messages", "read", own=True)) -> Response:
    """List the messages of every box (of one's own boxes, for a plain user), grouped by box."""
    query = read_query(ctx.query)
    answer = []
    async with ctx.tx() as session:
        for box in await store.find(session, "vmboxes"):
            if ctx.only_owner is None or RESOURCE.owner_of(box.whole) == ctx.only_owner:
                found = query.page(await messages.listing(session, box.id, **query.listing))[0]
                answer.append({box.id: [messages.row(message, realm=_realm(ctx)) for message in found]})
    return ctx.reply(answer)


@router.get(_MESSAGES, operation_id="list_messages", summary="List a box's messages")
async def list_messages(
    request: Request, account_id: str, document_id: str, ctx: Context = permit("messages", "read", own=True)
) -> Response:
    """List new and saved messages, newest first; `folder`, `created_from`, `created_to` and paging as in other lists.
    """
    query = read_query(ctx.query)
    async with ctx.tx() as session:
        box = await _box(ctx, session, document_id)
        found, following = query.page(await messages.listing(session, box.id, **query.listing))
    rows = [messages.row(message, realm=_realm(ctx)) for message in found]
    if envelope.wants_csv(request):
        return envelope.as_csv(rows, name="messages")
    extra: dict[str, Any] = {"page_size": len(rows)}
    if query.start_key:
        extra["start_key"] = query.start_key
    if following:
        extra["next_start_key"] = following
    return ctx.reply(rows, **extra)


@router.post(_MESSAGES, operation_id="move_messages", summary="Move messages to a folder, or to another box")
async def move_messages(
    request: Request, account_id: str, document_id: str, ctx: Context = permit("messages", "update", own=True)
) -> Response:
    """Body `{messages: [ids], folder}`; with `source_id` (a box id or list of them) the messages are copied there
    instead.
    """
    ids = _ids(ctx.data)
    async with ctx.tx() as session:
        box = await _box(ctx, session, document_id)
        if ctx.data.get("source_id"):
            done = await _copy(ctx, session, box, ids, ctx.data["source_id"])
        else:
            done = await messages.move(session, box.id, ids, _folder(ctx.data))
    return ctx.reply({"succeeded": done, "failed": [{id: "not_found"} for id in ids if id not in done]})


@router.delete(_MESSAGES, operation_id="delete_messages", summary="Delete messages")
async def delete_messages(
    request: Request, account_id: str, document_id: str, ctx: Context = permit("messages", "delete", own=True)
) -> Response:
    """Body `{messages: [ids]}`; without it, all messages (of `folder`, when given) go to the folder `deleted`."""
    async with ctx.tx() as session:
        box = await _box(ctx, session, document_id)
        if isinstance(ctx.envelope.get("data"), dict) and "messages" in ctx.data:
            ids = _ids(ctx.data)
        else:
            ids = [message.id for message in await messages.listing(session, box.id, **read_query(ctx.query).listing)]
        done = await messages.move(session, box.id, ids, "deleted")
    return ctx.reply({"succeeded": done, "failed": [{id: "not_found"} for id in ids if id not in done]})


@router.post(_MESSAGES + "/raw", operation_id="download_messages", summary="Download messages as a zip")
async def download_messages(
    request: Request, account_id: str, document_id: str, ctx: Context = permit("messages", "read", own=True)
) -> Response:
    """Body `{messages: [ids]}`; up to 256 MB of audio."""
    ids = _ids(ctx.data)
    async with ctx.tx() as session:
        box = await _box(ctx, session, document_id)
        files: list[tuple[str, bytes]] = []
        total = 0
        for id in dict.fromkeys(ids):
            message = await messages.get(session, box.id, id)
            total += (await blobs.facts(session, message.blob_id)).size
            if total > MAX_ARCHIVE:
                raise Invalid.field(
                    "messages", "maxItems", "These are more than 256 MB together: ask for fewer at a time."
                )
            files.append((file_name(message), await blobs.read(session, message.blob_id)))
    packed = await archive(files)
    return serve_bytes(request, packed, "application/zip", name=f"mailbox {box.doc['mailbox']}", extension="zip")


@router.get(_MESSAGES + "/{message_id}", operation_id="get_message", summary="Read a message's facts")
async def get_message(
    request: Request,
    account_id: str,
    document_id: str,
    message_id: str,
    ctx: Context = permit("messages", "read", own=True),
) -> Response:
    """Read one message."""
    async with ctx.tx() as session:
        box = await _box(ctx, session, document_id)
        message = await messages.get(session, box.id, message_id)
    return ctx.reply(messages.row(message, realm=_realm(ctx)))


@router.post(_MESSAGES + "/{message_id}", operation_id="move_message", summary="Move a message to a folder")
async def move_message(
    request: Request,
    account_id: str,
    document_id: str,
    message_id: str,
    ctx: Context = permit("messages", "update", own=True),
) -> Response:
    """Body `{folder}`; with `source_id` (box ids) the message is copied to those boxes."""
    async with ctx.tx() as session:
        box = await _box(ctx, session, document_id)
        await messages.get(session, box.id, message_id)
        if ctx.data.get("source_id"):
            await _copy(ctx, session, box, [message_id], ctx.data["source_id"])
        else:
            await messages.move(session, box.id, [message_id], _folder(ctx.data))
        message = await messages.get(session, box.id, message_id)
    return ctx.reply(messages.row(message, realm=_realm(ctx)))


@router.delete(_MESSAGES + "/{message_id}", operation_id="delete_message", summary="Delete a message")
async def delete_message(
    request: Request,
    account_id: str,
    document_id: str,
    message_id: str,
    ctx: Context = permit("messages", "delete", own=True),
) -> Response:
    """Put a message into the folder `deleted`, from which it is purged after 93 days."""
    async with ctx.tx() as session:
        box = await _box(ctx, session, document_id)
        await messages.get(session, box.id, message_id)
        await messages.move(session, box.id, [message_id], "deleted")
        message = await messages.get(session, box.id, message_id)
    return ctx.reply(messages.row(message, realm=_realm(ctx)))


@router.get(_MESSAGES + "/{message_id}/raw", operation_id="get_message_raw", summary="Download a message's audio")
async def get_message_raw(
    request: Request,
    account_id: str,
    document_id: str,
    message_id: str,
    ctx: Context = permit("messages", "read", own=True),
) -> Response:
    """Send WAV, or MP3 when Accept (or `?accept=`) prefers it; Range and `?auth_token=` work."""
    async with ctx.tx() as session:
        box = await _box(ctx, session, document_id)
        message = await messages.get(session, box.id, message_id)
        blob = await blobs.facts(session, message.blob_id)
        mp3 = wants_mp3(request.query_params.get("accept") or request.headers.get("accept", ""))
        wav = await blobs.read(session, message.blob_id) if mp3 else b""
    if mp3:
        data = await converter(request.app.state.settings.data).mp3(wav)
        return serve_bytes(request, data, "audio/mpeg", name=file_name(message), extension="mp3")
    return serve(request, ctx.db, ctx.scope, blob, name=file_name(message), extension="wav")


@router.delete(_BASE + "/{document_id}/pin", operation_id="delete_vmbox_pin", summary="Take a box's PIN away")
async def delete_pin(
    request: Request, account_id: str, document_id: str, ctx: Context = permit("vmboxes", "update", own=True)
) -> Response:
    """Remove the PIN. (A write of the box without `pin` keeps it, because what is read has none to send back.)"""
    async with ctx.tx() as session:
        box = await _box(ctx, session, document_id)
        await pin.clear(session, box.id)
    return ctx.reply({"pin_set": False})


def wants_mp3(accept: str) -> bool:
    """Tell whether an Accept header names MP3 before WAV or anything."""
    for part in accept.lower().split(","):
        kind = part.split(";")[0].strip()
        if kind in ("audio/mpeg", "audio/mp3", "audio/mpeg3"):
            return True
        if kind in ("audio/wav", "audio/x-wav", "audio/*", "*/*"):
            return False
    return False


def _ids(data: dict[str, Any]) -> list[str]:
    ids = data.get("messages")
    if not isinstance(ids, list) or not all(isinstance(id, str) for id in ids) or len(ids) > 1000:
        raise Invalid.field("messages", "type", "messages must be a list of at most 1000 message ids")
    return list(dict.fromkeys(ids))


def _folder(data: dict[str, Any]) -> str:
    folder = data.get("folder")
    if not isinstance(folder, str):
        raise Invalid.field("folder", "required", "folder must be new, saved or deleted", target=list(messages.FOLDERS))
    return folder


async def _copy(ctx: Context, session: AsyncSession, box: Document, ids: list[str], to: Any) -> list[str]:
    """Copy messages into other boxes of the account (which a plain user must own too); return the ids copied."""
    targets = [await _box(ctx, session, str(id)[:64]) for id in (to if isinstance(to, list) else [to])]
    done = []
    for id in ids:
        try:
            left = await forward(
                session, box.id, id, to_mailboxes=[target.doc["mailbox"] for target in targets], now=utcnow()
            )
        except NotFound:
            continue
        if not left:
            done.append(id)
    return done


router.include_router(crossbar(RESOURCE, decorate=_count))
