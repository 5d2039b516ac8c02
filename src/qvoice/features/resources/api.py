"""REST routes of trunks: an account's own, and the system's pool (`/v2/resources`, the master account's) for the
master only.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from fastapi import APIRouter, Request, Response

from qvoice.features.accounts.schemas import Lenient
from qvoice.features.auth.permit import Context, permit
from qvoice.features.documents import store
from qvoice.features.documents.openapi import describe, describe_model
from qvoice.features.documents.routes import (
    crossbar,
    delete_document,
    list_documents,
    read_document,
    shown,
    write_document,
)
from qvoice.features.resources import observed
from qvoice.features.resources.resource import RESOURCE
from qvoice.features.resources.schemas import Trunk
from qvoice.kit.errors import Invalid, QvoiceError

router = APIRouter()
MAX_COLLECTION = 500


class Trunks(Lenient):
    """Several trunks at once; `data` may also be the list itself."""

    resources: list[Trunk]


async def _collection(ctx: Context, *, update: bool) -> Response:
    """Create (PUT) or replace (POST) several trunks; each succeeds or fails by itself."""
    listed = ctx.envelope.get("data")
    if isinstance(listed, dict):
        listed = listed.get("resources")
    if not isinstance(listed, list) or not 0 < len(listed) <= MAX_COLLECTION:
        raise Invalid.field("data", "type", f"data must be a list of 1 to {MAX_COLLECTION} trunks")
    done: list[dict[str, Any]] = []
    failed: list[dict[str, Any]] = []
    async with ctx.tx() as s:
        for number, document in enumerate(listed):
            try:
                if not isinstance(document, dict):
                    raise Invalid.field("data", "type", "each trunk must be an object")
                async with s.begin_nested():
                    if update:
                        made = await store.replace(s, "resources", str(document.get("id") or ""), document)
                    else:
                        made = await store.create(s, "resources", document)
                done.append(await shown(s, RESOURCE, made, ctx.principal))
            except Invalid as problem:
                failed.append({"index": number, "error": "invalid", "data": problem.fields})
            except QvoiceError as problem:
                failed.append({"index": number, "error": problem.code, "message": problem.message})
    if failed and not done:
        raise Invalid({f"data.{one['index']}": {"invalid": {"message": _why(one)}} for one in failed})
    more: dict[str, Any] = {"failed": failed} if failed else {}
    return ctx.reply(done, status=200 if update else 201, **more)


def _why(one: dict[str, Any]) -> str:
    fields = one.get("data") or {}
    texts = [f"{field}: {rule['message']}" for field, rules in fields.items() for rule in rules.values()]
    return "; ".join(texts) or str(one.get("message"))


@router.put(
    "/accounts/{account_id}/resources/collection", **describe_model(body=Trunks, status=201),
    operation_id="create_resources", summary="Create several trunks",
)  # fmt: skip
async def create_several(request: Request, account_id: str, ctx: Context = permit("resources", "create")) -> Response:
    """Create trunks; those that are refused are listed in the envelope's `failed`."""
    return await _collection(ctx, update=False)


@router.post(
    "/accounts/{account_id}/resources/collection", **describe_model(body=Trunks), operation_id="replace_resources",
    summary="Replace several trunks",
)  # fmt: skip
async def replace_several(request: Request, account_id: str, ctx: Context = permit("resources", "update")) -> Response:
    """Replace trunks by their `id`."""
    return await _collection(ctx, update=True)


async def _in_master(ctx: Context) -> Context:
    """Return the context in the master account, which whoever may use these routes belongs to."""
    return replace(ctx, account=await ctx.directory.account(ctx.who.account_id))


@router.get(
    "/resources", **describe(RESOURCE, "list"), operation_id="list_global_resources", summary="List the system's trunks"
)
async def list_global(request: Request, ctx: Context = permit("global_resources", "read")) -> Response:
    """List the pool that accounts without trunks above them use."""
    return await list_documents(await _in_master(ctx), RESOURCE)


@router.put(
    "/resources", **describe(RESOURCE, "create"), operation_id="create_global_resource", summary="Create a system trunk"
)
async def create_global(request: Request, ctx: Context = permit("global_resources", "create")) -> Response:
    """Create a trunk in the system's pool."""
    return await write_document(await _in_master(ctx), RESOURCE, None)


@router.get(
    "/resources/{document_id}",
    **describe(RESOURCE, "read"),
    operation_id="get_global_resource",
    summary="Read a system trunk",
)
async def read_global(
    request: Request, document_id: str, ctx: Context = permit("global_resources", "read")
) -> Response:
    """Read a trunk of the system's pool."""
    return await read_document(await _in_master(ctx), RESOURCE, document_id)


@router.post(
    "/resources/{document_id}",
    **describe(RESOURCE, "replace"),
    operation_id="replace_global_resource",
    summary="Replace a system trunk",
)
async def replace_global(
    request: Request, document_id: str, ctx: Context = permit("global_resources", "update")
) -> Response:
    """Replace a trunk of the system's pool."""
    return await write_document(await _in_master(ctx), RESOURCE, document_id)


@router.patch(
    "/resources/{document_id}",
    **describe(RESOURCE, "merge"),
    operation_id="patch_global_resource",
    summary="Change a system trunk",
)
async def patch_global(
    request: Request, document_id: str, ctx: Context = permit("global_resources", "update")
) -> Response:
    """Change keys of a trunk of the system's pool."""
    return await write_document(await _in_master(ctx), RESOURCE, document_id)


@router.delete(
    "/resources/{document_id}",
    **describe(RESOURCE, "delete"),
    operation_id="delete_global_resource",
    summary="Delete a system trunk",
)
async def delete_global(
    request: Request, document_id: str, ctx: Context = permit("global_resources", "delete")
) -> Response:
    """Delete a trunk of the system's pool."""
    return await delete_document(await _in_master(ctx), RESOURCE, document_id)


router.include_router(observed.router)
router.include_router(crossbar(RESOURCE))
