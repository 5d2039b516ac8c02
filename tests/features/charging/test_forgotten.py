"""What is paid in advance, however the rate begins and whatever the database has forgotten."""

from __future__ import annotations

from decimal import Decimal

import pytest
from tests.features.charging.test_admission import NOON, Books, charged

from qvoice.core.limits.refusals import Refusal
from qvoice.features.charging.admission import WINDOW, Admission

pytestmark = [pytest.mark.db, pytest.mark.anyio]


async def test_C3_a_rate_whose_first_minutes_are_free_is_paid_in_advance_after_them(books: Books) -> None:
    world = books.world
    customer, reseller = world.customer.account_id, world.reseller.account_id
    deck = (await world.reseller.put("accounts/{A}/ratedecks", {"name": "first minutes free"}))["id"]
    rate = {"ratedeck_id": deck, "prefix": "1", "rate_cost": "0.06", "rate_minimum": 1, "rate_increment": 1}
    await world.reseller.put("accounts/{A}/rates", {**rate, "rate_nocharge_time": 200})
    await world.reseller.post(f"accounts/{customer}/ratedeck", {"ratedeck_id": deck})
    books.authoriser.levels.on_notice({})
    await books.fund(reseller, world.master.account_id, "1")
    await books.fund(customer, reseller, "0.30")
    admission = await books.ask(customer)
    assert isinstance(admission, Admission)
    assert (admission.paid, books.held(customer)) == (WINDOW, 0)
    more = await books.authoriser.extend(admission, 240, answered=NOON.timestamp(), now=NOON)
    assert isinstance(more, Admission)
    assert (more.paid, books.held(customer)) == (240, Decimal("0.24"))
    last = await books.authoriser.extend(more, 400, answered=NOON.timestamp(), now=NOON)
    assert isinstance(last, Admission)
    assert last.paid == 300, "and what the balance pays for, to the second"
    await books.over(charged(last, 300))
    assert books.balance(customer) == 0


async def test_C3_a_call_that_the_crashed_database_forgot_is_paid_again_and_never_twice(books: Books) -> None:
    customer, reseller = books.world.customer.account_id, books.world.reseller.account_id
    await books.fund(reseller, books.world.master.account_id, "10")
    await books.fund(customer, reseller, "0.20")
    admission = await books.ask(customer)
    assert isinstance(admission, Admission)
    assert books.held(customer) == Decimal("0.12")
    for table in ("balance_holds", "call_admission_levels", "call_admissions"):
        books.sql(f"delete from {table}")
    books.sql("update call_usage set held = 0, inbound = 0, outbound = 0")
    assert books.held(customer) == 0, "as if the last commits had never reached the disk"
    more = await books.authoriser.extend(admission, 180, answered=NOON.timestamp(), now=NOON)
    assert isinstance(more, Admission)
    assert (more.paid, books.held(customer)) == (180, Decimal("0.18"))
    again = await books.authoriser.extend(more, 400, answered=NOON.timestamp(), now=NOON)
    assert isinstance(again, Admission)
    assert (again.paid, books.held(customer)) == (200, Decimal("0.20"))
    assert isinstance(await books.ask(customer), Refusal), "nothing is left for another call"
    row = charged(again, 200)
    await books.over(row)
    await books.over(row)
    assert (books.balance(customer), books.held(customer)) == (0, 0)
    assert books.sql("select * from call_admissions") == []
    assert books.sql("select held, outbound from call_usage where account_id = %s", customer) == [(0, 0)]
