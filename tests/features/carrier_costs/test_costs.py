"""What carriers cost: booked once for each call, so that margins are revenue less cost; and calls without a cost."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest
from tests.features.charging.test_admission import LONDON, MONTREAL, Books
from tests.features.reports.records import keep, leg
from tests.features.reports.test_reports import books, charged_call, money_of, report  # noqa: F401

from qvoice.features.carrier_costs.price import price
from qvoice.features.charging.decks import Decks
from qvoice.features.reports.jobs import fold

pytestmark = [pytest.mark.anyio, pytest.mark.db]

DAY = {"from_": "2026-06-10", "to": "2026-06-10"}
TRUNK = {"name": "Carrier One", "gateways": [{"server": "198.51.100.7"}], "rules": ["^\\+(\\d+)$"]}


async def cost_deck(who: Any, account: str = "{A}", **prices: str) -> str:
    """A deck of what a carrier takes: prefix → price a minute, by the second."""
    made = await who.put(f"accounts/{account}/ratedecks", {"name": "Carrier One prices", "use": "cost"})
    deck = made["id"]
    for prefix, cost in prices.items():
        rate = {"ratedeck_id": deck, "prefix": prefix.strip("_"), "rate_cost": cost, "rate_minimum": 1}
        await who.put(f"accounts/{account}/rates", {**rate, "rate_increment": 1})
    return deck


async def settled(db: Any) -> None:
    """Everything the worker does for records that are there."""
    await fold(db)
    await price(db, Decks(db))
    await fold(db)


async def level_rows(who: Any) -> list[Any]:
    return (await report(who, "levels", **DAY))["rows"]


async def test_3_2_margin_is_revenue_less_cost_at_every_level_and_unknown_without_a_cost_deck(
    books: Books,  # noqa: F811
    db: Any,
) -> None:
    world, master = books.world, books.world.master
    trunk = (await master.put("accounts/{A}/resources", TRUNK))["id"]
    montreal, first = await charged_call(books, MONTREAL, 120, "2026-06-10T14:00:00+00:00")
    london, second = await charged_call(books, LONDON, 60, "2026-06-10T14:20:00+00:00")
    legs = [replace(one, resource_id=trunk) for one in (montreal, london)]
    await keep(db, *legs, charges=(first, second))
    await settled(db)
    # No cost deck: what the master earned is no margin.
    totals = (await report(master, "calls", **DAY))["totals"]
    assert (*money_of(totals["outbound"]), totals["outbound"]["uncosted"]) == (0.14, 0, None, 2)
    assert totals["inbound"]["margin"] == 0
    assert [(row["margin"], row["uncosted"]) for row in await level_rows(master)] == [(None, 2), (0.28, 0), (-0.42, 0)]
    (one,) = (await report(master, "carriers", **DAY))["rows"]
    assert (one["name"], one["ratedeck"], one["calls"], one["no_deck"]) == ("Carrier One", None, 2, 2)
    # Nobody below sees anything of it.
    assert money_of((await report(world.reseller, "calls", **DAY))["totals"]["all"]) == (0.42, 0.14, 0.28)
    assert (await report(world.reseller, "carriers", **DAY))["rows"] == []
    # A deck, with a rate for one of the two.
    deck = await cost_deck(master, _1="0.005")
    await master.patch(f"accounts/{{A}}/resources/{trunk}", {"cost_ratedeck_id": deck})
    assert (await master.post("accounts/{A}/reports/carriers?from=2026-06-10&to=2026-06-10", {}))["calls"] == 2
    await settled(db)
    (one,) = (await report(master, "carriers", **DAY))["rows"]
    assert (one["cost"], one["no_deck"], one["no_rate"]) == (0.01, 0, 1)
    assert one["without_rate"] == [LONDON[:7]]
    assert (await report(master, "calls", **DAY))["totals"]["outbound"]["margin"] is None
    places = {row["destination"]: row["margin"] for row in (await report(master, "destinations", **DAY))["rows"]}
    assert places == {"CA": 0.03, "GB": None}
    # The rate too: 2 min × 0.005 + 1 min × 0.0401 = 0.0501 of 0.14.
    await master.put("accounts/{A}/rates", {
        "ratedeck_id": deck, "prefix": "44", "rate_cost": "0.0401", "rate_minimum": 1, "rate_increment": 1,
    })  # fmt: skip
    assert (await master.post("accounts/{A}/reports/carriers?from=2026-06-10&to=2026-06-10", {}))["calls"] == 1
    await settled(db)
    assert [money_of(row) for row in await level_rows(master)] == [
        (0.14, 0.0501, 0.0899), (0.42, 0.14, 0.28), (0, 0.42, -0.42)
    ]  # fmt: skip
    (of_reseller,) = (await report(master, "accounts", **DAY))["rows"]
    assert money_of(of_reseller) == (0.14, 0.0501, 0.0899)
    # The books say the same, and hold.
    assert books.balance(master.account_id, "costs") == Decimal("0.0501")
    assert books.balance(master.account_id, "carriers") == Decimal("-0.0501")
    assert books.sql("select * from ledger_discrepancies()") == []
    entries = books.sql("select ref from ledger_entries where kind = 'carrier-cost' order by ref ->> 'rate'")
    assert [(row[0]["rate"], row[0]["prefix"]) for row in entries] == [("0.005", "1"), ("0.0401", "44")]
    # Nothing is left to be priced again.
    assert (await master.post("accounts/{A}/reports/carriers?from=2026-06-10&to=2026-06-10", {}))["calls"] == 0


async def test_3_2_ten_workers_at_once_and_records_written_twice_book_each_call_once(world: Any, db: Any) -> None:
    master = world.master
    deck = await cost_deck(master, _1="0.06")
    trunk = (await master.put("accounts/{A}/resources", {**TRUNK, "cost_ratedeck_id": deck}))["id"]
    at = "2026-06-10T14:00:00+00:00"
    legs = [leg(world.customer.account_id, at, talk=10, called="+15145550100", resource_id=trunk) for _ in range(40)]
    legs.append(leg(world.customer.account_id, at, talk=0, called="+15145550100", resource_id=trunk))  # not answered
    await asyncio.gather(*(keep(db, *legs) for _ in range(3)))
    await fold(db)
    done = await asyncio.gather(*(price(db, Decks(db), at_once=7) for _ in range(10)))
    assert sum(done) == 40
    await asyncio.gather(*(settled(db) for _ in range(3)))
    (one,) = (await report(master, "carriers", **DAY))["rows"]
    assert (one["calls"], one["cost"], one["no_deck"]) == (40, 0.4, 0)
    assert (await report(master, "calls", **DAY))["totals"]["outbound"]["cost"] == 0.4
    rows = await db.fetch("select * from ledger_discrepancies()")
    assert rows == []


async def test_3_2_a_customers_own_trunk_costs_the_customer_and_calls_in_only_where_the_deck_says_so(
    world: Any, db: Any
) -> None:
    me, at = world.customer, "2026-06-10T14:00:00+00:00"
    deck = await cost_deck(world.reseller, me.account_id, _1="0.06")
    await world.reseller.put(f"accounts/{me.account_id}/rates", {
        "ratedeck_id": deck, "prefix": "1800", "rate_cost": "0.12", "rate_minimum": 1, "rate_increment": 1,
        "direction": ["inbound"],
    })  # fmt: skip
    trunk = (await me.put("accounts/{A}/resources", {**TRUNK, "cost_ratedeck_id": deck}))["id"]
    await keep(
        db,
        leg(me.account_id, at, talk=60, called="+15145550100", resource_id=trunk),
        leg(me.account_id, at, kind="carrier", talk=60, called="+18005550100", resource_id=trunk),
        leg(me.account_id, at, kind="carrier", talk=60, called="+15145550123", resource_id=trunk),
    )
    await settled(db)
    totals = (await report(me, "calls", **DAY))["totals"]
    assert money_of(totals["outbound"]) == (0, 0.06, -0.06)
    assert money_of(totals["inbound"]) == (0, 0.12, -0.12)
    assert money_of((await report(world.reseller, "calls", **DAY))["totals"]["all"]) == (0, 0, 0)
    levels = await level_rows(world.reseller)
    assert [money_of(row) for row in levels] == [(0, 0, 0), (0, 0.18, -0.18)]


async def test_a_deck_of_costs_is_no_price_for_accounts_below_and_stays_while_a_trunk_has_it(world: Any) -> None:
    master, below = world.master, world.reseller.account_id
    deck = await cost_deck(master, _1="0.005")
    sale = (await master.put("accounts/{A}/ratedecks", {"name": "Wholesale"}))["id"]
    offered = (await master.get(f"accounts/{below}/ratedeck"))["available"]
    assert [one["id"] for one in offered] == [sale]
    answer = await master.call("POST", f"accounts/{below}/ratedeck", {"ratedeck_id": deck})
    assert answer.status_code == 400
    for change, field in (({"is_default": True}, "is_default"),):
        answer = await master.call("PATCH", f"accounts/{{A}}/ratedecks/{deck}", change)
        assert (answer.status_code, list(answer.json()["data"])) == (400, [field])
    for wrong in (sale, "f" * 32):
        answer = await master.call("PUT", "accounts/{A}/resources", {**TRUNK, "cost_ratedeck_id": wrong})
        assert (answer.status_code, list(answer.json()["data"])) == (400, ["cost_ratedeck_id"])
    # Another account's deck is none of mine.
    stranger = {**TRUNK, "cost_ratedeck_id": deck}
    assert (await world.reseller.call("PUT", "accounts/{A}/resources", stranger)).status_code == 400
    trunk = (await master.put("accounts/{A}/resources", {**TRUNK, "cost_ratedeck_id": deck}))["id"]
    back = await master.call("PATCH", f"accounts/{{A}}/ratedecks/{deck}", {"use": "sale"})
    assert (back.status_code, list(back.json()["data"])) == (400, ["use"])
    gone = await master.call("DELETE", f"accounts/{{A}}/ratedecks/{deck}")
    assert (gone.status_code, "Carrier One" in gone.text) == (409, True)
    await master.patch(f"accounts/{{A}}/resources/{trunk}", {"cost_ratedeck_id": ""})
    assert (await master.call("DELETE", f"accounts/{{A}}/ratedecks/{deck}")).status_code == 200
