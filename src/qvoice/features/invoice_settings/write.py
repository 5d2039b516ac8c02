"""Keeping invoice settings: what is written on no paper yet may change, and no number is ever written twice.

**Invariant**: no paper gets a number that another has. Who changes how numbers look holds the series, so none is taken
meanwhile, and is refused when the new look would come to a number that is written already.
"""

from __future__ import annotations

import re
from typing import Any

import msgspec
from sqlalchemy import text as sql
from sqlalchemy.ext.asyncio import AsyncSession

from qvoice.features.invoice_settings.schemas import PARTS, InvoiceSettings
from qvoice.kit.errors import Invalid

SERIES = ("invoices", "credit_notes")
_READ = {"year": "([0-9]{4})", "number": "([0-9]{1,30})"}


async def stored(s: AsyncSession) -> dict[str, Any]:
    """Return the settings of the session's account as they were given; empty when there are none."""
    return (await s.execute(sql("select doc from invoice_settings"))).scalar() or {}


async def shown(s: AsyncSession) -> dict[str, Any]:
    """Return the settings, each series with the `next` number and how it will look (`example`)."""
    doc = InvoiceSettings.model_validate(await stored(s)).model_dump(mode="json")
    for series in SERIES:
        last, year = await _state(s, series)
        rule = doc[series]
        this_year = await _year(s)
        if rule["restart"] == "yearly" and 0 < year < this_year:
            last = 0
        example = sql("select invoice_label(cast(:rule as jsonb), :year, :number)")
        given = {"rule": msgspec.json.encode(rule).decode(), "year": max(year, this_year), "number": last + 1}
        rule |= {"next": last + 1, "example": (await s.execute(example, given)).scalar_one()}
    return doc


async def hold(s: AsyncSession) -> None:
    """Wait until nobody else numbers anything of the session's account or changes how; to be done before reading."""
    for series in SERIES:
        await s.execute(
            sql("insert into invoice_series values (cast(:id as uuid), :series, 0, 0) on conflict do nothing"),
            {"id": s.info["scope"].account_id, "series": series},
        )
        await s.execute(sql("select from invoice_series where series = :series for update"), {"series": series})


async def write(s: AsyncSession, wanted: dict[str, Any]) -> None:
    """Keep settings (validated) for the session's account, held; raises Invalid when a number would come twice."""
    account = s.info["scope"].account_id
    year = await _year(s)
    doc = {**wanted, **{series: dict(wanted.get(series) or {}) for series in SERIES}}
    for series in SERIES:
        last, before = await _state(s, series)
        rule = doc[series]
        begins_anew = rule.get("restart") == "yearly" and 0 < before < year
        next_one = rule.pop("next", None) or (1 if begins_anew else last + 1)
        rule.pop("example", None)
        await _refuse_written(s, series, rule, next_one, max(year, before))
        await s.execute(
            sql("update invoice_series set last = :last, year = :year where series = :series"),
            {"last": next_one - 1, "year": max(year, before), "series": series},
        )
    await s.execute(
        sql(
            "insert into invoice_settings (account_id, doc) values (cast(:id as uuid), cast(:doc as jsonb))"
            " on conflict (account_id) do update set doc = excluded.doc, modified = now()"
        ),
        {"id": account, "doc": msgspec.json.encode(doc).decode()},
    )


async def _refuse_written(s: AsyncSession, series: str, rule: dict[str, Any], next_one: int, year: int) -> None:
    """Refuse a look of numbers that would come, from `next_one` of this year on, to one that is written already."""
    pattern = rule.get("pattern") or "{prefix}{number}"
    names = [name for name in PARTS.findall(pattern) if name in _READ]
    fixed = re.split(r"(\{[a-z]+\})", pattern.replace("{prefix}", rule.get("prefix") or ""))
    regex = "".join(_READ.get(part[1:-1], "") if part[:1] == "{" else part.replace(".", "\\.") for part in fixed)
    rows = await s.execute(
        sql("select * from invoice_labels_written(:series, :regex, :year_at, :number_at)"),
        {
            "series": series, "regex": f"^{regex}$", "number_at": names.index("number") + 1,
            "year_at": names.index("year") + 1 if "year" in names else 0,
        },
    )  # fmt: skip
    for row in rows:
        if row.year > year and rule.get("restart") == "yearly":
            why = f"numbers of {row.year} are written like this already: choose another pattern or prefix"
            raise Invalid.field(f"{series}.pattern", "unique", why)
        if (row.year == 0 or row.year >= year) and row.top >= next_one:
            why = f"numbers up to {row.top} are written like this: go on with {int(row.top) + 1} or change the look"
            raise Invalid.field(f"{series}.next", "minimum", why, target=int(row.top) + 1)


async def _state(s: AsyncSession, series: str) -> tuple[int, int]:
    query = sql("select last, year from invoice_series where series = :series")
    row = (await s.execute(query, {"series": series})).first()
    return (row.last, row.year) if row else (0, 0)


async def _year(s: AsyncSession) -> int:
    """Return the year where months are counted, as the database's clock says."""
    return (await s.execute(sql("select extract(year from now() at time zone billing_zone())::integer"))).scalar_one()
