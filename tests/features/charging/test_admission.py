"""Calls are let through, paid and charged: against the real database, at every level of the tree."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import psycopg
import pytest

from qvoice.core.limits.admission import OffNet
from qvoice.core.limits.refusals import Refusal
from qvoice.core.rating.cost import FOR_EVER
from qvoice.db import Scope
from qvoice.features.channels.write import Batch, write
from qvoice.features.charging.admission import WINDOW, Admission, Authoriser
from qvoice.features.charging.charge import charge, finish
from qvoice.features.ledgers.post import ADJUSTMENTS, Line, post
from qvoice.kit.ids import new_id

pytestmark = [pytest.mark.db, pytest.mark.anyio]

MONTREAL, LONDON = "+15145550123", "+442071838750"
NOON = datetime(2038, 11, 27, 17, 0, tzinfo=UTC)
"""Ahead of the clock of the database, which frees what calls have reserved when its time is over."""


@dataclass
class Books:
    """A world with decks at every level, and the database's own view of it."""

    world: Any
    database: Any
    authoriser: Authoriser
    scopes: dict[str, Scope] = field(default_factory=dict)

    async def scope(self, account: str) -> Scope:
        if account not in self.scopes:
            rows = await self.world.db.fetch("select path from account_scope(cast(:id as uuid))", {"id": account})
            self.scopes[account] = Scope(account, rows[0].path)
        return self.scopes[account]

    async def fund(self, account: str, parent: str, amount: str) -> None:
        """Give an account money, from the account above it."""
        async with self.world.db.tx(await self.scope(parent)) as s:
            lines = [Line(account, "balance", Decimal(amount)), Line(parent, ADJUSTMENTS, -Decimal(amount))]
            await post(s, key=new_id(), kind="credit", at=NOON, lines=lines)

    def sql(self, query: str, *parameters: Any) -> list[Any]:
        """Look behind the curtain."""
        with psycopg.connect(self.database.admin_url, autocommit=True) as connection:
            cursor = connection.execute(query, parameters or None)
            return cursor.fetchall() if cursor.description else []

    def balance(self, account: str, book: str = "balance") -> Decimal:
        query = "select coalesce(sum(amount), 0) from ledger_balances where account_id = %s and book = %s"
        return self.sql(query, account, book)[0][0]

    def held(self, account: str) -> Decimal:
        return self.sql("select coalesce(sum(held), 0) from ledger_balances where account_id = %s", account)[0][0]

    async def ask(self, account: str, number: str = MONTREAL, **more: Any) -> Admission | Refusal:
        call = OffNet(account, number, more.pop("number_class", "did_us"), **more)
        return await self.authoriser.admit(call, call_id=new_id(), now=NOON)

    async def over(self, *rows: dict[str, Any]) -> None:
        """Write what ended, as the journal does."""
        await write(self.world.db, Batch("media1", charges=list(rows)).encode())

    async def limit(self, above: Any, account: str, **limits: Any) -> None:
        await above.post(f"accounts/{account}/limits", limits)
        self.authoriser.levels.on_notice({"account": account, "type": "limits"})


def charged(admission: Admission, seconds: int, leg: str = "") -> dict[str, Any]:
    """The charge of a call that talked so long."""
    return charge(
        admission, leg=leg or new_id(), record_id="202611-x", caller="+14165550100", seconds=seconds,
        ended=NOON.timestamp(),
    ).row  # fmt: skip


async def make_deck(above: Any, below: str, **prices: str) -> None:
    """Give the account `below` a deck of its own by the account above it: prefix → price a minute, by the second."""
    deck = (await above.put("accounts/{A}/ratedecks", {"name": f"for {below[:6]}"}))["id"]
    for prefix, price in prices.items():
        document = {"ratedeck_id": deck, "prefix": prefix.strip("_"), "rate_cost": price, "rate_minimum": 1}
        await above.put("accounts/{A}/rates", {**document, "rate_increment": 1})
    await above.post(f"accounts/{below}/ratedeck", {"ratedeck_id": deck})


@pytest.fixture
async def books(world: Any, database: Any) -> Books:
    """customer pays reseller 0.06 a minute, reseller pays master 0.02."""
    await make_deck(world.reseller, world.customer.account_id, _1="0.06")
    await make_deck(world.master, world.reseller.account_id, _1="0.02")
    return Books(world, database, Authoriser(world.db, node="media1"))


