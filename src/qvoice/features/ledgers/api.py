"""`/accounts/{A}/ledgers`: sums, entries, the balance; credit and debit by accounts above (kazoo.md 2.4, 5.3)."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import Any

from fastapi import APIRouter, Request, Response

from qvoice.features.auth.permit import Context, permit
from qvoice.features.documents import envelope, filters, listing
from qvoice.features.documents.openapi import describe_model
from qvoice.features.ledgers import adjust, queries
from qvoice.kit import money
from qvoice.kit.clock import utcnow
from qvoice.kit.errors import Invalid

router = APIRouter(tags=["ledgers"])
BASE = "/accounts/{account_id}/ledgers"
DEFAULT_RANGE = timedelta(days=31)
CSV_COLUMNS = (
    "number", "time", "type", "source", "source_id", "amount", "currency", "description", "quantity", "unit", "id",
)  # fmt: skip


def window_of(ctx: Context) -> queries.Window:
    """Read created_from and created_to (Gregorian seconds); the last 31 days without them."""
    given = dict(ctx.query)
    since, until = (
        filters.moment(name, given[name]) if given.get(name) else None for name in ("created_from", "created_to")
    )
    if since is not None and until is not None and until < since:
        raise Invalid.field("created_from", "date_range", "created_from is after created_to")
    if since is None and until is None:
        since = utcnow() - DEFAULT_RANGE
    # Bounds are included in the dialect, whose times have no fractions of a second.
    return queries.Window(since, until + timedelta(seconds=1) if until is not None else None)


def book_of(ctx: Context) -> str:
    """Read which book is asked for: the balance, unless `book=income` or another one of a provider's."""
    return dict(ctx.query).get("book", "balance")[:32]


@router.get(BASE, operation_id="list_ledgers", summary="Sums by source of charge")
async def by_source(request: Request, account_id: str, ctx: Context = permit("ledgers", "read")) -> Response:
    """Return `{source: {amount, usage}}` of the last 31 days, or of created_from to created_to."""
    async with ctx.tx() as s:
        found = await queries.by_source(s, window_of(ctx), book=book_of(ctx))
    return ctx.reply(found)


@router.get(f"{BASE}/total", operation_id="get_balance", summary="The balance")
async def total(request: Request, account_id: str, ctx: Context = permit("ledgers", "read")) -> Response:
    """Return the sum of all entries."""
    async with ctx.tx() as s:
        found = await queries.balance(s)
    return ctx.reply({"amount": money.number(found.amount), "held": money.number(found.held)})


@router.get(f"{BASE}/available", operation_id="get_available", summary="What may still be spent")
async def available(request: Request, account_id: str, ctx: Context = permit("ledgers", "read")) -> Response:
    """Return the balance without what running calls have reserved, and with what may be owed."""
    async with ctx.tx() as s:
        found = await queries.balance(s)
        owe = await queries.may_owe(s, account_id)
    return ctx.reply({"amount": money.number(found.amount - found.held + owe), "may_owe": money.number(owe)})


@router.get(f"{BASE}/summary/{{month}}", operation_id="get_ledger_month", summary="Sums of a month by source")
async def of_month(request: Request, account_id: str, month: str, ctx: Context = permit("ledgers", "read")) -> Response:
    """Return the sums of a calendar month (UTC), `YYYYMM`; the dialect's `{account}-YYYYMM` is understood."""
    found = re.fullmatch(r"(?:[0-9a-f]{32}-)?([12][0-9]{3})(0[1-9]|1[0-2])", month)
    if found is None:
        raise Invalid.field("month", "pattern", "the month is written YYYYMM, such as 202611")
    year, number = int(found[1]), int(found[2])
    since = datetime(year, number, 1, tzinfo=UTC)
    until = datetime(year + number // 12, number % 12 + 1, 1, tzinfo=UTC)
    async with ctx.tx() as s:
        sums = await queries.by_source(s, queries.Window(since, until), book=book_of(ctx))
    return ctx.reply(sums)


async def _adjust(ctx: Context, sign: int) -> Response:
    parent = ctx.account.parent_id if ctx.account else None
    async with ctx.tx() as s:
        entry = await adjust.adjust(s, ctx.data, sign=sign, provider_id=parent, now=utcnow())
        answer = queries.shown(await queries.one(s, entry), ctx.account.name if ctx.account else None)
    return ctx.reply(answer, status=201)


@router.put(
    f"{BASE}/credit", **describe_model(body=adjust.LedgerEntry, answer=adjust.LedgerEntry, status=201),
    operation_id="credit_account", summary="Add funds (from above)",
)  # fmt: skip
async def credit(request: Request, account_id: str, ctx: Context = permit("ledgers", "credit")) -> Response:
    """Add to the balance of an account below one's own."""
    return await _adjust(ctx, 1)


@router.put(
    f"{BASE}/debit", **describe_model(body=adjust.LedgerEntry, answer=adjust.LedgerEntry, status=201),
    operation_id="debit_account", summary="Take funds (from above)",
)  # fmt: skip
async def debit(request: Request, account_id: str, ctx: Context = permit("ledgers", "debit")) -> Response:
    """Take from the balance of an account below one's own."""
    return await _adjust(ctx, -1)


def _csv_row(row: dict[str, Any]) -> dict[str, Any]:
    return {
        **row, "time": row["timestamp"], "source": row["source"]["service"], "source_id": row["source"]["id"],
        "quantity": row["usage"]["quantity"], "unit": row["usage"]["unit"],
    }  # fmt: skip


@router.get(f"{BASE}/{{source}}", operation_id="list_ledger", summary="Entries of one source")
async def entries(request: Request, account_id: str, source: str, ctx: Context = permit("ledgers", "read")) -> Response:
    """Return the entries of a source (`all`: of every one), newest first, in pages; CSV by `accept=text/csv`."""
    paging = listing.read_paging([pair for pair in ctx.query if pair[0] != "start_key"])
    key = dict(ctx.query).get("start_key")
    async with ctx.tx() as s:
        rows, following = await queries.page(
            s,
            source=None if source == "all" else source[:64].replace("\x00", ""),
            window=window_of(ctx),
            size=paging.size,
            ascending=paging.ascending,
            start=queries.Position.read(key) if key else None,
            book=book_of(ctx),
        )
    found = [queries.shown(row, ctx.account.name if ctx.account else None) for row in rows]
    if envelope.wants_csv(request):
        return envelope.as_csv([_csv_row(row) for row in found], CSV_COLUMNS, name=f"ledger-{source[:64]}")
    extra: dict[str, Any] = {"page_size": len(found)}
    if key:
        extra["start_key"] = key
    if following is not None:
        extra["next_start_key"] = following.text()
    return ctx.reply(found, **extra)


@router.get(f"{BASE}/{{source}}/{{entry_id}}", operation_id="get_ledger_entry", summary="One entry")
async def entry(
    request: Request, account_id: str, source: str, entry_id: str, ctx: Context = permit("ledgers", "read")
) -> Response:
    """Return one entry as this account sees it."""
    async with ctx.tx() as s:
        row = await queries.one(s, entry_id, source=source)
    return ctx.reply(queries.shown(row, ctx.account.name if ctx.account else None))
