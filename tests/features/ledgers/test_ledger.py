"""The books: entries add up to zero, are written once, are never changed, and are seen by those whose they are (C4)."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from decimal import Decimal

import psycopg
import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError, IntegrityError
from tests.fixtures.tenants import make_account

from qvoice.db import SYSTEM, Database, Scope
from qvoice.features.ledgers import queries
from qvoice.features.ledgers.post import INCOME, Line, post, transfer

pytestmark = [pytest.mark.db, pytest.mark.anyio]
Refused = psycopg.errors.CheckViolation
NOW = datetime(2026, 11, 27, 12, tzinfo=UTC)


@pytest.fixture
def tree(database) -> dict[str, Scope]:
    """master → reseller → customer, and a stranger beside the reseller."""
    master = make_account(database, None, "Master")
    reseller = make_account(database, master, "Reseller")
    return {
        "master": master, "reseller": reseller, "customer": make_account(database, reseller, "Customer"),
        "stranger": make_account(database, master, "Stranger"),
    }  # fmt: skip


def call_lines(tree: dict[str, Scope], customer: str = "0.10", reseller: str = "0.04") -> list[Line]:
    """What a call costs at both levels."""
    return [
        *transfer(tree["customer"].account_id, tree["reseller"].account_id, Decimal(customer), ref={"rate": "sold"}),
        *transfer(tree["reseller"].account_id, tree["master"].account_id, Decimal(reseller), ref={"rate": "bought"}),
    ]


async def charge(db: Database, scope: Scope, lines: list[Line], key: str = "call-1") -> str:
    async with db.tx(scope) as s:
        return await post(
            s, key=key, kind="per-minute-voip", at=NOW, lines=lines, ref={"call_id": key, "to": "+1514"}, text="Canada"
        )


async def books(db: Database, scope: Scope) -> dict[str, Decimal]:
    rows = await db.fetch("select book, sum(amount) as amount from ledger_balances group by 1", scope=scope)
    return {row.book: row.amount for row in rows if row.amount}


async def test_C4_each_level_pays_the_one_above_and_the_margins_add_up(db, tree):
    entry = await charge(db, tree["customer"], call_lines(tree))
    assert await books(db, tree["customer"]) == {"balance": Decimal("-0.10")}
    assert await books(db, tree["reseller"]) == {"balance": Decimal("-0.04"), "income": Decimal("0.10")}
    assert await books(db, tree["master"]) == {"income": Decimal("0.04")}
    assert await books(db, tree["stranger"]) == {}
    async with db.tx(tree["customer"]) as s:
        shown = queries.shown(await queries.one(s, entry))
    assert shown["amount"] == -0.1
    assert shown["source"] == {"service": "per-minute-voip", "id": "call-1"}
    assert shown["metadata"]["rate"] == "sold"


async def test_C4_nobody_sees_what_is_not_theirs(db, tree):
    entry = await charge(db, tree["customer"], call_lines(tree))
    for who, lines in (("customer", 1), ("reseller", 2), ("master", 1), ("stranger", 0)):
        async with db.tx(tree[who]) as s:
            rows = (await s.execute(text("select ref ->> 'rate' from ledger_lines"))).scalars().all()
            assert len(rows) == lines
            seen = (await s.execute(text("select count(*) from ledger_entries"))).scalar_one()
            assert seen == (1 if lines else 0)
            # What the reseller pays for the call is none of the customer's business.
            if who == "customer":
                assert rows == ["sold"]
        if not lines:
            with pytest.raises(queries.NotFound):
                async with db.tx(tree[who]) as s:
                    await queries.one(s, entry)


async def test_C4_the_ledger_cannot_be_changed_by_anybody(db, tree, database):
    await charge(db, tree["customer"], call_lines(tree))
    for table in ("ledger_entries", "ledger_lines", "ledger_balances", "balance_holds"):
        for statement in (
            f"update {table} set account_id = account_id",
            f"delete from {table}",
            f"truncate {table} cascade",
            f"insert into {table} (account_id) values (gen_random_uuid())",
        ):
            with pytest.raises(DBAPIError, match="permission denied"):
                async with db.tx(tree["customer"]) as s:
                    await s.execute(text(statement))
    with psycopg.connect(database.admin_url, autocommit=True) as admin:
        for statement in (
            "update ledger_lines set amount = amount * 2", "delete from ledger_entries", "delete from ledger_lines",
            "truncate ledger_entries cascade", "truncate ledger_lines cascade", "truncate ledger_balances",
            "update ledger_entries set text = ''",
        ):  # fmt: skip
            with pytest.raises(psycopg.errors.RestrictViolation, match="append-only"):
                admin.execute(statement)
    assert await books(db, tree["customer"]) == {"balance": Decimal("-0.10")}


async def test_C4_lines_that_do_not_add_up_are_refused(db, tree):
    a, b = tree["customer"].account_id, tree["reseller"].account_id
    for lines in (
        [Line(a, "balance", Decimal("-1")), Line(b, INCOME, Decimal("1.000001"))],
        [Line(a, "balance", Decimal("0"))],
    ):
        with pytest.raises(IntegrityError, match="add up to"):
            await charge(db, tree["customer"], lines)
    assert await books(db, tree["customer"]) == {}
    with pytest.raises(ValueError, match="six places"):
        await charge(db, tree["customer"], transfer(a, b, Decimal("0.0000001")))


async def test_C4_a_line_cannot_be_added_to_an_entry_later(db, tree, database):
    entry = await charge(db, tree["customer"], call_lines(tree))
    with psycopg.connect(database.admin_url, autocommit=True) as admin, pytest.raises(Refused, match="add up"):
        admin.execute(
            "insert into ledger_lines (entry_id, account_id, book, kind, at, amount, ref)"
            " values (%s, %s, 'balance', 'x', now(), 100, '{}')",
            [entry, tree["customer"].account_id],
        )


async def test_C4_a_key_is_posted_once_however_many_try(db, tree):
    entries = await asyncio.gather(*(charge(db, tree["customer"], call_lines(tree)) for _ in range(8)))
    assert len(set(entries)) == 1
    again = await charge(db, tree["customer"], call_lines(tree, customer="5", reseller="1"))
    assert again == entries[0]
    assert await books(db, tree["customer"]) == {"balance": Decimal("-0.10")}


async def test_C4_an_account_books_nothing_for_those_beside_or_above(db, tree):
    above = transfer(tree["reseller"].account_id, tree["master"].account_id, Decimal(1))
    beside = transfer(tree["stranger"].account_id, tree["master"].account_id, Decimal(1))
    across = transfer(tree["customer"].account_id, tree["stranger"].account_id, Decimal(1))
    for scope, lines, why in (
        (tree["customer"], above, "not below yours"), (tree["reseller"], beside, "not below yours"),
        (tree["reseller"], across, "one way down"), (SYSTEM, across, "one way down"),
    ):  # fmt: skip
        with pytest.raises(DBAPIError, match=why):
            await charge(db, scope, lines)
    for scope in (tree["reseller"], tree["master"], SYSTEM):
        await charge(db, scope, above, key=f"fine-{scope.account_id}")


async def test_C4_balances_always_equal_the_sum_of_the_lines(db, tree):
    async def one(number: int) -> None:
        await charge(db, tree["customer"], call_lines(tree, customer=f"0.0{number % 9}1"), key=f"call-{number}")

    await asyncio.gather(*(one(number) for number in range(40)))
    assert await db.fetch("select * from ledger_discrepancies()") == []
    rows = await db.fetch("select count(*) as n from ledger_lines", scope=tree["customer"])
    assert rows[0].n == 40


async def test_C4_pages_of_a_ledger_hold_each_entry_once(db, tree):
    for number in range(7):
        await charge(db, tree["customer"], call_lines(tree), key=f"call-{number}")
    for ascending in (False, True):
        seen, start = [], None
        async with db.tx(tree["customer"]) as s:
            while True:
                rows, start = await queries.page(
                    s, source=None, window=queries.Window(), size=3, ascending=ascending, start=start
                )
                seen += [row.ref["call_id"] for row in rows]
                if start is None:
                    break
                start = queries.Position.read(start.text())
        assert sorted(seen) == [f"call-{number}" for number in range(7)]
        assert seen == sorted(seen, reverse=not ascending)
