"""`crossbar(RESOURCE)`: the routes of one kind of document in the KAZOO Crossbar dialect (kazoo.md 2.1, 2.2).

GET and PUT on the collection; GET, POST (replace), PATCH (merge) and DELETE on a document.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

from fastapi import APIRouter, Request, Response
from sqlalchemy import Text, literal
from sqlalchemy.ext.asyncio import AsyncSession

from qvoice.core.access import decide as access
from qvoice.core.access.permissions import ROLE_FIELDS
from qvoice.features.auth.permit import Context, permit
from qvoice.features.documents import envelope, filters, listing, store
from qvoice.features.documents.openapi import describe
from qvoice.features.documents.resource import Doc, Document, Resource
from qvoice.kit.clock import to_gregorian
from qvoice.kit.errors import Forbidden, Invalid


def read_only(document: Document) -> dict[str, Any]:
    """Return the `_read_only` part of a document."""
    extras: dict[str, Any] = {
        "type": document.type,
        "created": to_gregorian(document.created),
        "modified": to_gregorian(document.modified),
    }
    if document.deleted:
        extras["deleted"] = True
    return extras


async def shown(s: AsyncSession, kind: Resource, document: Document, actor: Any) -> Doc:
    """Return the document as a client sees it: with id and `_read_only`, after the resource's `present` hook."""
    public = {**document.doc, "id": document.id, "_read_only": read_only(document)}
    if kind.hooks.present is not None:
        public = await kind.hooks.present(s, document, public, actor)
    return public


def given_revision(ctx: Context) -> int | None:
    """Return the revision the client says it read: If-Match, `data._rev` or the envelope's `revision`; raises
    Invalid.
    """
    given: Any = ctx.request.headers.get("if-match")
    if given is not None:
        given = given.strip().removeprefix("W/").strip('"')
        if given == "*":
            return None
    if given is None:
        data = ctx.envelope.get("data")
        given = data.get("_rev") if isinstance(data, dict) else None
    if given is None:
        given = ctx.envelope.get("revision")
    if given is None or given == "":
        return None
    text = str(given)
    if not (text.isascii() and text.isdigit() and len(text) < 10):
        raise Invalid.field("revision", "type", "the revision must be the number that a GET of this document gave")
    return int(text)


async def list_documents(
    ctx: Context, kind: Resource, *, clauses: tuple[Any, ...] = (), decorate: Any = None
) -> Response:
    """Answer a list request. `clauses`: more SQL conditions; `decorate(session, documents, rows)` may add to the
    rows in place.
    """
    where, paging = filters.parse(ctx.query), listing.read_paging(ctx.query)
    if ctx.only_owner is not None:
        clauses = (*clauses, own_clause(kind, ctx.only_owner))
    as_table = envelope.wants_csv(ctx.request)
    async with ctx.tx() as s:
        found = await listing.page(s, kind, paging=paging, where=where, clauses=clauses)
        rows = [kind.summary(document.whole) for document in found.documents]
        if decorate is not None:
            await decorate(s, found.documents, rows)
    if as_table:
        return envelope.as_csv(rows, name=kind.type)
    extra: dict[str, Any] = {"page_size": len(rows)}
    if found.start_key is not None:
        extra["start_key"] = found.start_key
    if found.next_key is not None:
        extra["next_start_key"] = found.next_key
    return ctx.reply(rows, **extra)


def own_clause(kind: Resource, user_id: str) -> Any:
    """Return the SQL condition that leaves a plain user's own documents."""
    if kind.own == "id":
        return kind.table.c.id == user_id
    if kind.own is None:
        return literal(False)
    if kind.own in kind.table.c:
        return kind.table.c[kind.own] == user_id
    return kind.table.c.doc[kind.own].astext == literal(user_id, Text)


async def read_document(ctx: Context, kind: Resource, id: str) -> Response:
    """Answer GET of one document."""
    async with ctx.tx() as s:
        document = await store.load(s, kind.type, id)
        ctx.check(document_id=document.id, owner_id=kind.owner_of(document.whole))
        data = await shown(s, kind, document, ctx.principal)
    return ctx.reply(data, revision=document.revision)


InWrite = Callable[[AsyncSession, Document], Awaitable[None]]
Prepare = Callable[[Context, str | None], Awaitable[InWrite | None]]
"""Slow work before a write's transaction (id None: a create); returns what is then done in it, after the document."""


