"""Reservations: no call brings a balance below its floor, whatever runs at once and whoever dies when (C3).

The invariant: `amount - held >= floor` after every reservation, and `amount >= floor` at the end of every call.
"""

from __future__ import annotations

import asyncio
import random
from datetime import timedelta
from decimal import Decimal

import psycopg
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import text
from tests.fixtures.tenants import make_account

from qvoice.db import SYSTEM, Database, Scope
from qvoice.db.engine import DatabaseAway
from qvoice.features.ledgers import holds, queries
from qvoice.features.ledgers.holds import Held, Level, Refused, Standing, within_floors
from qvoice.features.ledgers.post import PAYMENTS, Line, post, transfer
from qvoice.kit.clock import utcnow
from qvoice.kit.money import ZERO


async def fund(db: Database, scope: Scope, provider: Scope, amount: str) -> None:
    async with db.tx(scope) as s:
        await post(
            s, key=f"fund-{scope.account_id}", kind="payments", at=utcnow(),
            lines=transfer(scope.account_id, provider.account_id, -Decimal(amount), book=PAYMENTS),
        )  # fmt: skip


@pytest.fixture
async def tree(database, db) -> dict[str, Scope]:
    """A customer with 10 below a reseller with 6."""
    master = make_account(database, None, "Master")
    reseller = make_account(database, master, "Reseller")
    customer = make_account(database, reseller, "Customer")
    await fund(db, reseller, master, "6")
    await fund(db, customer, reseller, "10")
    return {"master": master, "reseller": reseller, "customer": customer}


def levels(tree, customer: str, reseller: str = "0", floor: str = "0") -> list[Level]:
    return [
        Level(tree["customer"].account_id, Decimal(customer), Decimal(floor)),
        Level(tree["reseller"].account_id, Decimal(reseller)),
    ]


async def hold(db, call: str, wanted: list[Level], *, minutes: float = 5) -> Held | Refused:
    async with db.tx(SYSTEM) as s:
        return await holds.hold(s, call_id=call, levels=wanted, until=utcnow() + timedelta(minutes=minutes))


async def settle(db, tree, call: str, cost: str, **more) -> holds.Settled:
    lines = transfer(tree["customer"].account_id, tree["reseller"].account_id, Decimal(cost))
    async with db.tx(SYSTEM) as s:
        return await holds.settle(
            s, call_id=call, key=f"call:{call}", kind="per-minute-voip", at=utcnow(), lines=lines, **more
        )


async def balance(db, scope) -> queries.Balance:
    async with db.tx(scope) as s:
        return await queries.balance(s)


@pytest.mark.db
@pytest.mark.anyio
async def test_C3_all_levels_are_reserved_or_none(db, tree):
    assert isinstance(await hold(db, "a", levels(tree, "4", "4")), Held)
    # the reseller has 2 left: the customer's 4 must not stay reserved
    refused = await hold(db, "b", levels(tree, "4", "4"))
    assert refused == Refused(tree["reseller"].account_id, Decimal(2))
    assert (await balance(db, tree["customer"])).held == 4
    assert (await balance(db, tree["reseller"])).held == 4
    assert await hold(db, "b", levels(tree, "7")) == Refused(tree["customer"].account_id, Decimal(1))
    async with db.tx(SYSTEM) as s:
        assert await holds.release(s, "a") == 8
    assert (await balance(db, tree["customer"])).held == 0


@pytest.mark.db
@pytest.mark.anyio
async def test_C3_asking_again_reserves_once_and_extends(db, tree):
    for wanted, held in (("3", 3), ("3", 3), ("8", 8), ("2", 2)):
        assert isinstance(await hold(db, "a", levels(tree, wanted)), Held)
        assert (await balance(db, tree["customer"])).held == held
    assert isinstance(await hold(db, "a", levels(tree, "10.000001")), Refused)
    assert (await balance(db, tree["customer"])).held == 2


@pytest.mark.db
@pytest.mark.anyio
async def test_C3_postpaid_goes_as_far_below_zero_as_it_may(db, tree):
    assert isinstance(await hold(db, "a", levels(tree, "15", floor="-5")), Held)
    assert await hold(db, "b", levels(tree, "0.01", floor="-5")) == Refused(
        tree["customer"].account_id, Decimal("0.01")
    )
    await settle(db, tree, "a", "15")
    assert (await balance(db, tree["customer"])).amount == -5


@pytest.mark.db
@pytest.mark.anyio
async def test_C3_settling_twice_charges_once_and_frees_the_rest(db, tree):
    await hold(db, "a", levels(tree, "5", "1"))
    first, second = await settle(db, tree, "a", "1.5"), await settle(db, tree, "a", "1.5")
    assert first.entry_id == second.entry_id
    assert await balance(db, tree["customer"]) == queries.Balance(Decimal("8.5"), ZERO)
    assert (await balance(db, tree["reseller"])).held == 0


