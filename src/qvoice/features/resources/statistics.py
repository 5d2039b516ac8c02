"""What happened on trunks: attempts, answers, post-dial delay and SIP codes, from the table `trunk_legs`."""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from typing import Any

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from qvoice.features.reports.period import Period

MOST_CODES = 200

_LEGS = (
    "select resource_id, outbound, gateway, grouping(gateway) = 1 as whole, count(*) as attempts,"
    " count(*) filter (where answered) as answered, coalesce(sum(seconds), 0)::bigint as seconds,"
    " percentile_cont(array[0.5, 0.95]) within group (order by pdd_ms) as pdd"
    " from trunk_legs where created >= :since and created < :until"
    " and (cast(:trunk as uuid) is null or resource_id = :trunk)"
    " group by grouping sets ((resource_id, outbound), (resource_id, outbound, gateway))"
)
_CODES = (
    "select outbound, gateway, case when answered then 200 else code end as code,"
    " case when answered then '' else cause end as cause, count(*) as attempts"
    " from trunk_legs where resource_id = :trunk and created >= :since and created < :until"
    " group by 1, 2, 3, 4 order by attempts desc, code limit :most"
)


def shown(row: Any) -> dict[str, Any]:
    """Return what the API shows of a row: `asr` in percent, `acd` in seconds, post-dial delay in milliseconds (median
    and the one that 95 % stay below, of the attempts that got as far as ringing). None: nothing to tell.
    """
    median, p95 = row.pdd or (None, None)
    return {
        "attempts": row.attempts,
        "answered": row.answered,
        "asr": round(100 * row.answered / row.attempts, 1) if row.attempts else None,
        "acd": round(row.seconds / row.answered, 1) if row.answered else None,
        "seconds": row.seconds,
        "minutes": round(row.seconds / 60, 1),
        "pdd_median_ms": None if median is None else round(median),
        "pdd_p95_ms": None if p95 is None else round(p95),
    }


def _direction(row: Any) -> str:
    return "outbound" if row.outbound else "inbound"


async def _legs(s: AsyncSession, period: Period, trunk: str | None) -> list[Any]:
    values = {"since": period.since, "until": period.until, "trunk": uuid.UUID(trunk) if trunk else None}
    return list(await s.execute(text(_LEGS), values))


def _sums(rows: Iterable[Any]) -> dict[str, Any]:
    return {_direction(row): shown(row) for row in rows if row.whole}


async def of_all(s: AsyncSession, period: Period) -> list[dict[str, Any]]:
    """Return `{resource_id, outbound?, inbound?}` of every trunk of the account that was used in the time."""
    found: dict[str, list[Any]] = {}
    for row in await _legs(s, period, None):
        found.setdefault(row.resource_id.hex, []).append(row)
    return [{"resource_id": trunk, **_sums(rows)} for trunk, rows in found.items()]


async def of_one(s: AsyncSession, period: Period, trunk: str) -> dict[str, Any]:
    """Return sums by direction, by gateway (calls to it), and how often which SIP code came. A code of 0: the carrier
    had said nothing when the attempt ended, `cause` says why it did.
    """
    rows = await _legs(s, period, trunk)
    codes = await s.execute(
        text(_CODES),
        {"since": period.since, "until": period.until, "trunk": uuid.UUID(trunk), "most": MOST_CODES},
    )
    gateways = sorted((row for row in rows if not row.whole and row.gateway is not None), key=lambda row: row.gateway)
    return {
        **_sums(rows),
        "gateways": [{"gateway": row.gateway, **shown(row)} for row in gateways],
        "codes": [
            {
                "direction": _direction(row),
                "gateway": row.gateway,
                "code": row.code,
                "cause": row.cause,
                "attempts": row.attempts,
            }
            for row in codes
        ],
    }
