"""Allotments against the real database: given from above, taken by calls before money, never more than there is."""

from __future__ import annotations

import asyncio
import random
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from tests.features.charging.test_admission import LONDON, MONTREAL, NOON, Books, charged
from tests.features.charging.test_bundles import give

from qvoice.core.limits.admission import OffNet
from qvoice.core.limits.refusals import Refusal
from qvoice.features.charging.admission import WINDOW, Admission, Authoriser
from qvoice.features.charging.charge import charge, finish
from qvoice.kit.clock import to_gregorian

pytestmark = [pytest.mark.db, pytest.mark.anyio]

TOLLFREE = "+18005550123"


async def allot(books: Books, above: Any, below: str, **allotments: Any) -> None:
    """Give an account allotments, as those above it may."""
    assert await above.post(f"accounts/{below}/allotments", allotments) is not None
    books.authoriser.levels.on_notice({"account": below, "type": "allotments"})


def pools(books: Books) -> dict[str, int]:
    """Allotment → seconds used, running calls' reservations included."""
    return {pool.split(":")[1]: used for pool, used in books.sql("select pool, used from call_bundles")}


async def test_C3_allotments_are_given_from_above_and_taken_before_bundles_and_money(books: Books) -> None:
    world = books.world
    customer, reseller = world.customer.account_id, world.reseller.account_id
    await books.fund(reseller, world.master.account_id, "10")
    given = {"did_us": {"amount": 100, "increment": 10, "cycle": "daily"}}
    own = await world.customer.call("POST", f"accounts/{customer}/allotments", given)
    assert own.status_code == 403, "nobody gives minutes to himself"
    assert await world.customer.get("accounts/{A}/allotments") == {}
    bad = {"did_us": {"amount": -1}, "moon": {"amount": 1}, "emergency": {"amount": 1}, "toll_us": {"cycle": "yearly"}}
    refused = await world.reseller.call("POST", f"accounts/{customer}/allotments", bad)
    assert refused.status_code == 400
    fields = {"did_us.amount", "moon", "emergency", "toll_us.amount", "toll_us.cycle"}
    assert set(refused.json()["data"]) == fields
    assert "international" in refused.json()["data"]["moon"]["invalid"]["message"]
    await allot(books, world.reseller, customer, **given)
    assert (await world.customer.get("accounts/{A}/allotments"))["did_us"]["amount"] == 100
    await give(books, world.reseller, customer, talk={"seconds": 15, "classes": ["did_us"]})
    admission = await books.ask(customer)
    assert isinstance(admission, Admission), admission
    assert (admission.paid, books.held(customer)) == (115, 0), "no money at all: what is given, and not a second more"
    assert [share.taken for share in admission.levels[0].shares] == [100, 15]
    await books.fund(customer, reseller, "1")
    more = await books.authoriser.extend(admission, 200, answered=NOON.timestamp(), now=NOON)
    assert isinstance(more, Admission)
    assert more.paid == 200
    done = charge(more, leg="one", record_id="202611-x", caller="+14165550100", seconds=125, ended=NOON.timestamp())
    await books.over(done.row)
    await books.over(done.row)
    assert done.record["bundles"] == [{"name": "did_us", "seconds": 100}, {"name": "talk", "seconds": 15}]
    assert (done.record["cost"], books.balance(customer)) == (0.01, Decimal("0.99")), "ten seconds for money"
    # Calls that run now have today's; those of tomorrow, by the account's clock, begin with all of it again.
    assert isinstance(await books.ask(customer), Admission)
    call = OffNet(customer, MONTREAL, "did_us")
    tomorrow = await books.authoriser.admit(call, call_id="t", now=NOON + timedelta(days=1))
    assert isinstance(tomorrow, Admission)
    assert tomorrow.levels[0].shares[0].taken == 100
    lines = (await world.customer.get("accounts/{A}/limits"))["bundles"]
    assert [(one["name"], one["allotted"]) for one in lines] == [("did_us", True), ("talk", False)]


