"""The monthly run: everybody is charged once, whatever breaks off; invoices equal the ledger (C1, C6)."""

from __future__ import annotations

import asyncio
import csv
import io
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from sqlalchemy import text
from tests.features.invoices.on_paper import written

from qvoice.db import SYSTEM, Scope
from qvoice.db.queue import run_worker, worker_app
from qvoice.features.invoices import jobs as invoice_jobs
from qvoice.features.invoices.issue import issue
from qvoice.features.ledgers import queries
from qvoice.features.ledgers.post import PAYMENTS, post, transfer
from qvoice.features.services import api, jobs, month_batch, monthly, watch

pytestmark = [pytest.mark.db, pytest.mark.anyio]

PLAN = {
    "name": "Retail",
    "plan": {
        "users": {"_all": {"name": "Seat", "as": "user", "rate": 30, "taxes": [{"name": "GST", "percentage": 5}]}},
        "devices": {"_all": {"name": "Phone", "rate": 3}},
        "ledgers": {"per-minute-voip": {"name": "Surcharge", "rate": 10, "markup_type": "percentage"}},
    },
}
NOVEMBER, DECEMBER, JANUARY = date(2026, 11, 1), date(2026, 12, 1), date(2027, 1, 1)


def scope_of(world, who=None) -> Scope:
    who = who or world.customer
    way = [world.master, world.reseller] + ([world.customer] if who is world.customer else [])
    return Scope(who.account_id, ".".join(step.account_id for step in way))


async def balance(world, who=None) -> Decimal:
    who = who or world.customer
    return Decimal(str((await who.get("accounts/{A}/ledgers/total"))["amount"]))


def at(monkeypatch, moment: datetime) -> None:
    for module in (watch, monthly, api):
        monkeypatch.setattr(module, "utcnow", lambda: moment)


async def run_all(world, first: date) -> None:
    """Do all batches of a run, as the queue would."""
    async with world.db.tx(SYSTEM) as s:
        await s.execute(text("insert into billing_runs (period, state, total) values (:p, 'running', 0)"), {"p": first})
    await follow(world, first)


async def follow(world, first: date) -> None:
    while True:
        [row] = await world.db.fetch("select state, cursor from billing_runs where period = :p", {"p": first})
        if row.state == "done":
            return
        await monthly.run(world.db, None, period=first.isoformat(), after=row.cursor and row.cursor.hex)


@pytest.fixture
async def world(world, monkeypatch):
    """A plan given to the customer (one user) on 16 November: half of the month is left."""
    at(monkeypatch, datetime(2026, 11, 16, 12, tzinfo=UTC))
    made = await world.reseller.put("accounts/{A}/service_plans", PLAN)
    url = f"accounts/{world.customer.account_id}/services"
    await world.reseller.post(url, {"add": [made["id"]]}, envelope={"accept_charges": True})
    return world


async def call(world, cost: str, key: str, moment: datetime) -> None:
    async with world.db.tx(scope_of(world)) as s:
        await post(
            s, key=key, kind="per-minute-voip", at=moment, text="Canada",
            lines=transfer(world.customer.account_id, world.reseller.account_id, Decimal(cost)),
            ref={"call_id": key, "quantity": 60, "unit": "sec"},
        )  # fmt: skip


async def test_C1_a_month_is_charged_once_for_what_was_there_when_it_began(world, monkeypatch):
    assert await balance(world) == Decimal("-15.75")  # half of 30, and 5 % tax
    await run_all(world, NOVEMBER)
    assert await balance(world) == Decimal("-15.75")  # what came in November was charged as it came
    at(monkeypatch, datetime(2026, 12, 1, 6, tzinfo=UTC))  # December, an hour old in the master's zone
    await world.customer.put("accounts/{A}/devices", {"name": "Early"}, envelope={"accept_charges": True})
    assert await balance(world) == Decimal("-18.75")  # the whole of December
    await run_all(world, DECEMBER)
    assert await balance(world) == Decimal("-50.25")  # the seat and its tax; not the phone again
    for _ in range(2):
        async with world.db.tx(scope_of(world)) as s:
            await monthly.visit(s, DECEMBER)
    assert await balance(world) == Decimal("-50.25")
    assert await world.db.fetch("select * from ledger_discrepancies()") == []