async def test_C2_every_level_pays_the_one_above_once_and_the_margins_add_up(books: Books) -> None:
    customer, reseller = books.world.customer.account_id, books.world.reseller.account_id
    master = books.world.master.account_id
    await books.fund(customer, reseller, "10")
    await books.fund(reseller, master, "10")
    admission = await books.ask(customer)
    assert isinstance(admission, Admission)
    assert (admission.paid, len(admission.levels)) == (WINDOW, 2)
    assert (books.held(customer), books.held(reseller)) == (Decimal("0.12"), Decimal("0.04"))
    row = charged(admission, 90, leg="leg1")
    # The journal may write a batch twice, and together with others.
    await books.over(row)
    await books.over(row, finish(admission), row)
    assert books.balance(customer) == Decimal("9.91")
    assert books.balance(reseller) == Decimal("9.97")
    assert books.balance(reseller, "income") == Decimal("0.09")
    assert books.balance(master, "income") == Decimal("0.03")
    assert books.held(customer) == books.held(reseller) == 0
    entries = books.sql("select key, kind, ref ->> 'call_id', ref ->> 'to' from ledger_entries where key like 'call:%'")
    assert entries == [("call:leg1", "per-minute-voip", "leg1", MONTREAL)]
    assert books.sql("select sum(amount) from ledger_lines") == [(Decimal(0),)]
    spent = books.sql("select period, amount from call_spend where account_id = %s order by 1", customer)
    assert spent == [("2038-11", Decimal("0.09")), ("2038-11-27", Decimal("0.09"))]
    assert books.sql("select distinct inbound, outbound, held from call_usage") == [(0, 0, 0)]


async def test_C2_a_trunk_of_ones_own_reseller_costs_the_levels_below_it_only(books: Books) -> None:
    customer, reseller = books.world.customer.account_id, books.world.reseller.account_id
    await books.fund(customer, reseller, "1")
    admission = await books.ask(customer, trunk_owner=reseller)
    assert isinstance(admission, Admission)
    assert [level.account_id for level in admission.levels] == [customer]
    own = await books.ask(customer, trunk_owner=customer)
    assert isinstance(own, Admission)
    assert (own.levels, own.counted, own.paid) == ((), False, FOR_EVER)


async def test_C3_a_level_without_money_or_without_a_rate_says_no(books: Books) -> None:
    customer, reseller = books.world.customer.account_id, books.world.reseller.account_id
    await books.fund(customer, reseller, "1")
    refused = await books.ask(customer)
    assert isinstance(refused, Refusal)
    assert (refused.account_id, refused.cause, refused.sip_code) == (reseller, "INSUFFICIENT_FUNDS", 402)
    await books.fund(reseller, books.world.master.account_id, "1")
    unknown = await books.ask(customer, "+33144556677", number_class="did_us")
    assert isinstance(unknown, Refusal)
    assert unknown.reason == "no-rate"
    free = await books.ask(customer, "+18005550100", number_class="tollfree_us")
    assert isinstance(free, Admission)
    # An account that nobody gave a deck is not metered.
    stranger = await books.ask(books.world.stranger.account_id)
    assert isinstance(stranger, Admission)
    assert not stranger.counted


async def test_C3_prepaid_never_goes_below_zero_however_many_calls_run_at_once(books: Books) -> None:
    customer, reseller = books.world.customer.account_id, books.world.reseller.account_id
    await books.fund(customer, reseller, "1.00")
    await books.fund(reseller, books.world.master.account_id, "100")
    answers = await asyncio.gather(*(books.ask(customer) for _ in range(40)))
    admitted = [one for one in answers if isinstance(one, Admission)]
    refused = [one for one in answers if isinstance(one, Refusal)]
    assert sum(one.levels[0].cost(one.paid) for one in admitted) <= 1
    assert len(admitted) >= 8
    assert refused
    assert {one.cause for one in refused} == {"INSUFFICIENT_FUNDS"}
    assert books.held(customer) == sum(one.levels[0].cost(one.paid) for one in admitted)
    # All of them talk far longer than is paid, ask for more at once, and end at once; some are written twice.
    more = await asyncio.gather(
        *(books.authoriser.extend(one, 600, answered=NOON.timestamp(), now=NOON) for one in admitted)
    )
    held = [new if isinstance(new, Admission) else old for old, new in zip(admitted, more, strict=True)]
    assert books.held(customer) <= 1
    await asyncio.gather(*(books.over(charged(one, 900, leg=f"leg{n}")) for n, one in enumerate(held)))
    await asyncio.gather(*(books.over(charged(one, 900, leg=f"leg{n}")) for n, one in enumerate(held)))
    assert 0 <= books.balance(customer) < Decimal("0.001")
    assert books.held(customer) == 0
    assert books.balance(reseller, "income") == 1 - books.balance(customer)
    assert books.sql("select * from ledger_discrepancies()") == []
    assert books.sql("select distinct inbound, outbound, held from call_usage") == [(0, 0, 0)]


