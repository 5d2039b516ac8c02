"""The month's invoices of many accounts at once are what each by itself would be, whatever breaks off (C6)."""

from __future__ import annotations

import asyncio
import multiprocessing
import os
import signal
from datetime import UTC, datetime
from decimal import Decimal
from io import BytesIO
from typing import Any

import pytest
from PIL import Image
from sqlalchemy import text
from tests.features.invoices.on_paper import written
from tests.features.services.test_monthly import DECEMBER, NOVEMBER, at, call, run_all, scope_of

from qvoice.db import SYSTEM, Database, Scope
from qvoice.features.invoices import issue_many
from qvoice.features.invoices.issue import issue
from qvoice.features.ledgers.post import PAYMENTS, post, transfer
from qvoice.features.services import monthly

pytestmark = [pytest.mark.db, pytest.mark.anyio]
ENDS = datetime(2026, 12, 1, 5, tzinfo=UTC)
"""The end of November where the master is."""
BUNDLE = {
    "name": "Minutes", "plan": {"users": {"_all": {"as": "user", "rate": 10}}},
    "bundles": {"local": {"name": "Local", "seconds": 6000, "classes": ["did_us"]}},
}  # fmt: skip


async def shop(world: Any, count: int = 4) -> list[Scope]:
    """Accounts below the reseller, all different: calls, a payment, a bundle, nothing but zeros, nothing at all."""
    plan = (await world.reseller.put("accounts/{A}/service_plans", BUNDLE))["id"]
    above = scope_of(world, world.reseller)
    scopes = []
    for number in range(count):
        who = await world.account(world.reseller, f"shop{number}")
        scope = Scope(who.account_id, f"{above.path}.{who.account_id}")
        scopes.append(scope)
        if number == count - 1:
            continue
        async with world.db.tx(scope) as s:
            for kind, amount, book in (("per-minute-voip", "0.000123", "income"), ("payments", "-20", PAYMENTS)):
                spent = Decimal(amount) * (number if number < count - 2 else 0)
                await post(
                    s, key=f"{kind}-{number}", kind=kind, at=datetime(2026, 11, 7, tzinfo=UTC), text="",
                    lines=transfer(who.account_id, world.reseller.account_id, spent, book=book),
                    ref={"quantity": 61, "unit": "sec"},
                )  # fmt: skip
        if number == 1:
            await world.reseller.patch(f"accounts/{who.account_id}", {"language": "fr-ca", "timezone": "Asia/Tokyo"})
            url = f"accounts/{who.account_id}/services"
            await world.reseller.post(url, {"add": [plan]}, envelope={"accept_charges": True})
    return scopes


def logo(colour: bytes) -> bytes:
    """A picture of one colour."""
    file = BytesIO()
    Image.new("RGB", (7, 5), tuple(colour)).save(file, "PNG")
    return file.getvalue()


COLUMNS = "account_id, provider_id, day, month, key, period_start, period_end, currency, opening, closing, doc"


async def invoices(s: Any) -> list[Any]:
    return [tuple(row) for row in await s.execute(text(f"select {COLUMNS} from invoices order by number"))]


