"""`/accounts/{A}/limits`: read by the account, changed by the accounts above it."""

from __future__ import annotations

from fastapi import APIRouter, Request, Response

from qvoice.features import documents
from qvoice.features.auth.permit import Context, permit
from qvoice.features.documents.openapi import describe_model
from qvoice.features.limits.resource import OPERATOR_ONLY, Limits
from qvoice.features.services import bundles
from qvoice.kit.clock import utcnow

router = APIRouter(tags=["limits"])


@router.get(
    "/accounts/{account_id}/limits",
    **describe_model(answer=Limits),
    operation_id="get_limits",
    summary="Read the limits",
)
async def read(request: Request, account_id: str, ctx: Context = permit("limits", "read")) -> Response:
    """Return the limits, and what is left of the plan's bundles; an account without limits has the defaults."""
    async with ctx.tx() as s:
        found = await documents.get(s, "limits", account_id)
        more = {"bundles": await bundles.shown(s, utcnow())}
    if found is None:
        return ctx.reply({"id": "limits", "allow_prepay": True, **more}, revision=0)
    from_above = ctx.who.account_id != ctx.account_id or ctx.who.actor.is_master
    seen = {key: value for key, value in found.doc.items() if from_above or key not in OPERATOR_ONLY}
    return ctx.reply({**seen, **more, "id": "limits"}, revision=found.revision)


async def _write(ctx: Context) -> Response:
    data = {key: value for key, value in ctx.data.items() if key != "bundles"}  # shown by GET, of the plan
    async with ctx.tx() as s:
        if await documents.get(s, "limits", ctx.account_id, lock=True) is None:
            found = await documents.create(s, "limits", data, id=ctx.account_id)
        else:
            write = documents.replace if ctx.request.method == "POST" else documents.merge
            found = await write(s, "limits", ctx.account_id, data)
    return ctx.reply({**found.doc, "id": "limits"}, revision=found.revision)


@router.post(
    "/accounts/{account_id}/limits", **describe_model(body=Limits, answer=Limits), operation_id="replace_limits",
    summary="Replace the limits",
)  # fmt: skip
async def replace(request: Request, account_id: str, ctx: Context = permit("limits", "update")) -> Response:
    """Replace the limits."""
    return await _write(ctx)


@router.patch(
    "/accounts/{account_id}/limits",
    **describe_model(answer=Limits),
    operation_id="patch_limits",
    summary="Change limits",
)
async def patch(request: Request, account_id: str, ctx: Context = permit("limits", "update")) -> Response:
    """Merge into the limits."""
    return await _write(ctx)
