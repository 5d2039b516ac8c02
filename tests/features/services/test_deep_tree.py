"""Four levels of providers: each pays the one above by its own plan, to the last place, by day and month (C1, C4)."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest
from tests.features.services.test_monthly import DECEMBER, JANUARY, at, balance, run_all

from qvoice.db import Scope

pytestmark = [pytest.mark.db, pytest.mark.anyio]
YES = {"accept_charges": True}
RATES = ("1.10", "2.35", "4.75", "9.99")
"""What each level below the master pays for a device, its own and those below it; a third off the first two, on each a
tax and an activation.
"""


def plan(rate: str) -> dict[str, Any]:
    third = str((Decimal(rate) / 3).quantize(Decimal("0.01")))
    device = {
        "rate": rate, "cascade": True, "activation_charge": "0.333333", "taxes": [{"name": "GST", "percentage": 5}],
        "discounts": {"cumulative": {"rate": third, "maximum": 2}}, "prorate": {"additions": True, "removals": True},
    }  # fmt: skip
    return {"name": rate, "plan": {"devices": {"_all": {"as": "device", **device}}}}


async def test_C1_four_levels_down_each_pays_the_one_above_and_the_margins_add_up(
    world: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    at(monkeypatch, datetime(2026, 11, 9, 12, tzinfo=UTC))
    way = [world.master, world.reseller, world.customer]
    for name in ("third", "fourth"):
        await world.master.put(f"accounts/{way[-1].account_id}/reseller", {})
        way.append(await world.account(way[-1], name))
    for above, below, rate in zip(way[:-1], way[1:], RATES, strict=True):
        made = await above.put("accounts/{A}/service_plans", plan(rate))
        await above.post(f"accounts/{below.account_id}/services", {"add": [made["id"]]}, envelope=YES)
    [special] = (await way[3].get(f"accounts/{way[4].account_id}/services"))["plans"]
    override = {"overrides": {special: {"devices": {"_all": {"rate": "8.01"}}}}}
    await way[3].post(f"accounts/{way[4].account_id}/service_plans/override", override, envelope=YES)

    def owed(rate: str, devices: int) -> Decimal:
        third = (Decimal(RATES[3] if rate == "8.01" else rate) / 3).quantize(Decimal("0.01"))
        return Decimal(rate) * devices - third * min(devices, 2)

    rates = (*RATES[:3], "8.01")
    due = [Decimal(0)] * 4
    cent = Decimal("0.000001")

    def change(before: int, after: int, share: Decimal) -> None:
        for place, rate in enumerate(rates):
            today = ((owed(rate, after) - owed(rate, before)) * share).quantize(cent, "ROUND_HALF_UP")
            today += Decimal("0.333333") * max(after - before, 0)
            due[place] += today + (today * 5 / 100).quantize(cent, "ROUND_HALF_UP")

    async def stands() -> None:
        assert [-(await balance(world, who)) for who in way[1:]] == due

    ids = []
    for devices, day in enumerate((10, 11, 24)):
        at(monkeypatch, datetime(2026, 11, day, 12, tzinfo=UTC))
        asked = await way[4].call("PUT", "accounts/{A}/devices", {"name": f"D{day}"})
        # Whoever acts is shown its own price and nobody else's.
        assert (asked.status_code, [one["account_id"] for one in asked.json()["data"]]) == (402, [way[4].account_id])
        ids.append((await way[4].put("accounts/{A}/devices", {"name": f"D{day}"}, envelope=YES))["id"])
        change(devices, devices + 1, Decimal(31 - day) / 30)
        await stands()
    # The last minute of November where the master is, which began it in summer time.
    at(monkeypatch, datetime(2026, 12, 1, 4, 59, tzinfo=UTC))
    await way[4].delete(f"accounts/{{A}}/devices/{ids[0]}")
    change(3, 2, Decimal(1) / 30)
    await stands()
    await run_all(world, DECEMBER)
    for place, rate in enumerate(rates):
        month = owed(rate, 2)
        due[place] += month + (month * 5 / 100).quantize(cent, "ROUND_HALF_UP")
    await stands()
    await run_all(world, JANUARY)
    # What all invoices and what is on none yet come to is the ledger, at each level; no book is out of balance.
    for depth, who in enumerate(way[1:], 1):
        scope = Scope(who.account_id, ".".join(one.account_id for one in way[: depth + 1]))
        [row] = await world.db.fetch(
            "select (select sum(closing - opening) from invoices) as billed,"
            " (select sum(l.amount) from ledger_lines l join invoice_lines i on i.line_id = l.id) as held,"
            " (select count(*) from invoices) as papers",
            scope=scope,
        )
        assert (row.billed, row.papers) == (row.held, 2), who.realm
    assert await world.db.fetch("select * from ledger_discrepancies()") == []
