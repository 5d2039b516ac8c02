"""`/accounts/{A}/search` and `search/multi`, also without an account (kazoo.md 2.2, C10, S4)."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Request, Response
from sqlalchemy import func, or_

from qvoice.db import Scope
from qvoice.features.accounts.queries import descendants, resellers_among
from qvoice.features.accounts.resource import TABLE as ACCOUNTS
from qvoice.features.auth.permit import Context, permit
from qvoice.features.documents import filters, listing, resource
from qvoice.features.documents.resource import Doc, Document, Resource
from qvoice.kit.errors import Invalid

router = APIRouter(tags=["search"])
LIMIT = 50

TYPES = {"account": "accounts", "user": "users", "callflow": "callflows", "device": "devices"}
VIEWS = ("name", "number", "name_and_number", "realm", "id", "caller_id", "username", "email")


def texts(kind: Resource, whole: Doc, view: str) -> list[str]:
    """Return the texts of a document that a view searches."""
    person = f"{whole.get('first_name', '')} {whole.get('last_name', '')}".strip()
    name = str(whole.get("name") or person or "")
    numbers = [str(number) for number in whole.get("numbers") or []]
    match view:
        case "name":
            return [name]
        case "number":
            return numbers
        case "name_and_number":
            return [name, *numbers]
        case "caller_id":
            external = (whole.get("caller_id") or {}).get("external") or {}
            return [str(external.get("number") or ""), str(external.get("name") or "")]
        case _:
            return [str(whole.get(view) or "")]


def narrowed(kind: Resource, view: str, wanted: str) -> tuple[Any, ...]:
    """Return SQL clauses that hold for every document with a text of the view that begins with `wanted` (lower case).

    They spare reading ten thousand accounts to find one; `texts` decides. None where SQL and Python may differ about
    what lower case is.
    """
    if not wanted.isascii() or view == "id" or set(wanted) & set('"\\'):
        return ()
    doc = kind.table.c.doc

    def begins(text: Any) -> Any:
        return func.starts_with(func.lower(text), wanted)

    person = func.concat(doc["first_name"].astext, " ", doc["last_name"].astext)
    name = begins(func.coalesce(func.nullif(doc["name"].astext, ""), func.btrim(person)))
    # As text a list is `["+15145550100", "1000"]`: each number begins after a quotation mark.
    number = func.strpos(func.lower(doc["numbers"].astext), '"' + wanted) > 0
    external = doc[("caller_id", "external")]
    match view:
        case "name":
            return (name,)
        case "number":
            return (number,)
        case "name_and_number":
            return (or_(name, number),)
        case "caller_id":
            return (or_(begins(external["number"].astext), begins(external["name"].astext)),)
        case _:
            return (begins(doc[view].astext),)


async def _search(ctx: Context, type: str, view: str, value: str) -> list[Doc]:
    scope = _scope(ctx)
    kind = resource(TYPES[type])
    wanted = value.lower()

    def visible(document: Document) -> bool:
        return any(text.lower().startswith(wanted) for text in texts(kind, document.whole, view) if text)

    # Below the account, not the account itself: one searches where to go.
    clauses = (ACCOUNTS.c.id != scope.account_id,) if type == "account" else ()
    async with ctx.tx(scope) as s:
        found = await listing.page(
            s,
            kind,
            paging=listing.Paging(LIMIT, ascending=True),
            where=filters.Filter(),
            visible=visible,
            clauses=(*clauses, *narrowed(kind, view, wanted)),
        )
        rows = [kind.summary(document.whole) for document in found.documents]
        if type == "account":
            ids = [row["id"] for row in rows]
            counts, resellers = await descendants(s, ids), await resellers_among(s, ids)
            rows = [
                {
                    **kind.summary(document.whole),
                    "descendants_count": counts.get(document.id, 0),
                    "is_reseller": document.id in resellers,
                    "enabled": document.doc.get("enabled", True),
                }
                for document in found.documents
            ]
    return rows


def _scope(ctx: Context) -> Scope:
    """Return where to search: the URL's account, else the token's own."""
    if ctx.account is not None:
        return ctx.scope
    who = ctx.who
    return Scope(who.account_id, ".".join(who.actor.path), who.owner_id, who.account_id)


def _type(given: str | None) -> str:
    if given not in TYPES:
        raise Invalid.field("t", "enum", f"t must be one of {', '.join(TYPES)}", target=list(TYPES))
    return given


@router.get(
    "/accounts/{account_id}/search", operation_id="search", summary="Search by prefix: t (type), q (view), v (text)"
)
async def search(request: Request, account_id: str, ctx: Context = permit("search", "read")) -> Response:
    """Return list rows whose text begins with `v`."""
    return await _one(ctx)


@router.get("/search", operation_id="search_own", summary="As the account's search, in the token's own account")
async def search_own(request: Request, ctx: Context = permit("search", "read")) -> Response:
    """Return list rows whose text begins with `v`; clients look for accounts this way, whichever they stand in."""
    return await _one(ctx)


async def _one(ctx: Context) -> Response:
    request = ctx.request
    query = request.query_params
    type, view, value = _type(query.get("t")), query.get("q", ""), query.get("v", "")
    if view not in VIEWS:
        raise Invalid.field("q", "enum", f"q must be one of {', '.join(VIEWS)}", target=list(VIEWS))
    if not value:
        raise Invalid.field("v", "required", "v is the text to search")
    rows = await _search(ctx, type, view, value[:256])
    return ctx.reply(rows, page_size=len(rows), start_key=value[:256])


@router.get(
    "/accounts/{account_id}/search/multi",
    operation_id="search_multi",
    summary="Several searches at once: t, by_<view>=text",
)
async def search_multi(request: Request, account_id: str, ctx: Context = permit("search", "read")) -> Response:
    """Return one list for each `by_<view>` parameter."""
    return await _several(ctx)


@router.get(
    "/search/multi",
    operation_id="search_multi_own",
    summary="As the account's multiple search, in the token's own account",
)
async def search_multi_own(request: Request, ctx: Context = permit("search", "read")) -> Response:
    """Return one list for each `by_<view>` parameter."""
    return await _several(ctx)


async def _several(ctx: Context) -> Response:
    request = ctx.request
    type = _type(request.query_params.get("t"))
    found: dict[str, Any] = {}
    for name, value in request.query_params.items():
        view = name.removeprefix("by_")
        if name.startswith("by_") and view in VIEWS:
            found[view] = await _search(ctx, type, view, value[:256]) if value else []
    return ctx.reply(found)
