"""REST routes of trunks: an account's own, and the system's pool (`/v2/resources`, the master account's) for the
master only.
"""

from __future__ import annotations

from dataclasses import replace

from fastapi import APIRouter, Request, Response

from qvoice.features.auth.permit import Context, permit
from qvoice.features.documents.openapi import describe
from qvoice.features.documents.routes import (
    crossbar,
    delete_document,
    list_documents,
    read_document,
    write_document,
)
from qvoice.features.resources.resource import RESOURCE

router = APIRouter()


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


router.include_router(crossbar(RESOURCE))