async def test_C3_a_charge_whose_reservation_is_lost_stops_at_the_floor(books: Books) -> None:
    customer, reseller = books.world.customer.account_id, books.world.reseller.account_id
    await books.fund(customer, reseller, "0.05")
    await books.fund(reseller, books.world.master.account_id, "5")
    admission = await books.ask(customer)
    assert isinstance(admission, Admission)
    await books.authoriser.forget([])
    assert books.held(customer) == 0
    other = await books.ask(customer)
    assert isinstance(other, Admission)
    await books.over(charged(other, 30), charged(admission, 45))
    assert books.balance(customer) == Decimal("0.00") + Decimal("0.05") - Decimal("0.03") - Decimal("0.02")
    assert books.sql("select count(*) from ledger_lines where ref ? 'uncollected'") == [(2,)]
    assert books.sql("select * from ledger_discrepancies()") == []


async def test_C3_post_paid_accounts_may_owe_so_much_and_not_more(books: Books) -> None:
    customer, reseller = books.world.customer.account_id, books.world.reseller.account_id
    await books.fund(reseller, books.world.master.account_id, "5")
    await books.limit(books.world.reseller, customer, allow_postpay=True, max_postpay_amount=0.09)
    admission = await books.ask(customer)
    assert isinstance(admission, Admission)
    assert admission.paid == 90
    await books.over(charged(admission, 90))
    assert books.balance(customer) == Decimal("-0.09")
    assert isinstance(await books.ask(customer), Refusal)
    await books.limit(books.world.reseller, customer, allow_prepay=False)
    await books.fund(customer, reseller, "10")
    neither = await books.ask(customer)
    assert isinstance(neither, Refusal)
    assert "neither" in neither.why


async def test_C3_caps_per_day_and_month_hold_at_every_level_for_running_calls_too(books: Books) -> None:
    customer, reseller = books.world.customer.account_id, books.world.reseller.account_id
    await books.fund(customer, reseller, "10")
    await books.fund(reseller, books.world.master.account_id, "10")
    await books.limit(books.world.master, reseller, max_daily_spend=0.05)
    first = await books.ask(customer)
    assert isinstance(first, Admission)
    second = await books.ask(customer)
    assert isinstance(second, Admission)
    assert (first.paid, second.paid) == (120, 30)
    third = await books.ask(customer)
    assert isinstance(third, Refusal)
    assert (third.reason, third.account_id, third.cause) == ("daily", reseller, "SPENDING_LIMIT")
    await books.over(charged(first, 60), charged(second, 30))
    await books.limit(books.world.master, reseller, max_daily_spend=5, max_monthly_spend=0.03)
    monthly = await books.ask(customer)
    assert isinstance(monthly, Refusal)
    assert monthly.reason == "monthly"


async def test_C3_two_way_inbound_and_outbound_lines_are_counted_at_every_level(books: Books) -> None:
    stranger, master = books.world.stranger.account_id, books.world.master
    await books.limit(master, stranger, inbound_trunks=1, outbound_trunks=0, twoway_trunks=1)

    async def ring(direction: str) -> Admission | None:
        answer = await books.ask(stranger, direction=direction)
        if isinstance(answer, Refusal):
            assert (answer.reason, answer.cause) == ("trunks", "NORMAL_CIRCUIT_CONGESTION")
            return None
        return answer

    outbound = await ring("outbound")
    assert outbound
    assert not await ring("outbound")
    assert await ring("inbound")
    assert not await ring("inbound")
    await books.over(finish(outbound))
    assert await ring("inbound")
    assert not await ring("outbound")
    # Of many that come at once only as many get in as there are lines.
    await books.authoriser.forget([])
    answers = await asyncio.gather(*(books.ask(stranger) for _ in range(20)))
    assert sum(isinstance(answer, Admission) for answer in answers) == 1
    await books.authoriser.forget([])
    await books.limit(master, stranger, twoway_trunks=5, operator={"twoway_trunks": 2})
    answers = await asyncio.gather(*(books.ask(stranger) for _ in range(9)))
    assert sum(isinstance(answer, Admission) for answer in answers) == 2


async def test_C3_after_a_crash_lines_and_money_of_calls_that_are_gone_are_free_again(books: Books) -> None:
    customer, reseller = books.world.customer.account_id, books.world.reseller.account_id
    await books.fund(customer, reseller, "10")
    await books.fund(reseller, books.world.master.account_id, "10")
    await books.limit(books.world.reseller, customer, twoway_trunks=2)
    kept, lost = await books.ask(customer), await books.ask(customer)
    assert isinstance(kept, Admission)
    assert isinstance(lost, Admission)
    assert isinstance(await books.ask(customer), Refusal)
    assert await Authoriser(books.world.db, node="media1").forget([kept.id]) == 1
    assert books.held(customer) == Decimal("0.12")
    assert isinstance(await books.ask(customer), Admission)
    # What was written with a leg is read again by the next process.
    assert Admission.from_json(kept.to_json()) == kept