async def test_C1_the_worker_carries_a_run_from_batch_to_batch(world, database, monkeypatch):
    monkeypatch.setattr(monthly, "BATCH", 1)
    async with world.db.tx(SYSTEM) as s:
        await monthly.start(s, datetime(2026, 12, 1, 6, tzinfo=UTC))
    app = worker_app(database.app_url, jobs.TASKS, world.db, None)
    working = asyncio.create_task(run_worker(app))
    for _ in range(300):
        [row] = await world.db.fetch("select state, done from billing_runs")
        if row.state == "done":
            break
        await asyncio.sleep(0.1)
    working.cancel()
    await asyncio.gather(working, return_exceptions=True)
    assert (row.state, row.done) == ("done", 1)
    assert await balance(world) == Decimal("-47.25")


async def test_C1_other_charges_are_marked_up(world):
    await call(world, "10", "call-1", datetime(2026, 11, 20, tzinfo=UTC))
    before = await balance(world)
    async with world.db.tx(scope_of(world)) as s:
        await monthly.visit(s, DECEMBER)
    assert before - await balance(world) == Decimal("32.5")  # the seat, its tax, and a tenth of the calls


async def test_C1_many_accounts_at_once_are_charged_as_each_by_itself(world, monkeypatch):
    plain = {"name": "Plain", "plan": {key: PLAN["plan"][key] for key in ("users", "devices")}}
    below = {"name": "Below", "plan": {"users": {"_all": {"rate": 7, "cascade": True}}}}
    made = [(await world.reseller.put("accounts/{A}/service_plans", plan))["id"] for plan in (plain, below)]
    others = [await world.account(world.reseller, f"other{n}") for n in range(4)]
    special = {"users": {"_all": {"rate": 24}}}
    for who, body in zip(
        others,
        ({"add": [made[0]]}, {"add": [made[0]], "overrides": special}, {"add": made[:1]}, {"add": made[1:]}),
        strict=True,
    ):
        url = f"accounts/{who.account_id}/services"
        await world.reseller.post(url, body, envelope={"accept_charges": True})
    at(monkeypatch, datetime(2026, 12, 1, 6, tzinfo=UTC))  # an hour old
    await others[2].put("accounts/{A}/devices", {"name": "Early"}, envelope={"accept_charges": True})
    scopes = [Scope(who.account_id, scope_of(world, world.reseller).path + "." + who.account_id) for who in others]
    alone = {}
    for who, scope in zip(others, scopes, strict=True):
        async with world.db.tx(scope) as s:
            undone = await s.begin_nested()
            await monthly.visit(s, DECEMBER)
            alone[who.account_id] = (await queries.balance(s)).amount
            await undone.rollback()

    async def one_by_one(s, first):
        seen.append(s.info["scope"].account_id)
        await visit(s, first)

    visit, seen = monthly.visit, []
    monkeypatch.setattr(monthly, "visit", one_by_one)
    await run_all(world, DECEMBER)
    assert set(seen) == {world.customer.account_id, others[3].account_id}, "surcharges and trees are looked at singly"
    assert {who.account_id: await balance(world, who) for who in others} == alone
    assert len({str(amount) for amount in alone.values()}) == 4
    invoices = [await who.get("accounts/{A}/invoices") for who in others]
    assert [len(found) for found in invoices] == [1, 1, 1, 1], "November's, of what came in its middle"

    # One account cannot be charged: the others of its batch are, and it is told.
    real = month_batch.bill

    def broken(level, *arguments):
        if level.account_id == others[0].account_id:
            raise RuntimeError("this one's plan is spoilt")
        return real(level, *arguments)

    monkeypatch.setattr(month_batch, "bill", broken)
    monkeypatch.setattr(monthly, "bill", broken)
    await run_all(world, JANUARY)
    [failure] = await world.db.fetch("select failed_account, problem from billing_failures")
    assert (failure.failed_account.hex, "spoilt" in failure.problem) == (others[0].account_id, True)
    assert await balance(world, others[0]) == alone[others[0].account_id]
    for who in others[1:]:
        assert await balance(world, who) < alone[who.account_id]
    assert await world.db.fetch("select * from ledger_discrepancies()") == []


