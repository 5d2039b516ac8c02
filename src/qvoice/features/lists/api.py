"""REST routes of lists, and of their entries (`entries` of the document, by id): clients change one at a time."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Request, Response
from sqlalchemy.ext.asyncio import AsyncSession

from qvoice.features.auth.permit import Context, permit
from qvoice.features.documents import Document, body, load, replace
from qvoice.features.documents.openapi import describe_model
from qvoice.features.documents.routes import crossbar
from qvoice.features.lists.resource import RESOURCE
from qvoice.kit import ids
from qvoice.kit.errors import Invalid, NotFound

router = APIRouter(tags=["lists"])
MAX_ENTRIES = 10_000
_ENTRIES = "/accounts/{account_id}/lists/{document_id}/entries"
_ENTRY = _ENTRIES + "/{entry_id}"
_OBJECT = {"type": "object"}


def _entries(document: Document) -> dict[str, dict[str, Any]]:
    """Return a list's entries by id; those stored as a plain list have their place as id."""
    stored = document.doc.get("entries") or {}
    pairs = stored.items() if isinstance(stored, dict) else ((str(n), one) for n, one in enumerate(stored))
    return {id: entry for id, entry in pairs if isinstance(entry, dict)}


def _one(document: Document, entry_id: str) -> dict[str, Any]:
    entry = _entries(document).get(entry_id)
    if entry is None:
        raise NotFound("there is no entry with this id in this list")
    return entry


async def _store(s: AsyncSession, document: Document, entries: dict[str, dict[str, Any]]) -> Document:
    if len(entries) > MAX_ENTRIES:
        raise Invalid.field("entries", "maxItems", f"a list has at most {MAX_ENTRIES} entries: make another list")
    return await replace(s, "lists", document.id, {**document.doc, "entries": entries})


def _given(ctx: Context) -> dict[str, Any]:
    data = ctx.data
    body.check_tree(data)
    entry = {key: value for key, value in body.public_part(data).items() if key not in ("id", "list_id")}
    if not (entry.get("number") or entry.get("pattern") or entry.get("capture_group_key")):
        raise Invalid.field("number", "required", "an entry needs a number, a pattern or a capture_group_key")
    return entry


@router.get(
    _ENTRIES, **describe_model(answer={"type": "array", "items": _OBJECT}), operation_id="list_entries",
    summary="List a list's entries",
)  # fmt: skip
async def entries(
    request: Request, account_id: str, document_id: str, ctx: Context = permit("lists", "read")
) -> Response:
    """Return the entries with their ids."""
    async with ctx.tx() as s:
        found = _entries(await load(s, "lists", document_id))
    return ctx.reply([{**entry, "id": id} for id, entry in found.items()], page_size=len(found))


@router.put(
    _ENTRIES, **describe_model(answer=_OBJECT, status=201), operation_id="create_entry", summary="Add an entry"
)
async def add(
    request: Request, account_id: str, document_id: str, ctx: Context = permit("lists", "update")
) -> Response:
    """Add an entry; calls know it at once."""
    entry, id = _given(ctx), ids.new_id()
    async with ctx.tx() as s:
        document = await load(s, "lists", document_id, lock=True)
        document = await _store(s, document, {**_entries(document), id: entry})
        shown = _one(document, id)
    return ctx.reply({**shown, "id": id}, status=201, revision=document.revision)


@router.delete(_ENTRIES, **describe_model(answer=_OBJECT), operation_id="delete_entries", summary="Remove all entries")
async def clear(
    request: Request, account_id: str, document_id: str, ctx: Context = permit("lists", "update")
) -> Response:
    """Empty the list."""
    async with ctx.tx() as s:
        document = await _store(s, await load(s, "lists", document_id, lock=True), {})
    return ctx.reply({}, revision=document.revision)


@router.get(_ENTRY, **describe_model(answer=_OBJECT), operation_id="get_entry", summary="Read an entry")
async def read(
    request: Request, account_id: str, document_id: str, entry_id: str, ctx: Context = permit("lists", "read")
) -> Response:
    """Return one entry."""
    async with ctx.tx() as s:
        document = await load(s, "lists", document_id)
    return ctx.reply({**_one(document, entry_id), "id": entry_id}, revision=document.revision)


async def _change(ctx: Context, document_id: str, entry_id: str, *, remove: bool = False) -> Response:
    async with ctx.tx() as s:
        document = await load(s, "lists", document_id, lock=True)
        found = _entries(document)
        old = _one(document, entry_id)
        if remove:
            del found[entry_id]
        elif ctx.request.method == "PATCH":
            body.check_tree(ctx.data)
            found[entry_id] = body.merged(old, body.public_part(ctx.data))
        else:
            found[entry_id] = _given(ctx)
        document = await _store(s, document, found)
        shown = old if remove else _one(document, entry_id)
    return ctx.reply({**shown, "id": entry_id}, revision=document.revision)


@router.post(_ENTRY, **describe_model(answer=_OBJECT), operation_id="replace_entry", summary="Replace an entry")
async def put_in_place(
    request: Request, account_id: str, document_id: str, entry_id: str, ctx: Context = permit("lists", "update")
) -> Response:
    """Replace an entry."""
    return await _change(ctx, document_id, entry_id)


@router.patch(_ENTRY, **describe_model(answer=_OBJECT), operation_id="patch_entry", summary="Change keys of an entry")
async def merge_into(
    request: Request, account_id: str, document_id: str, entry_id: str, ctx: Context = permit("lists", "update")
) -> Response:
    """Merge into an entry."""
    return await _change(ctx, document_id, entry_id)


@router.delete(_ENTRY, **describe_model(answer=_OBJECT), operation_id="delete_entry", summary="Remove an entry")
async def drop(
    request: Request, account_id: str, document_id: str, entry_id: str, ctx: Context = permit("lists", "update")
) -> Response:
    """Remove an entry."""
    return await _change(ctx, document_id, entry_id, remove=True)


router.include_router(crossbar(RESOURCE))
