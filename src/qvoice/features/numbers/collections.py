"""Several numbers at once: each succeeds or fails by itself, and the answer says which (kazoo.md 2.4 collection)."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

from fastapi import APIRouter, Request, Response
from pydantic import BaseModel, ConfigDict
from sqlalchemy.ext.asyncio import AsyncSession

from qvoice.db import Scope
from qvoice.features.auth.permit import Context, permit
from qvoice.features.documents.openapi import describe_model
from qvoice.features.numbers import assign, buy
from qvoice.features.numbers.asked import forced, own_scope, rest_of, target_of
from qvoice.kit.errors import Conflict, Forbidden, Invalid, QvoiceError

router = APIRouter(tags=["phone_numbers"])
BASE = "/accounts/{account_id}/phone_numbers"
MAX_COLLECTION = 2_000


class NumberList(BaseModel):
    """Several numbers at once; other keys go into each."""

    model_config = ConfigDict(extra="allow")
    numbers: list[str]


def texts_of(ctx: Context) -> list[str]:
    """Return the numbers of the body as given; raises Invalid."""
    numbers = ctx.data.get("numbers")
    if not isinstance(numbers, list) or not all(isinstance(number, str) for number in numbers):
        raise Invalid.field("numbers", "type", "numbers must be a list of texts")
    if not 0 < len(numbers) <= MAX_COLLECTION:
        raise Invalid.field("numbers", "maxItems", f"give 1 to {MAX_COLLECTION} numbers at once", target=MAX_COLLECTION)
    return numbers


Act = Callable[[AsyncSession, str], Awaitable[Any]]


def _why(problem: QvoiceError) -> dict[str, Any]:
    code = {Conflict: 409, Forbidden: 403}
    status = next((status for kind, status in code.items() if isinstance(problem, kind)), 404)
    return {"code": status, "error": problem.code, "message": problem.message}


async def _each(ctx: Context, act: Act, *, scope: Scope | None = None, status: int = 200) -> Response:
    """Do `act` for each number of the body, each in a savepoint of its own: good rows succeed whatever the bad ones
    are.
    """
    success: dict[str, Any] = {}
    failed: dict[str, Any] = {}
    ordered: dict[str, buy.Ordered] = {}
    async with ctx.tx(scope) as s:
        for text in texts_of(ctx):
            try:
                async with s.begin_nested():
                    row = await act(s, assign.parsed(text))
                if isinstance(row, buy.Ordered):
                    ordered[text] = row
                else:
                    success[row.number] = assign.shown(row)
            except Invalid as problem:
                failed[text] = {
                    "code": 400,
                    "error": "invalid",
                    "message": next(iter(problem.fields["number"].values()))["message"]
                    if "number" in problem.fields
                    else problem.message,
                }
            except QvoiceError as problem:
                failed[text] = _why(problem)
    bought = await buy.settle(ctx.db, target_of(ctx), list(ordered.values())) if ordered else {}
    for text, one in ordered.items():
        found = bought[one.number]
        if isinstance(found, buy.NotBought):
            failed[text] = _why(found)
        else:
            success[one.number] = found
    if failed and not success:
        fields = {text: {"invalid": {"message": why["message"]}} for text, why in failed.items()}
        raise Invalid(fields)
    answer: dict[str, Any] = {"success": success}
    if failed:
        answer["error"] = failed
    return ctx.reply(answer, status=status)


@router.put(
    f"{BASE}/collection", **describe_model(body=NumberList, answer={"type": "object"}, status=201),
    operation_id="add_numbers", summary="Add several numbers (master)",
)  # fmt: skip
async def add_collection(
    request: Request, account_id: str, ctx: Context = permit("phone_numbers", "create")
) -> Response:
    """Add numbers; the answer has `success` and `error` by number."""
    return await _each(ctx, lambda s, n: assign.add(s, n, account_id=account_id, data=ctx.data), status=201)


@router.put(
    f"{BASE}/collection/activate", **describe_model(body=NumberList, answer={"type": "object"}, status=201),
    operation_id="activate_numbers", summary="Assign several numbers to this account",
)  # fmt: skip
async def activate_collection(
    request: Request, account_id: str, ctx: Context = permit("phone_numbers", "activate")
) -> Response:
    """Assign numbers."""
    return await _assign(ctx, "in_service")


@router.put(
    f"{BASE}/collection/reserve", **describe_model(body=NumberList, answer={"type": "object"}, status=201),
    operation_id="reserve_numbers", summary="Set several numbers aside for this account",
)  # fmt: skip
async def reserve_collection(
    request: Request, account_id: str, ctx: Context = permit("phone_numbers", "activate")
) -> Response:
    """Assign numbers that are put in service later."""
    return await _assign(ctx, "reserved")


async def _assign(ctx: Context, state: str) -> Response:
    account, force = target_of(ctx), forced(ctx)
    return await _each(
        ctx,
        lambda s, n: buy.activate_or_order(s, n, who=ctx.who, account=account, state=state, force=force),
        scope=own_scope(ctx),
        status=201,
    )


@router.api_route(
    f"{BASE}/collection", methods=["POST"], **describe_model(body=NumberList, answer={"type": "object"}),
    operation_id="replace_numbers", summary="Replace several numbers' documents",
)  # fmt: skip
async def post_collection(
    request: Request, account_id: str, ctx: Context = permit("phone_numbers", "update")
) -> Response:
    """Replace the documents of numbers."""
    return await _each(
        ctx, lambda s, n: assign.edit(s, n, account_id=account_id, data=ctx.data, merge=False, who=ctx.who)
    )


@router.patch(
    f"{BASE}/collection", **describe_model(body=NumberList, answer={"type": "object"}), operation_id="patch_numbers",
    summary="Change several numbers' documents",
)  # fmt: skip
async def patch_collection(
    request: Request, account_id: str, ctx: Context = permit("phone_numbers", "update")
) -> Response:
    """Merge into the documents of numbers."""
    return await _each(
        ctx, lambda s, n: assign.edit(s, n, account_id=account_id, data=ctx.data, merge=True, who=ctx.who)
    )


@router.delete(
    f"{BASE}/collection", **describe_model(body=NumberList, answer={"type": "object"}), operation_id="delete_numbers",
    summary="Remove several numbers (master)",
)  # fmt: skip
async def delete_collection(
    request: Request, account_id: str, ctx: Context = permit("phone_numbers", "delete")
) -> Response:
    """Take numbers off the platform."""
    return await _each(ctx, lambda s, n: assign.remove(s, n, account_id=account_id))


@router.put(
    f"{BASE}/collection/release", **describe_model(body=NumberList, answer={"type": "object"}, status=201),
    operation_id="release_numbers", summary="Take several numbers back",
)  # fmt: skip
async def release_collection(
    request: Request, account_id: str, ctx: Context = permit("phone_numbers", "release")
) -> Response:
    """Take numbers back into the pool of the account above."""
    account, rest = target_of(ctx), rest_of(ctx)
    return await _each(
        ctx,
        lambda s, n: assign.release(s, n, account=account, who=ctx.who, rest=rest),
        scope=own_scope(ctx),
        status=201,
    )
