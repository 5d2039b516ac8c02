"""`/v2/carriers` (master), searching for numbers, and `accounts/A/number_orders`."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Request, Response
from sqlalchemy import text

from qvoice.features.auth.permit import Context, permit
from qvoice.features.carriers import orders
from qvoice.features.carriers.adapter import Search
from qvoice.features.carriers.resource import RESOURCE
from qvoice.features.carriers.search import offers
from qvoice.features.documents import crossbar
from qvoice.kit.clock import to_gregorian
from qvoice.kit.errors import Invalid

router = APIRouter(tags=["carriers"])
MAX_QUANTITY = 500
KINDS = ("local", "tollfree", "international")


def wanted(ctx: Context) -> Search:
    """Read a search from the query (kazoo.md 2.4: prefix, quantity, offset, country); raises Invalid."""
    query = dict(ctx.query)
    digits = {key: query.get(key, "").lstrip("+") for key in ("prefix", "contains")}
    for key, value in digits.items():
        if value and not (value.isascii() and value.isdigit() and len(value) <= 15):
            raise Invalid.field(key, "invalid", f"{key} must be 1 to 15 digits")
    kind = query.get("kind") or ("tollfree" if query.get("type") == "tollfree" else "local")
    country = (query.get("country") or (ctx.account.country if ctx.account else "") or "CA").upper()
    if kind not in KINDS:
        raise Invalid.field("kind", "enum", f"kind must be one of {', '.join(KINDS)}")
    if len(country) != 2 or not (country.isascii() and country.isalpha()):
        raise Invalid.field("country", "invalid", "country must be a code of two letters, such as CA")
    return Search(
        kind=kind,
        country=country,
        city=query.get("city", "")[:80],
        quantity=_count(query, "quantity", 10, lowest=1),
        offset=_count(query, "offset", 0, lowest=0),
        **digits,
    )


def _count(query: dict[str, str], key: str, default: int, *, lowest: int) -> int:
    given = query.get(key, "")
    if not given:
        return default
    if not (given.isascii() and given.isdigit() and lowest <= int(given[:9]) <= MAX_QUANTITY * 20):
        raise Invalid.field(key, "invalid", f"{key} must be a number from {lowest} up")
    return min(int(given), MAX_QUANTITY) if key == "quantity" else int(given)


@router.get("/phone_numbers", operation_id="search_numbers", summary="Numbers that carriers sell")
async def search(request: Request, ctx: Context = permit("user_auth", "read")) -> Response:
    """Return what the carriers offer: local (prefix = area code), tollfree, international, with wished digits."""
    return ctx.reply(await offers(ctx.db, wanted(ctx)))


def _shown(row: Any) -> dict[str, Any]:
    return {
        "id": row.id.hex,
        "number": row.number,
        "state": row.state,
        "problem": row.problem,
        "attempts": row.attempts,
        "carrier_name": row.doc.get("carrier_name", ""),
        "becomes": row.doc.get("becomes", "in_service"),
        "created": to_gregorian(row.created),
        "modified": to_gregorian(row.modified),
    }


@router.get("/accounts/{account_id}/number_orders", operation_id="list_number_orders", summary="Orders of numbers")
async def listed(request: Request, account_id: str, ctx: Context = permit("number_orders", "read")) -> Response:
    """The latest hundred orders of the account."""
    async with ctx.tx() as s:
        rows = (await s.execute(text("select * from number_orders order by created desc limit 100"))).all()
    return ctx.reply([_shown(row) for row in rows])


@router.get(
    "/accounts/{account_id}/descendants/number_orders", operation_id="list_number_orders_below",
    summary="Orders of this account and those below",
)  # fmt: skip
async def below(request: Request, account_id: str, ctx: Context = permit("number_orders", "read")) -> Response:
    """The latest thousand orders, each with whose it is."""
    async with ctx.tx() as s:
        rows = (await s.execute(text("select * from number_orders_below()"))).all()
    return ctx.reply(
        [{**_shown(row), "account_id": row.account_id.hex, "account_name": row.account_name} for row in rows]
    )


@router.get("/accounts/{account_id}/number_orders/{order_id}", operation_id="get_number_order", summary="An order")
async def read(
    request: Request, account_id: str, order_id: str, ctx: Context = permit("number_orders", "read")
) -> Response:
    """How far the order is, and why it failed."""
    async with ctx.tx() as s:
        row = await orders.load(s, order_id)
    return ctx.reply(_shown(row))


router.include_router(crossbar(RESOURCE))