async def test_C6_invoices_of_many_say_what_each_by_itself_says(world: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    at(monkeypatch, datetime(2026, 11, 16, 12, tzinfo=UTC))
    scopes = await shop(world)
    alone = {}
    for scope in scopes:
        async with world.db.tx(scope) as s:
            undone = await s.begin_nested()
            await issue(s, NOVEMBER, ENDS)
            alone[scope.account_id] = await invoices(s)
            await undone.rollback()
    assert [len(found) for found in alone.values()] == [0, 1, 0, 0], "nothing, or nothing but zeros, is no invoice"
    # As many accounts as fit into so many lines, one at least.
    monkeypatch.setattr(issue_many, "MOST_LINES", 1)
    left, turns = scopes, 0
    while left:
        async with world.db.tx(SYSTEM) as s:
            left = await issue_many.issue_many(s, left, NOVEMBER, ENDS)
        turns += 1
    assert turns <= 2
    async with world.db.tx(SYSTEM) as s:
        assert await issue_many.issue_many(s, scopes, NOVEMBER, ENDS) == []
    for scope in scopes:
        async with world.db.tx(scope) as s:
            assert await invoices(s) == alone[scope.account_id]
    [[*_, doc]] = alone[scopes[1].account_id]
    assert (doc["language"], doc["bundles"][0]["name"]) == ("fr-ca", "Local")
    assert [line["text"] for line in doc["lines"]] == ["Paiement", "Utilisateurs (utilisateur) +1", "Appels"]


async def test_C6_only_the_monthly_run_issues_for_many(world: Any) -> None:
    [scope, *_] = await shop(world, 2)
    wrong = (
        f"select * from billing_numbers(array['{scope.account_id}'::uuid])",
        "select billing_issue('[]')",
        "select paper_logo_kept(null)",
        "insert into paper_logos (account_id, hash, kind, data)"
        f" values ('{world.reseller.account_id}', 'x', 'image/png', '')",
        "update invoices set closing = 0",
        "delete from invoice_lines",
        "update paper_logos set kind = 'x'",
    )
    for statement in wrong:
        with pytest.raises(Exception, match=r"only the monthly run|permission denied|violates row-level security"):
            async with world.db.tx(scope) as s:
                await s.execute(text(statement))
    async with world.db.tx(scope) as s:
        heads = text("select * from billing_heads(array[cast(:id as uuid)], '2026-11-01', now(), '2020-01-01', 9)")
        assert (await s.execute(heads, {"id": scope.account_id})).all() == []
        lines = text("select * from billing_lines(array[cast(:id as uuid)], now(), '2020-01-01')")
        assert (await s.execute(lines, {"id": scope.account_id})).all() == []


def dies(url: str, period: str) -> None:
    """What the process does that is killed: the run, up to the first invoices that are not committed yet."""

    async def go() -> None:
        real, seen = issue_many.defer_many, []

        async def killed(*arguments: Any, **named: Any) -> None:
            await real(*arguments, **named)
            seen.append(1)
            if len(seen) == 2:
                os.kill(os.getpid(), signal.SIGKILL)

        issue_many.defer_many = killed
        monthly.TOGETHER = 2
        monthly.AT_ONCE = 1
        await monthly.run(Database(url), None, period=period, after=None)  # pyright: ignore[reportArgumentType]

    asyncio.run(go())


async def test_C6_a_worker_killed_among_the_invoices_leaves_each_account_one_and_no_gap(
    world: Any, database: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    others = [await world.account(world.reseller, f"other{n}") for n in range(6)]
    above = scope_of(world, world.reseller)
    scopes = [Scope(who.account_id, f"{above.path}.{who.account_id}") for who in others]
    for number, scope in enumerate(scopes):
        async with world.db.tx(scope) as s:
            await post(
                s, key=f"c{number}", kind="per-minute-voip", at=datetime(2026, 11, 7, tzinfo=UTC), text="Canada",
                lines=transfer(scope.account_id, world.reseller.account_id, Decimal(f"1.00000{number}")),
            )  # fmt: skip
    async with world.db.tx(SYSTEM) as s:
        await s.execute(
            text("insert into billing_runs (period, state, total) values (:p, 'running', 6)"), {"p": DECEMBER}
        )
    context = multiprocessing.get_context("spawn")
    process = context.Process(target=dies, args=(database.app_url, DECEMBER.isoformat()), daemon=True)
    process.start()
    await asyncio.to_thread(process.join, 60)
    assert process.exitcode == -signal.SIGKILL
    issued = await world.reseller.get("accounts/{A}/descendants/invoices")
    assert len(issued) == 2, "what was committed before it died"
    await monthly.run(world.db, None, period=DECEMBER.isoformat(), after=None)  # pyright: ignore[reportArgumentType]
    issued = await world.reseller.get("accounts/{A}/descendants/invoices")
    assert sorted(row["number"] for row in issued) == list(range(1, 7))
    assert {row["account_id"] for row in issued} == {scope.account_id for scope in scopes}
    for scope in scopes:
        rows = await world.db.fetch(
            "select (select sum(closing - opening) from invoices) as billed,"
            " (select sum(amount) from ledger_lines where book = 'balance') as held,"
            " (select count(*) from invoice_lines) as lines",
            scope=scope,
        )
        assert (rows[0].billed, rows[0].lines) == (rows[0].held, 1)
    mails = await world.db.fetch(
        "select count(*) as n, count(distinct args ->> 'invoice_id') as different from procrastinate_jobs"
        " where task_name = 'invoices.mail'"
    )
    assert (mails[0].n, mails[0].different) == (6, 6)
    assert await world.db.fetch("select * from ledger_discrepancies()") == []


async def test_C6_one_invoice_that_cannot_be_made_stops_no_other(world: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    scopes = await shop(world, 5)
    await call(world, "1", "call-1", datetime(2026, 11, 20, tzinfo=UTC))
    real = issue_many.written

    def spoilt(account_id: str, *arguments: Any, **named: Any) -> Any:
        if account_id == scopes[1].account_id:
            raise RuntimeError("spoilt")
        return real(account_id, *arguments, **named)

    monkeypatch.setattr(issue_many, "written", spoilt)
    await run_all(world, DECEMBER)
    issued = await world.reseller.get("accounts/{A}/descendants/invoices")
    assert sorted(row["number"] for row in issued) == [1, 2, 3], "the one was made by itself"


async def test_C6_a_paper_stays_as_it_was_whatever_the_brand_and_the_account_become(world: Any) -> None:
    who, account = f"accounts/{world.reseller.account_id}", f"accounts/{world.customer.account_id}"
    brand = f"{who}/whitelabel"
    await world.reseller.post(brand, {"domain": "papers.example", "company_name": "Old"})
    sent = {"headers": {"content-type": "image/png"}}
    assert (
        await world.reseller.call("POST", f"{brand}/logo", content=logo(b"\xff\x00\x00"), **sent)
    ).status_code == 200
    await call(world, "5", "call-1", datetime(2026, 11, 20, tzinfo=UTC))
    made = await world.reseller.put(f"{account}/invoices", {})
    note = await world.reseller.put(f"{account}/invoices/{made['id']}/credit_notes", {"reason": "Gift", "amount": "1"})
    places = [f"{account}/invoices/{made['id']}", f"{account}/credit_notes/{note['id']}"]
    before = [(await world.customer.call("GET", f"{place}/pdf")).content for place in places]
    assert all(b"/Subtype /Image" in pdf for pdf in before)
    tables = [(await world.customer.call("GET", f"{place}?accept=text/csv")).text for place in places]
    assert (
        await world.reseller.call("POST", f"{brand}/logo", content=logo(b"\x00\x00\xff"), **sent)
    ).status_code == 200
    await world.reseller.patch(account, {"language": "fr-ca", "name": "Renamed"})
    await world.reseller.patch(who, {"name": "Sold"})
    for what, change in (("changed", None), ("gone", ("DELETE", brand))):
        if change:
            assert (await world.reseller.call(*change)).status_code == 200
        assert [(await world.customer.call("GET", f"{place}/pdf")).content for place in places] == before, what
        assert [(await world.customer.call("GET", f"{place}?accept=text/csv")).text for place in places] == tables
    await call(world, "6", "call-2", datetime(2026, 11, 21, tzinfo=UTC))
    after = await world.reseller.put(f"{account}/invoices", {})
    pdf = (await world.customer.call("GET", f"{account}/invoices/{after['id']}/pdf")).content
    assert b"/Subtype /Image" not in pdf
    assert f"Facture {after['label']}" in written(pdf)