@pytest.mark.db
@pytest.mark.anyio
async def test_C3_a_call_that_outran_its_reservation_takes_what_is_there_and_no_more(db, tree):
    await hold(db, "a", levels(tree, "5"))
    await hold(db, "b", levels(tree, "4"))
    # 12 is owed, 5 were reserved, 1 more is free, 4 are another call's
    settled = await settle(db, tree, "a", "12")
    assert settled.uncollected == {tree["customer"].account_id: Decimal(6)}
    assert await balance(db, tree["customer"]) == queries.Balance(Decimal(4), Decimal(4))
    async with db.tx(tree["reseller"]) as s:
        assert await queries.book(s, "income") == 6
    await settle(db, tree, "b", "4")
    assert (await balance(db, tree["customer"])).amount == 0


@pytest.mark.db
@pytest.mark.anyio
async def test_C3_what_a_dead_keeper_reserved_is_free_after_its_time(db, tree):
    await hold(db, "dead", levels(tree, "10"), minutes=-1)
    assert (await balance(db, tree["customer"])).held == 10
    assert isinstance(await hold(db, "a", levels(tree, "9")), Held)
    # its keeper comes back late: it takes what is left, not what the other call has
    settled = await settle(db, tree, "dead", "3", floors={tree["customer"].account_id: ZERO})
    assert settled.uncollected == {tree["customer"].account_id: Decimal(2)}
    assert await balance(db, tree["customer"]) == queries.Balance(Decimal(9), Decimal(9))
    await hold(db, "a", levels(tree, "9"), minutes=-1)
    await holds.expire(db, None)  # type: ignore[arg-type]
    assert (await balance(db, tree["customer"])).held == 0
    assert await db.fetch("select * from ledger_discrepancies()") == []


@pytest.mark.db
@pytest.mark.anyio
async def test_C3_a_prepaid_balance_never_falls_below_zero_with_many_calls_at_once(db, tree, database):
    """120 calls by eight keepers. Every fourth dies with its reservation, every fourth as it settles, its connection
    cut in the middle of the transaction; half of those are settled again by another. Calls outrun what they reserved.
    """
    dice = random.Random(7)
    plans = [(f"call-{n}", dice.randint(1, 40), n % 4, dice.random() < 0.5) for n in range(120)]
    allowed, killed = [], []
    looking = psycopg.connect(database.admin_url, autocommit=True)

    def below_zero() -> list[tuple[object, ...]]:
        return looking.execute(
            "select account_id, amount, held from ledger_balances"
            " where book = 'balance' and (amount < 0 or amount - held < 0)"
        ).fetchall()

    async def settled(number: str, cost: Decimal, *, cut: bool) -> None:
        lines = [
            *transfer(tree["customer"].account_id, tree["reseller"].account_id, cost),
            *transfer(tree["reseller"].account_id, tree["master"].account_id, cost / 2),
        ]
        async with db.tx(SYSTEM) as s:
            await holds.settle(s, call_id=number, key=number, kind="per-minute-voip", at=utcnow(), lines=lines)
            if cut:
                pid = (await s.execute(text("select pg_backend_pid()"))).scalar_one()
                looking.execute("select pg_terminate_backend(%s, 5000)", [pid])

    async def call(number: str, tenths: int, fate: int, again: bool) -> None:
        amount = Decimal(tenths) / 100
        if isinstance(await hold(db, number, levels(tree, str(amount), str(amount / 2))), Refused):
            return
        allowed.append(number)
        assert below_zero() == []
        if fate == 0:
            return
        if fate == 1:
            await hold(db, number, levels(tree, str(amount * 2), str(amount)))
        try:
            await settled(number, amount * Decimal("1.70"), cut=fate == 2)
        except DatabaseAway:
            killed.append(number)
            if again:
                await settled(number, amount * Decimal("1.70"), cut=False)
        assert below_zero() == []

    async def keeper() -> None:
        while plans:
            await call(*plans.pop())

    await asyncio.gather(*(keeper() for _ in range(8)))
    looking.close()
    assert len(allowed) > 10
    assert killed
    for who in ("customer", "reseller"):
        found = await balance(db, tree[who])
        assert 0 <= found.held <= found.amount
    assert await db.fetch("select * from ledger_discrepancies()") == []


amounts = st.integers(0, 10_000).map(lambda cents: Decimal(cents) / 100)


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(st.tuples(amounts, amounts, amounts, amounts), min_size=1, max_size=6))
def test_C3_whatever_calls_cost_nobody_pays_below_the_floor_and_entries_still_add_up(rows) -> None:
    lines, standing = [], {}
    for number, (cost, own, free, floor) in enumerate(rows):
        lines += transfer(str(number), str(number + 1), cost)
        others = Decimal(7)
        standing[str(number)] = Standing(own + free + others - floor, own + others, own, -floor)
    bounded, uncollected = within_floors(lines, standing)
    assert sum(line.amount for line in bounded) == 0
    for number, (cost, own, free, _floor) in enumerate(rows):
        paid = -bounded[2 * number].amount
        assert paid == min(cost, own + free)
        assert uncollected.get(str(number), ZERO) == cost - paid


def test_C3_a_charge_that_must_shrink_needs_the_line_that_earns_it() -> None:
    standing = {"a": Standing(Decimal(1), Decimal(1), Decimal(1), ZERO)}
    with pytest.raises(ValueError, match="pair"):
        within_floors([Line("a", "balance", Decimal(-2))], standing)
