"""`/accounts/{A}/cdrs`: list, interaction, legs, one; also under a user. JSON, or CSV by `accept=text/csv` (kazoo.md
S15).
"""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Request, Response

from qvoice.features.auth.permit import Context, permit
from qvoice.features.cdrs import queries
from qvoice.features.documents import envelope, filters
from qvoice.kit.clock import from_gregorian, utcnow
from qvoice.kit.errors import Forbidden, NotFound
from qvoice.kit.ids import is_id

router = APIRouter(tags=["cdrs"])

CSV_COLUMNS = (
    "id",
    "call_id",
    "interaction_id",
    "datetime",
    "unix_timestamp",
    "timestamp",
    "direction",
    "caller_id_number",
    "caller_id_name",
    "callee_id_number",
    "callee_id_name",
    "dialed_number",
    "calling_from",
    "from",
    "to",
    "request",
    "duration_seconds",
    "billing_seconds",
    "ringing_seconds",
    "hangup_cause",
    "hangup_code",
    "disposition",
    "other_leg_call_id",
    "owner_id",
    "authorizing_id",
    "media_server",
    "user_agent",
    "cost",
    "rate",
    "rate_name",
    "received_loss_percent",
    "received_jitter_ms",
    "received_mos",
    "sent_loss_percent",
    "sent_jitter_ms",
    "sent_mos",
)
"""The CSV's columns, always these and in this order. `received_…`: how what came from the far end sounded, as
measured here; `sent_…`: what the far end says it got; empty where nobody measured.
"""
_QUALITY = ("loss_percent", "jitter_ms", "mos")


def csv_row(record: dict[str, Any]) -> dict[str, Any]:
    """Return a record as a CSV row; times in UTC."""
    variables = record.get("custom_channel_vars") or {}
    at = from_gregorian(record["timestamp"])
    quality = {
        f"{way}_{key}": ((record.get("quality") or {}).get(way) or {}).get(key)
        for way in ("received", "sent")
        for key in _QUALITY
    }
    return {
        **record,
        "datetime": at.strftime("%Y-%m-%d %H:%M:%S"),
        "unix_timestamp": int(at.timestamp()),
        "direction": record.get("call_direction"),
        "dialed_number": str(record.get("to") or "").split("@")[0],
        "calling_from": record.get("caller_id_number"),
        "owner_id": variables.get("owner_id"),
        "authorizing_id": variables.get("authorizing_id"),
        "cost": record.get("cost", 0),
        **quality,
    }


async def _answer(ctx: Context, *, interactions: bool = False, owner_id: str | None = None) -> Response:
    """Answer a list request."""
    if ctx.only_owner is not None:
        if owner_id not in (None, ctx.only_owner):
            raise Forbidden("you may see your own calls only")
        owner_id = ctx.only_owner
    time = ("created_from", "created_to")
    wanted = queries.Wanted(
        queries.window(ctx.query, now=utcnow()),
        owner_id=owner_id,
        interactions=interactions,
        where=filters.parse((name, value) for name, value in ctx.query if name not in time),
    )
    cut = queries.paging(ctx.query)
    async with ctx.tx() as s:
        records, following = await queries.page(s, wanted, cut)
    if envelope.wants_csv(ctx.request):
        return envelope.as_csv([csv_row(record) for record in records], CSV_COLUMNS, name="cdrs")
    extra: dict[str, Any] = {"page_size": len(records)}
    if cut.after is not None:
        extra["start_key"] = queries.key_text(*cut.after)
    if following is not None:
        extra["next_start_key"] = following
    return ctx.reply(records, **extra)


@router.get("/accounts/{account_id}/cdrs", operation_id="list_cdrs", summary="List call records")
async def list_cdrs(request: Request, account_id: str, ctx: Context = permit("cdrs", "read", own=True)) -> Response:
    """Every leg, newest first."""
    return await _answer(ctx)


@router.get(
    "/accounts/{account_id}/cdrs/interaction", operation_id="list_interactions", summary="List calls, one row for each"
)
async def list_interactions(
    request: Request, account_id: str, ctx: Context = permit("cdrs", "read", own=True)
) -> Response:
    """The first leg of every interaction."""
    return await _answer(ctx, interactions=True)


@router.get(
    "/accounts/{account_id}/cdrs/legs/{interaction_id}", operation_id="list_legs", summary="List the legs of a call"
)
async def list_legs(
    request: Request, account_id: str, interaction_id: str, ctx: Context = permit("cdrs", "read", own=True)
) -> Response:
    """All legs of one interaction, oldest first."""
    async with ctx.tx() as s:
        found = await queries.legs(s, interaction_id[:200].replace("\x00", ""), ctx.only_owner)
    return ctx.reply(found, page_size=len(found))


@router.get("/accounts/{account_id}/cdrs/summary", operation_id="cdr_summary", summary="Count calls and minutes")
async def summary(request: Request, account_id: str, ctx: Context = permit("cdrs", "read", own=True)) -> Response:
    """Calls, answered ones and seconds per direction, in the time asked for."""
    wanted = queries.Wanted(queries.window(ctx.query, now=utcnow()), owner_id=ctx.only_owner)
    async with ctx.tx() as s:
        records, _ = await queries.page(s, wanted, queries.Paging(None, True, None))
    totals: dict[str, dict[str, int]] = {}
    for record in records:
        total = totals.setdefault(record["call_direction"], {"calls": 0, "answered": 0, "billing_seconds": 0})
        total["calls"] += 1
        total["answered"] += record["billing_seconds"] > 0
        total["billing_seconds"] += record["billing_seconds"]
    return ctx.reply(totals)


@router.get("/accounts/{account_id}/cdrs/{cdr_id}", operation_id="get_cdr", summary="Read a call record")
async def read_cdr(
    request: Request, account_id: str, cdr_id: str, ctx: Context = permit("cdrs", "read", own=True)
) -> Response:
    """One leg."""
    async with ctx.tx() as s:
        record = await queries.load(s, cdr_id[:200].replace("\x00", ""))
    ctx.check(document_id=record["id"], owner_id=(record.get("custom_channel_vars") or {}).get("owner_id"))
    return ctx.reply(record)


@router.get("/accounts/{account_id}/users/{user_id}/cdrs", operation_id="list_user_cdrs", summary="List a user's calls")
async def list_user_cdrs(
    request: Request, account_id: str, user_id: str, ctx: Context = permit("cdrs", "read", own=True)
) -> Response:
    """Legs of a user's devices."""
    if not is_id(user_id):
        raise NotFound("there is no such user")
    return await _answer(ctx, owner_id=user_id)


@router.get(
    "/accounts/{account_id}/users/{user_id}/cdrs/interaction",
    operation_id="list_user_interactions",
    summary="List a user's calls, one row for each",
)
async def list_user_interactions(
    request: Request, account_id: str, user_id: str, ctx: Context = permit("cdrs", "read", own=True)
) -> Response:
    """The first own leg of each of a user's interactions."""
    if not is_id(user_id):
        raise NotFound("there is no such user")
    return await _answer(ctx, owner_id=user_id, interactions=True)