async def test_C5_classes_are_closed_until_somebody_above_opens_them_and_locks_close_all(books: Books) -> None:
    stranger = books.world.stranger.account_id
    closed = await books.ask(stranger, LONDON, number_class="international")
    assert isinstance(closed, Refusal)
    assert (closed.reason, closed.cause) == ("class", "OUTGOING_CALL_BARRED")
    inbound = await books.ask(stranger, LONDON, number_class="international", direction="inbound")
    assert isinstance(inbound, Admission)
    assert isinstance(await books.ask(books.world.master.account_id, LONDON, number_class="international"), Admission)


async def test_C3_the_database_away_metered_calls_are_refused_and_free_ones_known_as_such_are_made(
    books: Books,
) -> None:
    customer, reseller, stranger = (
        books.world.customer.account_id, books.world.reseller.account_id, books.world.stranger.account_id
    )  # fmt: skip
    await books.fund(customer, reseller, "10")
    await books.fund(reseller, books.world.master.account_id, "10")
    assert isinstance(await books.ask(customer), Admission)
    assert isinstance(await books.ask(stranger), Admission)
    books.sql(f"alter database {books.database.name} connection limit 0")
    try:
        books.sql("select pg_terminate_backend(pid) from pg_stat_activity where usename = 'qvoice_app'"
                  " and datname = current_database()")  # fmt: skip
        refused = await books.ask(customer)
        assert isinstance(refused, Refusal)
        assert (refused.reason, refused.sip_code) == ("unavailable", 503)
        assert isinstance(await books.ask(stranger), Admission)
        unknown = await books.ask(books.world.master.account_id)
        assert isinstance(unknown, Refusal)
    finally:
        books.sql(f"alter database {books.database.name} connection limit -1")


async def test_C2_an_account_that_is_moved_pays_its_new_provider_and_never_calls_for_nothing_unasked(
    books: Books,
) -> None:
    world = books.world
    customer, reseller, other = world.customer.account_id, world.reseller.account_id, world.stranger.account_id
    for account, parent in ((customer, reseller), (reseller, world.master.account_id)):
        await books.fund(account, parent, "10")
    running = await books.ask(customer)
    assert isinstance(running, Admission)
    move = f"accounts/{customer}/move"
    unasked = await world.master.call("POST", move, {"to": other})
    assert unasked.status_code == 400
    assert "ratedeck_id" in unasked.json()["data"]
    await world.master.put(f"accounts/{other}/reseller", {})
    deck = (await world.stranger.put("accounts/{A}/ratedecks", {"name": "theirs"}))["id"]
    rate = {"ratedeck_id": deck, "prefix": "1", "rate_cost": "0.12", "rate_minimum": 1, "rate_increment": 1}
    old = (await world.reseller.get("accounts/{A}/ratedecks"))[0]["id"]
    await world.stranger.put("accounts/{A}/rates", rate)
    wrong = await world.master.call("POST", move, {"to": other, "ratedeck_id": old})
    assert wrong.status_code == 400, "a deck of the old provider"
    await world.master.post(move, {"to": other, "ratedeck_id": deck})
    books.authoriser.levels.on_notice({"account": customer, "type": "accounts"})
    books.scopes.clear()
    moved = await books.ask(customer)
    assert isinstance(moved, Admission)
    assert [(level.account_id, level.parent_id, str(level.rate.cost)) for level in moved.levels] == [
        (customer, other, "0.12"),
    ]  # fmt: skip
    # What runs goes on, and is paid to whoever is above when it ends.
    more = await books.authoriser.extend(running, 200, answered=NOON.timestamp(), now=NOON)
    assert isinstance(more, Admission)
    await books.over(charged(more, 60), charged(moved, 60))
    assert books.balance(customer) == Decimal("9.82")
    assert (books.balance(other, "income"), books.balance(reseller)) == (Decimal("0.18"), Decimal(10))
    assert books.held(customer) == books.held(reseller) == 0
    assert books.sql("select * from ledger_discrepancies()") == []
    await world.master.post(move, {"to": reseller, "ratedeck_id": None})
    books.authoriser.levels.on_notice({"account": customer, "type": "accounts"})
    free = await books.ask(customer)
    assert isinstance(free, Admission)
    assert customer not in [level.account_id for level in free.levels], "the old deck does not come back by itself"
