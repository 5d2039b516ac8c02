"""Reports: figures equal to sets counted by hand, over changes of the clock, levels of the tree, and late records."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest
from tests.features.charging.test_admission import LONDON, MONTREAL, Books, make_deck
from tests.features.reports.records import keep, leg, shown_id

from qvoice.features.charging.admission import Admission, Authoriser
from qvoice.features.charging.charge import charge
from qvoice.features.ledgers.post import INCOME, Line, post
from qvoice.features.reports.jobs import fold
from qvoice.kit.ids import new_id

pytestmark = [pytest.mark.anyio, pytest.mark.db]


async def report(who: Any, name: str, **query: Any) -> Any:
    """A report of the account that `who` administers."""
    words = "&".join(f"{key.rstrip('_')}={value}" for key, value in query.items())
    return await who.get(f"accounts/{{A}}/reports/{name}?{words}")


def calls_of(answer: Any, traffic: str = "all") -> dict[str, int]:
    """Parts of a series that have calls, by their local name."""
    return {row["period"]: row[traffic]["calls"] for row in answer["rows"] if row[traffic]["calls"]}


async def test_3_2_hours_of_the_night_the_clock_goes_back_are_25_and_apart(world: Any, db: Any) -> None:
    me = world.customer
    # Toronto, 1 November 2026: 01:30 comes twice, at 05:30 and at 06:30 UTC.
    await keep(
        db,
        leg(me.account_id, "2026-11-01T03:59:59+00:00", talk=10),  # 23:59:59 the evening before
        leg(me.account_id, "2026-11-01T04:00:00+00:00", talk=10),
        leg(me.account_id, "2026-11-01T05:30:00+00:00", talk=10),
        leg(me.account_id, "2026-11-01T06:30:00+00:00"),
        leg(me.account_id, "2026-11-01T06:31:00+00:00", talk=10),
        leg(me.account_id, "2026-11-02T04:59:59+00:00", talk=10),  # 23:59:59 standard time
        leg(me.account_id, "2026-11-02T05:00:00+00:00", talk=10),  # the next day
    )
    await fold(db)
    hours = await report(me, "calls", from_="2026-11-01", to="2026-11-01", by="hour", timezone="America/Toronto")
    assert len(hours["rows"]) == 25
    assert calls_of(hours) == {
        "2026-11-01T00:00-04:00": 1,
        "2026-11-01T01:00-04:00": 1,
        "2026-11-01T01:00-05:00": 2,
        "2026-11-01T23:00-05:00": 1,
    }
    second = next(row for row in hours["rows"] if row["period"] == "2026-11-01T01:00-05:00")["outbound"]
    assert (second["calls"], second["answered"], second["asr"], second["acd"]) == (2, 1, 50.0, 10.0)
    days = await report(me, "calls", from_="2026-10-31", to="2026-11-02", timezone="America/Toronto")
    assert calls_of(days) == {"2026-10-31": 1, "2026-11-01": 5, "2026-11-02": 1}
    assert days["totals"]["outbound"]["answered"] == 6
    spring = await report(me, "calls", from_="2026-03-08", to="2026-03-08", by="hour", timezone="America/Toronto")
    assert len(spring["rows"]) == 23
    assert "2026-03-08T02:00" not in " ".join(row["period"] for row in spring["rows"])


async def test_3_2_days_of_zones_with_half_and_quarter_hours_are_exact(world: Any, db: Any) -> None:
    me = world.customer
    # Midnight of 10 June 2026: 02:30 UTC in St. John's (daylight time), 18:15 UTC of the 9th in Kathmandu.
    for at in ("2026-06-10T02:29:59", "2026-06-10T02:30:00", "2026-06-09T18:14:59", "2026-06-09T18:15:00"):
        await keep(db, leg(me.account_id, f"{at}+00:00", talk=60))
    await fold(db)
    newfoundland = {"from_": "2026-06-09", "to": "2026-06-10", "timezone": "America/St_Johns"}
    assert calls_of(await report(me, "calls", **newfoundland)) == {"2026-06-09": 3, "2026-06-10": 1}
    nepal = {"from_": "2026-06-09", "to": "2026-06-10", "timezone": "Asia/Kathmandu"}
    assert calls_of(await report(me, "calls", **nepal)) == {"2026-06-09": 1, "2026-06-10": 3}
    # Lists are read from sums of days and of quarters of an hour: the same edges.
    for zone, day, count in (("America/St_Johns", "2026-06-09", 3), ("Asia/Kathmandu", "2026-06-10", 3)):
        listed = await report(me, "destinations", from_=day, to=day, timezone=zone)
        assert [(row["destination"], row["calls"]) for row in listed["rows"]] == [("GB", count)]
    whole = await report(me, "levels", from_="2026-06-01", to="2026-06-30", timezone="Asia/Kathmandu")
    assert [(row["level"], row["calls"]) for row in whole["rows"]] == [(0, 4)]


async def test_3_2_a_call_that_tried_three_carriers_is_one_and_internal_ones_are_apart(world: Any, db: Any) -> None:
    me, at = world.customer, "2026-06-10T12:00:00+00:00"
    await keep(
        db,
        leg(me.account_id, at, attempt=1, sip_code=503, pdd=None),
        leg(me.account_id, at, attempt=2, sip_code=500, pdd=None),
        leg(me.account_id, at, attempt=3, talk=90),
        leg(me.account_id, at, kind="device", talk=91, offnet=True),  # the same call's own leg: not once more
        leg(me.account_id, at, kind="device", talk=30),  # to a colleague
        leg(me.account_id, at, kind="aor", resource_id="", talk=30),  # whose phone rings
        leg(me.account_id, at, kind="carrier", talk=20),
        leg(me.account_id, at, kind="carrier"),
    )
    await fold(db)
    totals = (await report(me, "calls", from_="2026-06-10", to="2026-06-10"))["totals"]
    seen = {kind: (one["calls"], one["answered"], one["seconds"], one["asr"]) for kind, one in totals.items()}
    assert seen == {
        "outbound": (1, 1, 90, 100.0),
        "internal": (1, 1, 30, 100.0),
        "inbound": (2, 1, 20, 50.0),
        "all": (4, 3, 140, 75.0),
    }


async def test_A5_reports_count_the_tree_below_and_nothing_beside_or_above_it(world: Any, db: Any) -> None:
    at, day = "2026-06-10T12:00:00+00:00", {"from_": "2026-06-10", "to": "2026-06-10"}
    for account, count in ((world.customer, 3), (world.reseller, 2), (world.stranger, 5)):
        await keep(db, *(leg(account.account_id, at, talk=60) for _ in range(count)))
    await fold(db)
    assert (await report(world.customer, "calls", **day))["totals"]["all"]["calls"] == 3
    assert (await report(world.reseller, "calls", **day))["totals"]["all"]["calls"] == 5
    assert (await report(world.stranger, "calls", **day))["totals"]["all"]["calls"] == 5
    assert (await report(world.master, "calls", **day))["totals"]["all"]["calls"] == 10
    accounts = await report(world.reseller, "accounts", **day)
    named = {(row["account_id"], row["name"]): row["calls"] for row in accounts["rows"]}
    assert named == {(world.customer.account_id, "customer"): 3, (None, "reseller"): 2}
    levels = await report(world.master, "levels", **day)
    passed = {row["level"]: row["calls"] for row in levels["rows"]}
    assert (passed[0], passed[1], passed[2]) == (10, 10, 3)
    for name in ("calls", "destinations", "accounts", "levels"):
        path = f"accounts/{world.customer.account_id}/reports/{name}"
        assert (await world.stranger.call("GET", path)).status_code == 403
        above = f"accounts/{world.reseller.account_id}/reports/{name}"
        assert (await world.customer.call("GET", above)).status_code == 403
        assert (await world.reseller.call("GET", path)).status_code == 200


@pytest.fixture
async def books(world: Any, database: Any) -> Books:
    """customer pays reseller 0.06 a minute (0.30 to London), reseller pays master 0.02 (0.10)."""
    await make_deck(world.reseller, world.customer.account_id, _1="0.06", _44="0.30")
    await make_deck(world.master, world.reseller.account_id, _1="0.02", _44="0.10")
    books = Books(world, database, Authoriser(world.db, node="media1"))
    await books.fund(world.customer.account_id, world.reseller.account_id, "50")
    await books.fund(world.reseller.account_id, world.master.account_id, "50")
    return books


async def charged_call(books: Books, number: str, seconds: int, at: str) -> tuple[Any, dict[str, Any]]:
    """A call of the customer that talked, and its charge at every level."""
    account = books.world.customer.account_id
    admission = await books.ask(account, number)  # as if all classes of numbers were open to the account
    assert isinstance(admission, Admission)
    one = leg(account, at, talk=seconds, called=number)
    row = charge(
        admission, leg=one.uuid, record_id=shown_id(one), caller="+14165550100", seconds=seconds, ended=one.ended
    ).row
    return one, row


def money_of(row: dict[str, Any]) -> tuple[float, float, float]:
    return row["revenue"], row["cost"], row["margin"]


async def test_3_2_revenue_cost_and_margin_at_every_level(books: Books, db: Any) -> None:
    world, day = books.world, {"from_": "2026-06-10", "to": "2026-06-10"}
    montreal, first = await charged_call(books, MONTREAL, 120, "2026-06-10T14:00:00+00:00")
    london, second = await charged_call(books, LONDON, 60, "2026-06-10T14:20:00+00:00")
    await keep(db, montreal, london, charges=(first, second))
    await fold(db)
    # 2 min × 0.06 + 1 min × 0.30 = 0.42 for the customer; 2 × 0.02 + 1 × 0.10 = 0.14 for the reseller.
    assert money_of((await report(world.customer, "calls", **day))["totals"]["all"]) == (0, 0.42, -0.42)
    assert money_of((await report(world.reseller, "calls", **day))["totals"]["all"]) == (0.42, 0.14, 0.28)
    assert money_of((await report(world.master, "calls", **day))["totals"]["all"]) == (0.14, 0, 0.14)
    levels = (await report(world.master, "levels", **day))["rows"]
    assert [money_of(row) for row in levels] == [(0.14, 0, 0.14), (0.42, 0.14, 0.28), (0, 0.42, -0.42)]
    assert [row["calls"] for row in levels] == [2, 2, 2]
    below = (await report(world.reseller, "levels", **day))["rows"]
    assert [money_of(row) for row in below] == [(0.42, 0.14, 0.28), (0, 0.42, -0.42)]
    places = {row["destination"]: (row["calls"], *money_of(row)) for row in
              (await report(world.reseller, "destinations", **day))["rows"]}  # fmt: skip
    assert places == {"CA": (1, 0.12, 0.04, 0.08), "GB": (1, 0.3, 0.1, 0.2)}
    (one,) = (await report(world.master, "accounts", **day))["rows"]
    assert (one["account_id"], money_of(one)) == (world.reseller.account_id, (0.14, 0, 0.14))
    csv = await world.reseller.call("GET", "accounts/{A}/reports/levels?from=2026-06-10&to=2026-06-10&accept=text/csv")
    lines = csv.text.splitlines()
    assert lines[0] == "level,calls,answered,asr,seconds,minutes,acd,revenue,cost,margin,uncosted"
    assert lines[1] == "0,2,2,100.0,180,3.0,90.0,0.42,0.14,0.28,0"


async def test_3_2_what_comes_late_is_counted_when_its_call_began_once(books: Books, db: Any) -> None:
    world, day = books.world, {"from_": "2026-06-10", "to": "2026-06-10"}
    customer, reseller = world.customer.account_id, world.reseller.account_id
    one, row = await charged_call(books, MONTREAL, 60, "2026-06-10T23:59:00-04:00")
    # The charge came without its record (the batch was written in pieces): it waits for it.
    await keep(db, charges=(row,))
    await fold(db)
    assert (await report(world.reseller, "calls", **day))["totals"]["all"]["revenue"] == 0
    await keep(db, one)
    await keep(db, one, charges=(row,))
    await asyncio.gather(*(fold(db) for _ in range(4)))
    await fold(db)
    seen = (await report(world.reseller, "calls", **day))["totals"]["all"]
    assert (seen["calls"], *money_of(seen)) == (1, 0.06, 0.02, 0.04)
    # Priced again, days later: the reseller gives the customer a third back. The sums of that day follow.
    async with world.db.tx(await books.scope(reseller)) as s:
        lines = [Line(customer, "balance", Decimal("0.02")), Line(reseller, INCOME, Decimal("-0.02"))]
        ref = {"cdr_id": shown_id(one), "call_id": one.uuid}
        await post(s, key=new_id(), kind="per-minute-voip", at=datetime(2026, 6, 20, tzinfo=UTC), lines=lines, ref=ref)
    await fold(db)
    seen = (await report(world.reseller, "calls", **day))["totals"]["all"]
    assert (seen["calls"], *money_of(seen)) == (1, 0.04, 0.02, 0.02)
    assert (await report(world.customer, "calls", **day))["totals"]["outbound"]["cost"] == 0.04


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("from=2026-06-31", "from"), ("to=yesterday", "to"), ("from=2026-06-10&to=2026-06-09", "from"),
        ("from=2020-01-01&to=2026-01-01", "to"), ("timezone=Mars/Olympus", "timezone"), ("by=minute", "by"),
        ("timezone=../../etc/passwd", "timezone"), ("from=2026-01-01&to=2026-06-01&by=hour", "to"),
        ("from=0001-01-01", "from"),
    ],
)  # fmt: skip
async def test_a_period_that_makes_no_sense_is_explained(world: Any, query: str, field: str) -> None:
    answer = await world.customer.call("GET", f"accounts/{{A}}/reports/calls?{query}")
    assert answer.status_code == 400
    assert list(answer.json()["data"]) == [field]
