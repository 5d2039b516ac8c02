"""`/accounts/{A}/reports/carriers`: what each of the account's trunks cost, and which calls have no cost; and pricing
those by the decks of now.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from fastapi import APIRouter, Request, Response
from sqlalchemy import text

from qvoice.features.auth.permit import Context, permit
from qvoice.features.documents import envelope
from qvoice.features.reports import queries
from qvoice.features.reports.api import period_of, said
from qvoice.kit import money

router = APIRouter(tags=["reports"])
PATH = "/accounts/{account_id}/reports/carriers"
COLUMNS = ("resource_id", "name", "calls", "seconds", "minutes", "cost", "no_deck", "no_rate", "without_rate")
AT_ONCE = 2_000

_COSTS = text(
    "select k.resource_id, r.name, r.cost_ratedeck_id, d.name as deck, count(*) as calls, sum(k.seconds) as seconds,"
    " sum(k.amount) as cost, count(*) filter (where k.state = 'no_deck') as no_deck,"
    " count(*) filter (where k.state = 'no_rate') as no_rate,"
    " (array_agg(distinct left(k.number, 7)) filter (where k.state = 'no_rate'))[1:10] as without_rate"
    " from leg_costs k left join resources r on r.id = k.resource_id left join ratedecks d on d.id = r.cost_ratedeck_id"
    " where k.created >= :since and k.created < :until group by 1, 2, 3, 4 order by cost desc, calls desc, 2"
)
_AGAIN = text("select leg_costs_again(:since, :until, :most) as counted")


def _row(row: Any) -> dict[str, Any]:
    return {
        "resource_id": row.resource_id.hex,
        "name": row.name or "",
        "ratedeck": {"id": row.cost_ratedeck_id.hex, "name": row.deck} if row.cost_ratedeck_id else None,
        "calls": row.calls,
        "seconds": row.seconds,
        "minutes": round(row.seconds / 60, 1),
        "cost": money.number(row.cost),
        "no_deck": row.no_deck,
        "no_rate": row.no_rate,
        "without_rate": row.without_rate or [],
    }


@router.get(PATH, operation_id="report_carriers", summary="What carriers cost")
async def carriers(request: Request, account_id: str, ctx: Context = permit("reports", "read")) -> Response:
    """A row for each trunk of this account: calls that talked, minutes, what they cost by the trunk's cost deck, and
    how many have no cost because the trunk has no deck (`no_deck`) or its deck no rate (`no_rate`, with the beginnings
    of up to ten such numbers).
    """
    period = period_of(ctx)
    async with ctx.tx() as s:
        found = (await s.execute(_COSTS, {"since": period.since, "until": period.until})).all()
        currency = await queries.currency(s)
    rows = [_row(row) for row in found]
    if envelope.wants_csv(request):
        flat = [{**row, "without_rate": " ".join(row["without_rate"])} for row in rows]
        return envelope.as_csv(flat, COLUMNS, name="carriers")
    return ctx.reply({**said(period), "currency": currency, "rows": rows})


@router.post(PATH, operation_id="price_carrier_calls", summary="Price calls that have no cost yet")
async def again(request: Request, account_id: str, ctx: Context = permit("resources", "update")) -> Response:
    """Price the calls of the days `from` to `to` that have no cost, by the cost decks that the trunks have now; what
    has one stays as it is booked. Answers how many were put in line; the reports follow within seconds.
    """
    period = period_of(ctx)
    since: datetime = period.since
    total = 0
    while True:
        async with ctx.tx() as s:
            counted = (await s.execute(_AGAIN, {"since": since, "until": period.until, "most": AT_ONCE})).scalar_one()
        total += counted
        if counted < AT_ONCE:
            return ctx.reply({**said(period), "calls": total})
