"""Bundles of minutes against the real database: no pool ever gives more than it has, whoever calls at once.

The invariant: for each pool and cycle, what ended calls used and what running calls have reserved together is `used`,
and `used` is never more than the bundle has.
"""

from __future__ import annotations

import asyncio
import random
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from tests.features.charging.test_admission import NOON, Books, charged

from qvoice.core.limits.refusals import Refusal
from qvoice.features.charging.admission import WINDOW, Admission, Authoriser
from qvoice.features.charging.charge import finish
from qvoice.features.invoices import paper
from qvoice.features.services import bundles as shown

pytestmark = [pytest.mark.db, pytest.mark.anyio]


async def give(books: Books, above: Any, below: str, **bundles: Any) -> str:
    """Give an account a plan with bundles; return the plan's id."""
    plan = await above.put("accounts/{A}/service_plans", {"name": "minutes", "plan": {}, "bundles": bundles})
    await above.post(f"accounts/{below}/services", {"add": [plan["id"]]})
    books.authoriser.levels.on_notice({})
    return plan["id"]


def pools(books: Books) -> list[tuple[int, int]]:
    """(used, calls) of every pool, once it is certain that the sums are right."""
    wrong = books.sql(
        "select b.pool from call_bundles b where b.used < (select coalesce(sum(h.seconds), 0)"
        " from call_admission_bundles h where h.pool = b.pool and h.period = b.period)"
    )
    assert wrong == []
    return books.sql("select used, calls from call_bundles order by pool, period")


async def test_C3_minutes_of_the_plan_come_first_and_money_goes_on_in_mid_call(books: Books) -> None:
    world = books.world
    customer, reseller = world.customer.account_id, world.reseller.account_id
    await books.fund(reseller, world.master.account_id, "10")
    await books.fund(customer, reseller, "0.06")
    await give(books, world.reseller, customer, talk={"seconds": 150, "name": "Canada", "classes": ["did_us"]})
    admission = await books.ask(customer)
    assert isinstance(admission, Admission)
    assert (admission.paid, admission.levels[0].included, books.held(customer)) == (WINDOW, WINDOW, 0)
    assert books.held(reseller) == Decimal("0.04"), "the reseller pays above for it all the same"
    assert pools(books) == [(WINDOW, 0)]
    more = await books.authoriser.extend(admission, 300, answered=NOON.timestamp(), now=NOON)
    assert isinstance(more, Admission)
    assert (more.levels[0].included, more.paid) == (150, 210), "150 of the plan, 60 that 0.06 pays for"
    assert await _refused(books.authoriser.extend(more, 400, answered=NOON.timestamp(), now=NOON)) == "money"
    row = charged(Admission.from_json(more.to_json()), 170, leg="one")
    await books.over(row)
    await books.over(row)
    assert (books.balance(customer), pools(books)) == (Decimal("0.04"), [(150, 1)])
    lines = books.sql("select ref -> 'bundles' from ledger_lines where account_id = %s and kind = 'per-minute-voip'"
                      " and book = 'balance'", customer)  # fmt: skip
    assert lines == [([{"name": "Canada", "seconds": 150}],)]
    # A call abroad does not take from it, and a short one gives back what it did not use.
    limits = await world.customer.get("accounts/{A}/limits")
    current = await world.customer.get("accounts/{A}/services")
    assert limits["bundles"] == current["bundles"]
    assert current["bundles"][0]["name"] == "Canada"


async def _refused(waiting: Any) -> str:
    answer = await waiting
    assert isinstance(answer, Refusal), answer
    return answer.reason


async def test_C3_a_bundle_that_ends_calls_lets_none_begin_without_and_counts_nothing_for_unanswered(
    books: Books,
) -> None:
    world = books.world
    customer, reseller = world.customer.account_id, world.reseller.account_id
    await books.fund(reseller, world.master.account_id, "10")
    await books.fund(customer, reseller, "10")
    await give(books, world.reseller, customer, talk={"seconds": 90, "at_end": "end"})
    first = await books.ask(customer)
    assert isinstance(first, Admission)
    assert first.paid == 90
    assert await _refused(books.ask(customer)) == "bundle"
    assert await _refused(books.authoriser.extend(first, 180, answered=NOON.timestamp(), now=NOON)) == "bundle"
    await books.over(finish(first))
    assert pools(books) == [(0, 0)]
    again = await books.ask(customer)
    assert isinstance(again, Admission)
    await books.over(charged(again, 30))
    assert (pools(books), books.balance(customer)) == ([(30, 1)], Decimal(10))
    invoice = {"lines": [], "bundles": await _month(books, customer)}
    assert paper.rows(invoice, "fr-ca") == [("talk: 0,5 min utilisées sur 1,5, 1 appel", "")]


async def _month(books: Books, account: str) -> list[dict[str, Any]]:
    async with books.world.db.tx(await books.scope(account)) as s:
        return await shown.of_month(s, date(2038, 11, 1), date(2038, 11, 30))


async def test_C3_accounts_with_one_plan_share_its_minutes_and_never_use_more_than_there_are(
    books: Books,
) -> None:
    world, chance = books.world, random.Random(7)
    reseller, size = world.reseller.account_id, 1_000
    other = (await world.account(world.reseller, "second")).account_id
    await world.reseller.post(f"accounts/{other}/ratedeck", {"ratedeck_id": (await _deck(world))})
    accounts = [world.customer.account_id, other]
    await books.fund(reseller, world.master.account_id, "1000")
    plan = await give(books, world.reseller, accounts[0], pool={"seconds": size, "shared": True, "increment": 6})
    await world.reseller.post(f"accounts/{other}/services", {"add": [plan]})
    for account in accounts:
        await books.fund(account, reseller, "1000")
    nodes = [Authoriser(world.db, node=f"media{n}") for n in range(3)]
    used = 0

    async def call(number: int) -> None:
        nonlocal used
        node, account = chance.choice(nodes), chance.choice(accounts)
        got = await node.admit(_offnet(account), call_id=f"c{number}", now=NOON)
        assert isinstance(got, Admission), got
        for _ in range(chance.randrange(3)):
            await asyncio.sleep(0)
            more = await node.extend(got, got.paid + 60, answered=NOON.timestamp(), now=NOON)
            assert isinstance(more, Admission)
            assert more.levels[0].included >= got.levels[0].included, "what a call has it keeps"
            got = more
        assert pools(books)[0][0] <= size
        talked = chance.randrange(got.paid)
        row = charged(got, talked) if chance.random() < 0.8 else finish(got)
        used += sum(one["seconds"] for one in row.get("pools", ()))
        await asyncio.gather(books.over(row), books.over(row))  # a batch may be written twice

    for start in range(0, 60, 12):
        await asyncio.gather(*(call(n) for n in range(start, start + 12)))
    for number in range(60, 90):  # what the last calls gave back is there for the next: one after another, to the end
        got = await nodes[0].admit(_offnet(accounts[number % 2]), call_id=f"c{number}", now=NOON)
        assert isinstance(got, Admission), got
        row = charged(got, got.paid)
        used += sum(one["seconds"] for one in row.get("pools", ()))
        await books.over(row)
    [(taken, _)] = pools(books)
    assert taken == used
    assert size - 6 < used <= size
    assert books.sql("select * from ledger_discrepancies()") == []
    assert books.sql("select * from call_admission_bundles") == []


def _offnet(account: str) -> Any:
    from qvoice.core.limits.admission import OffNet

    return OffNet(account, "+15145550123", "did_us")


async def _deck(world: Any) -> str:
    return (await world.reseller.get("accounts/{A}/ratedecks"))[0]["id"]
