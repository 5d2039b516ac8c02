"""`/accounts/{A}/reports/…`: calls, minutes and money of an account and all below it. JSON, or CSV by
`accept=text/csv`.

An account's sums are its own rows, under row level security: nothing here can reach above or beside it. Money is what
the account earned from those directly below (`revenue`) and paid the one directly above (`cost`) for these calls.
"""

from __future__ import annotations

from collections import defaultdict
from typing import Any

from fastapi import APIRouter, Request, Response
from sqlalchemy.ext.asyncio import AsyncSession

from qvoice.features.auth.permit import Context, permit
from qvoice.features.documents import envelope
from qvoice.features.reports import period as periods
from qvoice.features.reports import queries
from qvoice.features.reports.period import Period
from qvoice.kit.clock import to_gregorian, utcnow
from qvoice.kit.errors import Invalid

router = APIRouter(tags=["reports"])
BASE = "/accounts/{account_id}/reports"
NUMBERS = ("calls", "answered", "asr", "seconds", "minutes", "acd", "revenue", "cost", "margin", "uncosted")
MOST, USUAL = 1_000, 100
"""Rows of a list of destinations or accounts in one answer; a CSV has all."""


def period_of(ctx: Context, by: str = periods.DAY) -> Period:
    """Read the request's period, in the account's time zone unless it names another."""
    zone = (ctx.account.timezone if ctx.account else "") or "UTC"
    return periods.read(ctx.query, timezone=zone, now=utcnow(), by=by)


def said(period: Period) -> dict[str, Any]:
    """Return what an answer says of its period: days, zone, and the instants (Gregorian seconds, `until` excluded)."""
    return {
        "from": period.first.isoformat(),
        "to": period.last.isoformat(),
        "timezone": period.timezone,
        "since": to_gregorian(period.since),
        "until": to_gregorian(period.until),
    }


@router.get(f"{BASE}/calls", operation_id="report_calls", summary="Calls over time")
async def calls(request: Request, account_id: str, ctx: Context = permit("reports", "read")) -> Response:
    """Calls by hour, day or month (`by`) of the days `from` to `to`, apart for calls from carriers (`inbound`), to
    carriers (`outbound`), and those that reach no carrier (`internal`); and the totals.
    """
    by = periods.read_by(ctx.query)
    period = period_of(ctx, by)
    begins = period.begins(by)
    async with ctx.tx() as s:
        parts = await queries.series(s, period, begins)
        currency = await queries.currency(s)
    rows = [
        {
            "start": to_gregorian(at),
            "period": period.label(at, by),
            **queries.traffic_of([(row.traffic, row) for row in part]),
        }
        for at, part in zip(begins, parts, strict=True)
    ]
    if envelope.wants_csv(request):
        kinds = (*queries.TRAFFIC, "all")
        flat = [{"period": row["period"], "traffic": kind, **row[kind]} for row in rows for kind in kinds]
        return envelope.as_csv(flat, ("period", "traffic", *NUMBERS), name=f"calls-by-{by}")
    totals = queries.traffic_of([(row.traffic, row) for part in parts for row in part])
    return ctx.reply({**said(period), "by": by, "currency": currency, "totals": totals, "rows": rows})


async def _listed(ctx: Context, axis: str, *, name: str, traffic: str | None = None) -> Response:
    """Answer with one row for each key of an axis, the busiest first."""
    period = period_of(ctx)
    limit = _limit(ctx)
    sums: dict[str, queries.Sums] = defaultdict(queries.Sums)
    named: dict[str, str] = {}
    async with ctx.tx() as s:
        for row in await queries.by_key(s, axis, period):
            if traffic is None or row.traffic == traffic:
                sums[row.key].add(row)
        if axis in ("account", "level"):
            await _own(s, sums, axis, period)
        if axis == "account":
            named = await queries.names(s, [key for key in sums if key])
            named[""] = ctx.account.name if ctx.account else ""
        currency = await queries.currency(s)
    if axis == "level":
        ordered = sorted(sums, key=int)
    else:
        ordered = sorted(sums, key=lambda key: (-sums[key].calls, -sums[key].revenue, -sums[key].cost, key))
    rows = [_row(axis, key, sums[key], named) for key in ordered]
    if envelope.wants_csv(ctx.request):
        columns = [key for key in ("level", "destination", "account_id", "name") if rows and key in rows[0]]
        return envelope.as_csv(rows, (*columns, *NUMBERS), name=name)
    others = queries.Sums()
    for key in ordered[limit:]:
        others.add(sums[key])
    answer = {**said(period), "currency": currency, "rows": rows[:limit]}
    if rows[limit:]:
        answer["others"] = {"count": len(rows) - limit, **others.shown()}
    return ctx.reply(answer)


async def _own(s: AsyncSession, sums: dict[str, queries.Sums], axis: str, period: Period) -> None:
    """Add what is kept only once, as the account's own total: level 0, and what came through no account below."""
    own = queries.Sums()
    for row in await queries.by_key(s, "all", period):
        own.add(row)
    if axis == "account":
        for one in sums.values():
            own.take(one)
    if own != queries.Sums():
        sums["0" if axis == "level" else ""] = own


def _row(axis: str, key: str, sums: queries.Sums, named: dict[str, str]) -> dict[str, Any]:
    if axis == "level":
        return {"level": int(key), **sums.shown()}
    if axis == "destination":
        return {"destination": key, **sums.shown()}
    # The account's own calls, beside those of the accounts directly below it with all that is below them.
    return {"account_id": key or None, "name": named.get(key, ""), **sums.shown()}


def _limit(ctx: Context) -> int:
    given = dict(ctx.query).get("limit") or str(USUAL)
    if not (given.isascii() and given.isdigit() and len(given) < 6 and 0 < int(given) <= MOST):
        raise Invalid.field("limit", "maximum", f"limit must be a whole number from 1 to {MOST}")
    return int(given)


@router.get(f"{BASE}/destinations", operation_id="report_destinations", summary="Where calls went")
async def destinations(request: Request, account_id: str, ctx: Context = permit("reports", "read")) -> Response:
    """Calls to carriers by destination (`GB`, `GB:mobile`, `emergency`; `` is unknown), the busiest first."""
    return await _listed(ctx, "destination", name="destinations", traffic="outbound")


@router.get(f"{BASE}/accounts", operation_id="report_accounts", summary="Calls by account directly below")
async def accounts(request: Request, account_id: str, ctx: Context = permit("reports", "read")) -> Response:
    """A row for each account directly below, with all below it, and one (`account_id` null) for the account's own
    calls. The money is that of the account whose report it is.
    """
    return await _listed(ctx, "account", name="accounts")


@router.get(f"{BASE}/levels", operation_id="report_levels", summary="Money by level of the tree")
async def levels(request: Request, account_id: str, ctx: Context = permit("reports", "read")) -> Response:
    """Level 0 is the account itself, 1 all accounts directly below it, and so on: the calls that passed a level, and
    what that level earned and paid.
    """
    return await _listed(ctx, "level", name="levels")
