"""A number's way through the tree: assigned, set aside, taken back, and what happened to it."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Request, Response

from qvoice.features.auth.permit import Context, permit
from qvoice.features.documents.openapi import describe_model
from qvoice.features.numbers import assign, buy, table
from qvoice.features.numbers.asked import forced, own_scope, rest_of, target_of
from qvoice.features.numbers.schemas import PhoneNumber
from qvoice.kit.clock import to_gregorian
from qvoice.kit.errors import NotFound

router = APIRouter(tags=["phone_numbers"])
BASE = "/accounts/{account_id}/phone_numbers"


@router.put(
    f"{BASE}/{{number}}/activate", **describe_model(answer=PhoneNumber, status=201),
    operation_id="activate_phone_number",
    summary="Assign a number to this account",
)  # fmt: skip
async def activate(
    request: Request, account_id: str, number: str, ctx: Context = permit("phone_numbers", "activate")
) -> Response:
    """Assign a number from the asker's part of the tree to this account (B2)."""
    return await _assign(ctx, number, "in_service")


async def _assign(ctx: Context, number: str, state: str) -> Response:
    account, force, number = target_of(ctx), forced(ctx), assign.parsed(number)
    async with ctx.tx(own_scope(ctx)) as s:
        row = await buy.activate_or_order(s, number, who=ctx.who, account=account, state=state, force=force)
    if isinstance(row, buy.Ordered):
        bought = (await buy.settle(ctx.db, account, [row]))[number]
        if isinstance(bought, buy.NotBought):
            raise bought
        return ctx.reply(bought, status=201)
    return ctx.reply(assign.shown(row), status=201, revision=row.revision)


@router.put(
    f"{BASE}/{{number}}/reserve", **describe_model(answer=PhoneNumber, status=201),
    operation_id="reserve_phone_number",
    summary="Set a number aside for this account",
)  # fmt: skip
async def reserve(
    request: Request, account_id: str, number: str, ctx: Context = permit("phone_numbers", "activate")
) -> Response:
    """Give this account a number that it may put in service later; calls to it go nowhere meanwhile. One that only a
    carrier has is ordered, as `activate` does.
    """
    return await _assign(ctx, number, "reserved")


@router.put(
    f"{BASE}/{{number}}/release", **describe_model(answer=PhoneNumber, status=201),
    operation_id="release_phone_number",
    summary="Take a number back into the pool of the account above",
)  # fmt: skip
async def release(
    request: Request, account_id: str, number: str, ctx: Context = permit("phone_numbers", "release")
) -> Response:
    """Take a number back (B2). One that was in service rests for some days before it is spare again."""
    async with ctx.tx(own_scope(ctx)) as s:
        row = await assign.release(s, assign.parsed(number), account=target_of(ctx), who=ctx.who, rest=rest_of(ctx))
    return ctx.reply(assign.shown(row), status=201, revision=row.revision)


@router.get(f"{BASE}/{{number}}/history", operation_id="get_number_history", summary="What happened to a number")
async def history(
    request: Request, account_id: str, number: str, ctx: Context = permit("phone_numbers", "read")
) -> Response:
    """Return the number's history in this part of the tree, newest first."""
    async with ctx.tx() as s:
        rows = await table.history(s, assign.parsed(number))
    if not rows:
        raise NotFound("this account never had such a number")
    return ctx.reply([_event(row) for row in rows])


def _event(row: Any) -> dict[str, Any]:
    hex_or_none = {
        key: value.hex if (value := getattr(row, key)) is not None else None
        for key in ("account_id", "from_account_id", "actor_id", "actor_account_id")
    }
    return {
        "id": row.id,
        "timestamp": to_gregorian(row.at),
        "action": row.action,
        "from_state": row.from_state,
        "to_state": row.to_state,
        **row.detail,
        **hex_or_none,
    }