async def test_C3_a_group_of_allotments_counts_together_and_consumed_says_what_is_left(books: Books) -> None:
    world = books.world
    customer, reseller = world.customer.account_id, world.reseller.account_id
    await books.fund(reseller, world.master.account_id, "10")
    await allot(
        books, world.reseller, customer,
        did_us={"amount": 100, "no_consume_time": 5},
        tollfree_us={"amount": 90, "group_consume": ["did_us"], "cycle": "hourly"},
    )  # fmt: skip
    first = await books.ask(customer)
    assert isinstance(first, Admission), first
    assert pools(books) == {"did_us": 100, "tollfree_us": 100}, "more than there is of it, but others' calls"
    denied = await books.ask(customer, TOLLFREE, number_class="tollfree_us")
    assert isinstance(denied, Refusal), "nothing left of it, and no money"
    await books.over(charged(first, 5))
    assert pools(books) == {"did_us": 0, "tollfree_us": 0}, "a call so short takes nothing"
    second = await books.ask(customer)
    assert isinstance(second, Admission)
    await books.over(charged(second, 60))
    third = await books.ask(customer, TOLLFREE, number_class="tollfree_us")
    assert isinstance(third, Admission)
    assert third.paid == 30, "90 less the 60 of the other"
    assert pools(books) == {"did_us": 60, "tollfree_us": 90}
    await books.over(finish(third))
    assert books.balance(customer) == 0
    assert books.sql("select * from call_admission_bundles") == []
    # Today has nothing of 2038's calls; asked for those days, it has.
    now = await world.customer.get("accounts/{A}/allotments/consumed")
    assert (now["did_us"]["consumed"], now["did_us"]["left"], now["did_us"]["cycle"]) == (0, 100, "monthly")
    assert now["tollfree_us"]["consumed_to"] - now["tollfree_us"]["consumed_from"] == 3600
    span = f"created_from={to_gregorian(NOON) - 30 * 86400}&created_to={to_gregorian(NOON)}"
    then = await world.customer.get(f"accounts/{{A}}/allotments/consumed?{span}")
    assert {name: (one["cycle"], one["consumed"]) for name, one in then.items()} == {
        "did_us": ("manual", 60), "tollfree_us": ("manual", 60),
    }  # fmt: skip
    wrong = await world.customer.call("GET", "accounts/{A}/allotments/consumed?created_from=yesterday")
    assert wrong.status_code == 400
    assert (await world.stranger.call("GET", f"accounts/{customer}/allotments/consumed")).status_code in (403, 404)


async def test_C3_many_calls_at_once_never_take_more_than_the_allotment_has_and_keep_below_zero_out(
    books: Books,
) -> None:
    """The invariant, whoever comes first: used + reserved <= amount, and what is not covered is paid or not talked."""
    world, chance = books.world, random.Random(5)
    customer, reseller = world.customer.account_id, world.reseller.account_id
    await books.fund(reseller, world.master.account_id, "1000")
    await books.fund(customer, reseller, "0.30")
    await allot(books, world.reseller, customer, did_us={"amount": 700, "increment": 6, "minimum": 12})
    nodes = [Authoriser(world.db, node=f"media{n}") for n in range(3)]
    free = 0

    async def call(number: int) -> None:
        nonlocal free
        node = nodes[number % 3]
        got = await node.admit(OffNet(customer, MONTREAL, "did_us"), call_id=f"c{number}", now=NOON)
        if isinstance(got, Refusal):
            assert got.reason == "money"
            return
        more = await node.extend(got, got.paid + 30, answered=NOON.timestamp(), now=NOON)
        got = more if isinstance(more, Admission) else got
        row = charged(got, chance.randrange(got.paid + 1)) if number % 4 else finish(got)
        free += sum(one["seconds"] for one in row.get("pools", ()))
        await asyncio.gather(books.over(row), books.over(row))
        assert pools(books)["did_us"] <= 700
        assert books.balance(customer) >= 0

    for start in range(0, 48, 12):
        await asyncio.gather(*(call(n) for n in range(start, start + 12)))
    assert pools(books) == {"did_us": free}
    assert books.sql("select * from call_admission_bundles") == []
    assert books.sql("select * from ledger_discrepancies()") == []
    assert books.held(customer) == 0
    # A node that dies gives back what its calls had; the allotment's number is right afterwards.
    left = await nodes[0].admit(OffNet(customer, MONTREAL, "did_us"), call_id="dies", now=NOON)
    if isinstance(left, Admission):
        await nodes[0].forget([])
    assert pools(books) == {"did_us": free}


async def test_C3_an_account_that_moves_leaves_its_allotments_and_a_level_above_has_its_own(books: Books) -> None:
    world = books.world
    customer, reseller, master = world.customer.account_id, world.reseller.account_id, world.master.account_id
    await books.fund(customer, reseller, "1")
    await allot(books, world.reseller, customer, did_us={"amount": 1000})
    await allot(books, world.master, reseller, did_us={"amount": WINDOW})
    admission = await books.ask(customer)
    assert isinstance(admission, Admission), "the reseller has no money, but minutes from above"
    assert [level.included for level in admission.levels] == [WINDOW, WINDOW]
    assert await _second(books, customer) == "money", "the reseller's are taken: it pays, and has nothing to pay with"
    abroad = await books.ask(customer, LONDON, number_class="international")
    assert isinstance(abroad, Refusal)
    await books.over(finish(admission))
    await world.master.post(f"accounts/{customer}/move", {"to": master, "ratedeck_id": None})
    assert await world.customer.get("accounts/{A}/allotments") == {}


async def _second(books: Books, account: str) -> str:
    answer = await books.ask(account)
    assert isinstance(answer, Refusal), answer
    return answer.reason