async def test_C1_a_run_broken_off_anywhere_goes_on_and_charges_nobody_twice(world, monkeypatch):
    others = [await world.account(world.reseller, f"other{n}") for n in range(5)]
    made = await world.reseller.put("accounts/{A}/service_plans", PLAN)
    for who in others:
        await world.reseller.post(
            f"accounts/{who.account_id}/services", {"add": [made["id"]]}, envelope={"accept_charges": True}
        )
    monkeypatch.setattr(monthly, "BATCH", 2)
    at(monkeypatch, datetime(2026, 12, 1, 6, tzinfo=UTC))
    real, seen = monthly.visit, []

    async def dying(s, first):
        seen.append(s.info["scope"].account_id)
        number = len(seen)
        await real(s, first)
        if number in (2, 4):
            raise RuntimeError("the worker is gone")

    monkeypatch.setattr(monthly, "visit", dying)
    async with world.db.tx(SYSTEM) as s:
        assert await monthly.start(s, datetime(2026, 12, 1, 6, tzinfo=UTC)) == DECEMBER
        assert await monthly.start(s, datetime(2026, 12, 1, 7, tzinfo=UTC)) is None
    # a batch that ran and was not written down runs again
    await monthly.run(world.db, None, period="2026-12-01", after=None)
    await monthly.run(world.db, None, period="2026-12-01", after=None)
    await follow(world, DECEMBER)
    [shown] = await world.master.get("accounts/{A}/billing_runs")
    assert (shown["state"], shown["total"], shown["done"] + shown["failed"]) == ("done", 6, 6)
    assert shown["failed"] == 1
    assert "the worker is gone" in shown["failures"][0]["problem"]
    assert (await world.reseller.call("GET", "accounts/{A}/billing_runs")).status_code == 403
    monkeypatch.setattr(monthly, "visit", real)
    at(monkeypatch, datetime(2026, 12, 2, 6, tzinfo=UTC))
    await world.master.put("accounts/{A}/billing_runs", {})
    await follow(world, DECEMBER)
    for who in [world.customer, *others]:
        assert await balance(world, who) == Decimal("-47.25"), who.realm
    [shown] = await world.master.get("accounts/{A}/billing_runs")
    assert (shown["failed"], shown["done"]) == (0, 6)


async def test_C6_invoices_equal_the_ledger_to_the_cent(world):
    await call(world, "0.0125", "call-1", datetime(2026, 11, 20, tzinfo=UTC))
    await call(world, "0.037501", "call-2", datetime(2026, 11, 21, tzinfo=UTC))
    async with world.db.tx(scope_of(world)) as s:
        await post(
            s, key="paid", kind="payments", at=datetime(2026, 11, 25, tzinfo=UTC), text="Card",
            lines=transfer(world.customer.account_id, world.reseller.account_id, Decimal(-20), book=PAYMENTS),
        )  # fmt: skip
    await run_all(world, DECEMBER)
    # a call of November that was posted late is on the next invoice
    await call(world, "0.25", "call-3", datetime(2026, 11, 30, 23, tzinfo=UTC))
    await run_all(world, JANUARY)
    listed = await world.customer.get("accounts/{A}/invoices")
    assert [row["period"]["start"] for row in listed] == ["2026-12-01", "2026-11-01"]
    assert sorted(row["number"] for row in listed) == [1, 2]
    november = await world.customer.get(f"accounts/{{A}}/invoices/{listed[1]['id']}")
    assert (november["opening"], november["charges"], november["credits"]) == (0, -15.800001, 20)
    assert november["closing"] == 4.199999
    december = await world.customer.get(f"accounts/{{A}}/invoices/{listed[0]['id']}")
    assert december["opening"] == november["closing"]
    lines = {line["text"]: line["amount"] for line in december["lines"]}
    assert lines["Canada"] == "-0.250000"
    rows = await world.db.fetch(
        "select sum(amount) as amount from ledger_lines where book = 'balance' and at < '2027-01-01 05:00Z'",
        scope=scope_of(world),
    )
    assert Decimal(str(december["closing"])) == rows[0].amount
    table = await world.customer.call("GET", f"accounts/{{A}}/invoices/{listed[1]['id']}?accept=text/csv")
    amounts = [Decimal(row["amount"].lstrip("'")) for row in csv.DictReader(io.StringIO(table.text))]
    assert sum(amounts) == Decimal("4.199999")
    paper = await world.customer.call("GET", f"accounts/{{A}}/invoices/{listed[1]['id']}/pdf")
    assert paper.headers["content-type"] == "application/pdf"
    words = written(paper.content)
    assert {"Invoice 1", "reseller", "customer", "Canada: 2 calls, 2.0 min", "-0.050001", "20.00", "4.199999"} <= words
    assert (await world.stranger.call("GET", f"accounts/{world.customer.account_id}/invoices")).status_code == 403
    issued = await world.reseller.get("accounts/{A}/descendants/invoices")
    assert [(row["number"], row["account_name"], row["closing"]) for row in issued] == [
        (row["number"], "customer", row["closing"]) for row in sorted(listed, key=lambda row: -row["number"])
    ]
    for other in (world.master, world.stranger, world.customer):
        assert await other.get("accounts/{A}/descendants/invoices") == []


