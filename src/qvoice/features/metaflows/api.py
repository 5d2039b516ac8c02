"""`metaflows` under the account, a user and a device: the key `metaflows` of that document, read and written alone."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from fastapi import APIRouter, Depends, Request, Response

from qvoice.features.auth.permit import Context, permit
from qvoice.features.documents import load, merge, resource
from qvoice.features.documents.openapi import describe_model
from qvoice.features.documents.validate import validated
from qvoice.features.metaflows.schemas import Metaflows

router = APIRouter(tags=["metaflows"])


async def _read(ctx: Context, type: str, id: str) -> Response:
    async with ctx.tx() as s:
        document = await load(s, type, id)
        ctx.check(document_id=document.id, owner_id=resource(type).owner_of(document.whole))
    return ctx.reply(document.doc.get("metaflows") or {}, revision=document.revision)


async def _write(ctx: Context, type: str, id: str, metaflows: Any) -> Response:
    async with ctx.tx() as s:
        await load(s, type, id, lock=True)
        # Two merges: what the new keys leave out must not stay behind.
        document = await merge(s, type, id, {"metaflows": None})
        if metaflows is not None:
            document = await merge(s, type, id, {"metaflows": metaflows})
    return ctx.reply(document.doc.get("metaflows") or {}, revision=document.revision)


def _of_account(account_id: str) -> str:
    return account_id


def _of_document(document_id: str) -> str:
    return document_id


def _routes(type: str, path: str, noun: str, which: Callable[..., str]) -> None:
    """Add GET, POST and DELETE of the metaflows of one kind of document; `which` takes its id from the URL."""
    named = Depends(which)

    @router.get(
        path, **describe_model(answer=Metaflows), operation_id=f"get_{noun}_metaflows",
        summary=f"In-call keys of a {noun}",
    )  # fmt: skip
    async def read(
        request: Request, account_id: str, id: str = named, ctx: Context = permit(type, "read", own=type != "accounts")
    ) -> Response:
        return await _read(ctx, type, id)

    @router.post(
        path, **describe_model(body=Metaflows, answer=Metaflows), operation_id=f"replace_{noun}_metaflows",
        summary=f"Replace the in-call keys of a {noun}",
    )  # fmt: skip
    async def replace(
        request: Request, account_id: str, id: str = named, ctx: Context = permit(type, "update")
    ) -> Response:
        return await _write(ctx, type, id, validated(Metaflows, ctx.data))

    @router.delete(
        path, **describe_model(answer=Metaflows), operation_id=f"delete_{noun}_metaflows",
        summary=f"Take the in-call keys from a {noun}",
    )  # fmt: skip
    async def delete(
        request: Request, account_id: str, id: str = named, ctx: Context = permit(type, "update")
    ) -> Response:
        return await _write(ctx, type, id, None)


_routes("accounts", "/accounts/{account_id}/metaflows", "account", _of_account)
_routes("users", "/accounts/{account_id}/users/{document_id}/metaflows", "user", _of_document)
_routes("devices", "/accounts/{account_id}/devices/{document_id}/metaflows", "device", _of_document)