async def write_document(ctx: Context, kind: Resource, id: str | None, *, prepare: Prepare | None = None) -> Response:
    """Answer PUT (id None), POST and PATCH."""
    data, revision = ctx.data, given_revision(ctx)
    in_write = await prepare(ctx, id) if prepare is not None else None
    async with ctx.tx() as s:
        if id is None:
            document = await store.create(s, kind.type, data)
        else:
            await _check_own(ctx, s, kind, id, data)
            write = store.replace if ctx.request.method == "POST" else store.merge
            document = await write(s, kind.type, id, data, revision=revision)
        if in_write is not None:
            await in_write(s, document)
        answer = await shown(s, kind, document, ctx.principal)
    return ctx.reply(answer, status=201 if id is None else 200, revision=document.revision)


async def _check_own(ctx: Context, s: AsyncSession, kind: Resource, id: str, data: Doc) -> None:
    """Refuse a plain user's change of a document that is not theirs, and anybody's of keys that are not theirs to
    change.
    """
    if ctx.only_owner is None and (ctx.who.actor.role, kind.type) not in ROLE_FIELDS:
        return
    old = await store.load(s, kind.type, id, lock=True)
    ctx.check(document_id=old.id, owner_id=kind.owner_of(old.whole))
    after = store.after_merge(old.doc, data) if ctx.request.method == "PATCH" else store.after_replace(kind, data)
    refused = access.forbidden_changes(ctx.who.actor, kind.type, before=old.doc, after=after)
    if refused:
        raise Forbidden(f"you may not change {', '.join(refused)}: ask an administrator", fields=refused)


async def delete_document(ctx: Context, kind: Resource, id: str) -> Response:
    """Answer DELETE: the document as it was, marked deleted."""
    async with ctx.tx() as s:
        if ctx.only_owner is not None:
            old = await store.load(s, kind.type, id)
            ctx.check(document_id=old.id, owner_id=kind.owner_of(old.whole))
        document = await store.remove(s, kind.type, id, revision=given_revision(ctx))
        answer = {**document.doc, "id": document.id, "_read_only": read_only(document)}
        if kind.hooks.present is not None:
            answer = await kind.hooks.present(s, document, answer, ctx.principal)
    return ctx.reply(answer, revision=document.revision)


def crossbar(
    kind: Resource,
    *,
    decorate: Any = None,
    list_route: bool = True,
    read_route: bool = True,
    prepare: Prepare | None = None,
) -> APIRouter:
    """Return the router of a resource. `decorate`: see `list_documents`; `list_route` or `read_route` False: the
    feature has its own; `prepare`: slow work before a write.

    Register routes with fixed words (`devices/status`) on a router included before this one.
    """
    router = APIRouter()
    collection, single = (
        f"/accounts/{{account_id}}/{kind.type}",
        f"/accounts/{{account_id}}/{kind.type}/{{document_id}}",
    )
    name, noun = kind.type, kind.noun

    if list_route:

        @router.get(
            collection, **describe(kind, "list"), operation_id=f"list_{name}", summary=f"List {name.replace('_', ' ')}"
        )
        async def list_(request: Request, account_id: str, ctx: Context = permit(name, "read", own=True)) -> Response:
            return await list_documents(ctx, kind, decorate=decorate)

    @router.put(
        collection,
        **describe(kind, "create"),
        operation_id=f"create_{noun}",
        summary=f"Create a {noun.replace('_', ' ')}",
    )
    async def create(request: Request, account_id: str, ctx: Context = permit(name, "create")) -> Response:
        return await write_document(ctx, kind, None, prepare=prepare)

    if read_route:

        @router.get(
            single, **describe(kind, "read"), operation_id=f"get_{noun}", summary=f"Read a {noun.replace('_', ' ')}"
        )
        async def read(
            request: Request, account_id: str, document_id: str, ctx: Context = permit(name, "read", own=True)
        ) -> Response:
            return await read_document(ctx, kind, document_id)

    @router.post(
        single,
        **describe(kind, "replace"),
        operation_id=f"replace_{noun}",
        summary=f"Replace a {noun.replace('_', ' ')}",
    )
    async def replace(
        request: Request, account_id: str, document_id: str, ctx: Context = permit(name, "update", own=True)
    ) -> Response:
        return await write_document(ctx, kind, document_id, prepare=prepare)

    @router.patch(
        single,
        **describe(kind, "merge"),
        operation_id=f"patch_{noun}",
        summary=f"Change keys of a {noun.replace('_', ' ')}",
    )
    async def patch(
        request: Request, account_id: str, document_id: str, ctx: Context = permit(name, "update", own=True)
    ) -> Response:
        return await write_document(ctx, kind, document_id, prepare=prepare)

    @router.delete(
        single, **describe(kind, "delete"), operation_id=f"delete_{noun}", summary=f"Delete a {noun.replace('_', ' ')}"
    )
    async def delete(
        request: Request, account_id: str, document_id: str, ctx: Context = permit(name, "delete", own=True)
    ) -> Response:
        return await delete_document(ctx, kind, document_id)

    return router
