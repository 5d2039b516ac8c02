"""Rows of `rates` and back: what is asked for often is a column, the rest is in `more`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import msgspec
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from qvoice.core.rating.rate import OUTBOUND, Rate
from qvoice.core.rating.sheet import Row
from qvoice.kit.money import number

COLUMNS = "id, prefix, cost, surcharge, minimum, increment, nocharge, weight, name, more"

_INSERT = text(
    "insert into rates (account_id, version_id, prefix, cost, surcharge, minimum, increment, nocharge, weight, name,"
    " more) select cast(:account as uuid), cast(:version as uuid), r.* from unnest(cast(:prefix as text[]),"
    " cast(:cost as numeric[]), cast(:surcharge as numeric[]), cast(:minimum as integer[]),"
    " cast(:increment as integer[]), cast(:nocharge as integer[]), cast(:weight as smallint[]), cast(:name as text[]),"
    " cast(:more as jsonb[])) as r returning id"
)


async def insert(s: AsyncSession, version_id: str, rows: Sequence[Row]) -> list[str]:
    """Add rows to a version; return their ids."""
    done = await s.execute(
        _INSERT,
        {
            "account": s.info["scope"].account_id,
            "version": version_id,
            "prefix": [row.prefix for row in rows],
            "cost": [row.rate.cost for row in rows],
            "surcharge": [row.rate.surcharge for row in rows],
            "minimum": [row.rate.minimum for row in rows],
            "increment": [row.rate.increment for row in rows],
            "nocharge": [row.rate.nocharge for row in rows],
            "weight": [row.rate.weight for row in rows],
            "name": [row.rate.name for row in rows],
            "more": [_more(row) for row in rows],
        },
    )
    return [id.hex for id in done.scalars()]


def _more(row: Row) -> str | None:
    kept: dict[str, Any] = {
        "description": row.description,
        "carrier": row.carrier,
        "iso_country_code": row.country,
        "internal_rate_cost": None if row.internal is None else str(row.internal),
        "direction": list(row.rate.direction),
        "routes": list(row.rate.routes),
        "caller_id_numbers": row.rate.caller_ids,
        "options": list(row.rate.options),
    }
    kept = {key: value for key, value in kept.items() if value not in (None, "", [])}
    return msgspec.json.encode(kept).decode() if kept else None


def rate_of(row: Any) -> Rate:
    """Return the rate of a row of `rates`."""
    more = row.more or {}
    return Rate(
        row.cost.normalize(),
        row.surcharge.normalize(),
        row.minimum,
        row.increment,
        row.nocharge,
        row.weight,
        row.name,
        tuple(more.get("direction", ())),
        tuple(more.get("routes", ())),
        more.get("caller_id_numbers", ""),
        tuple(more.get("options", ())),
    )


def document_of(row: Any, ratedeck_id: str) -> dict[str, Any]:
    """Return a row as the dialect shows a rate."""
    more = dict(row.more or {})
    if "internal_rate_cost" in more:
        more["internal_rate_cost"] = float(more["internal_rate_cost"])
    return {
        "id": row.id.hex,
        "prefix": row.prefix,
        "rate_cost": number(row.cost),
        "rate_surcharge": number(row.surcharge),
        "rate_minimum": row.minimum,
        "rate_increment": row.increment,
        "rate_nocharge_time": row.nocharge,
        "weight": row.weight,
        "rate_name": row.name,
        "direction": [OUTBOUND],
        **more,
        "ratedeck_id": ratedeck_id,
    }