async def test_C6_what_the_next_invoice_says_so_far_can_be_read_and_makes_none(world):
    assert await world.stranger.get("accounts/{A}/invoices/preview") == {}
    before = await world.customer.get("accounts/{A}/invoices/preview")
    await call(world, "0.0125", "call-1", datetime.now(UTC) - timedelta(days=1))
    found = await world.customer.get("accounts/{A}/invoices/preview")
    assert found["closing"] == found["charges"] == before["charges"] - 0.0125
    assert next(line for line in found["lines"] if line not in before["lines"])["amount"] == "-0.012500"
    assert await world.customer.get("accounts/{A}/invoices") == []


async def test_C6_an_account_has_one_invoice_a_month_and_none_for_nothing(world):
    async with world.db.tx(scope_of(world)) as s:
        first = await issue(s, NOVEMBER, datetime(2026, 12, 1, tzinfo=UTC))
        assert first
        assert await issue(s, NOVEMBER, datetime(2026, 12, 1, tzinfo=UTC)) is None
        assert await issue(s, DECEMBER, datetime(2027, 1, 1, tzinfo=UTC)) is None
    with pytest.raises(Exception, match="permission denied"):
        async with world.db.tx(scope_of(world)) as s:
            await s.execute(text("update invoices set closing = 0"))


async def test_C6_an_invoice_is_mailed_once_with_its_pdf_in_the_accounts_language(world, db, mailbox, jobs_worker):
    account = f"accounts/{world.customer.account_id}"
    words = {"language": "fr-ca", "notifications": {"invoice": {"to": {"email_addresses": ["ap@customer.example"]}}}}
    await world.reseller.patch(account, words)
    scope = scope_of(world)
    async with world.db.tx(scope) as s:
        invoice = await issue(s, NOVEMBER, datetime(2026, 12, 1, tzinfo=UTC))
    for _ in range(200):
        if mailbox.got:
            break
        await asyncio.sleep(0.05)
    for _ in range(2):  # a job may run again
        await invoice_jobs.mail(db, None, account_id=scope.account_id, path=scope.path, invoice_id=invoice)
    [mail] = mailbox.got
    assert (mail["to"], mail["subject"]) == ("ap@customer.example", "Facture 1 de customer")
    [part] = [part for part in mail.walk() if part.get_filename()]
    assert (part.get_filename(), part.get_content_type()) == ("invoice-1.pdf", "application/pdf")
    assert {"Facture 1", "reseller", "customer"} <= written(part.get_payload(decode=True))
    mails = await world.customer.get("accounts/{A}/mails")
    assert [one["kind"] for one in mails] == ["invoice"]
