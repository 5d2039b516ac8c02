"""Credit notes: never more than the invoice holds, however many are written at once; the books say the same (C6)."""

from __future__ import annotations

import asyncio
import csv
import io
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import psycopg
import pytest
from tests.features.invoices.on_paper import written
from tests.features.services.test_monthly import (
    DECEMBER,
    JANUARY,
    NOVEMBER,
    at,
    balance,
    call,
    run_all,
    scope_of,
)

from qvoice.features.credit_notes import jobs
from qvoice.features.invoices.issue import issue
from qvoice.features.services import api  # noqa: F401  (its clock is set by `at`)

pytestmark = [pytest.mark.db, pytest.mark.anyio]

PLAN = {
    "name": "Retail",
    "plan": {"users": {"_all": {"as": "user", "rate": 30, "taxes": [{"name": "GST", "percentage": 5}]}}},
}


@pytest.fixture
async def invoice(world: Any, monkeypatch: pytest.MonkeyPatch) -> str:
    """November's invoice of the customer: 15.00 for half a month, 0.75 of tax, and calls for 4.00."""
    at(monkeypatch, datetime(2026, 11, 16, 12, tzinfo=UTC))
    plan = await world.reseller.put("accounts/{A}/service_plans", PLAN)
    url = f"accounts/{world.customer.account_id}/services"
    await world.reseller.post(url, {"add": [plan["id"]]}, envelope={"accept_charges": True})
    await call(world, "1.5", "call-1", datetime(2026, 11, 20, tzinfo=UTC))
    await call(world, "2.5", "call-2", datetime(2026, 11, 21, tzinfo=UTC))
    async with world.db.tx(scope_of(world)) as s:
        made = await issue(s, NOVEMBER, datetime(2026, 12, 1, tzinfo=UTC))
    assert made
    return made


def notes_of(world: Any, invoice: str) -> str:
    return f"accounts/{world.customer.account_id}/invoices/{invoice}/credit_notes"


async def books(world: Any) -> dict[str, Decimal]:
    """The reseller's books."""
    rows = await world.db.fetch(
        "select book, sum(amount) as amount from ledger_lines group by 1", scope=scope_of(world, world.reseller)
    )
    return {row.book: row.amount for row in rows}


async def test_C6_a_line_an_amount_and_the_rest_are_given_back_and_the_books_follow(
    world: Any, invoice: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    shown = await world.reseller.get(f"accounts/{world.customer.account_id}/invoices/{invoice}")
    assert (shown["charges"], shown["creditable"], shown["credited"]) == (-19.75, 19.75, 0)
    kinds = {line["text"]: place for place, line in enumerate(shown["lines"])}
    first = await world.reseller.put(notes_of(world, invoice), {
        "reason": "Bad line to Canada", "lines": [{"line": kinds["Canada"], "amount": "1.25"}],
    })  # fmt: skip
    assert (first["number"], first["invoice_number"], first["amount"]) == (1, 1, 1.25)
    assert [(line["text"], Decimal(line["amount"])) for line in first["lines"]] == [("Canada", Decimal("1.25"))]
    # An amount is taken from all lines by what they hold, the tax too: 3.70 of 18.50, a fifth.
    second = await world.reseller.put(notes_of(world, invoice), {"reason": "Goodwill", "amount": "3.70"})
    assert {line["text"]: float(line["amount"]) for line in second["lines"]} == {"": 3.55, "GST": 0.15}
    assert await books(world) == {"income": Decimal("14.20"), "taxes": Decimal("0.60")}
    assert await balance(world) == Decimal("-14.80")
    shown = await world.customer.get(f"accounts/{{A}}/invoices/{invoice}")
    assert [note["number"] for note in shown["credit_notes"]] == [1, 2]
    assert (shown["credited"], shown["creditable"], shown["closing"]) == (4.95, 14.8, -19.75)
    last = await world.reseller.put(notes_of(world, invoice), {"reason": "Contract ended", "whole": True})
    assert last["amount"] == 14.8
    assert await books(world) == {"income": 0, "taxes": 0}
    assert await balance(world) == 0
    more = await world.reseller.call("PUT", notes_of(world, invoice), {"reason": "Again", "amount": "0.01"})
    assert (more.status_code, "given back already" in more.text) == (400, True)
    assert (await world.db.fetch("select * from ledger_discrepancies()")) == []
    # They stand on the next invoice: all invoices together are the ledger, and these are no charges to give back.
    async with world.db.tx(scope_of(world)) as s:
        following = await issue(s, DECEMBER, datetime(2027, 2, 1, tzinfo=UTC))
    shown = await world.customer.get(f"accounts/{{A}}/invoices/{following}")
    assert (shown["opening"], shown["closing"], shown["creditable"]) == (-19.75, 0, 0)
    assert {line["kind"] for line in shown["lines"]} == {"credit-note"}
    (sent,) = [row for row in await world.reseller.get("accounts/{A}/descendants/invoices") if row["number"] == 1]
    assert sent["credited"] == 19.75


async def test_C6_twenty_notes_at_once_give_back_no_more_than_there_is_without_a_gap_in_numbers(
    world: Any, invoice: str, database: Any
) -> None:
    url = notes_of(world, invoice)
    wanted = [{"reason": "Race", "amount": "3"} for _ in range(12)]
    wanted += [{"reason": "Race", "whole": True} for _ in range(4)]
    wanted += [{"reason": "Race", "amount": "2", "key": "once"} for _ in range(4)]
    answers = await asyncio.gather(*(world.reseller.call("PUT", url, one) for one in wanted))
    assert {answer.status_code for answer in answers} <= {201, 400}
    notes = await world.customer.get("accounts/{A}/credit_notes")
    assert sum(Decimal(str(note["amount"])) for note in notes) == Decimal("19.75")
    assert sorted(note["number"] for note in notes) == list(range(1, len(notes) + 1))
    assert len({answer.json()["data"]["id"] for answer in answers[16:] if answer.status_code == 201}) <= 1
    assert await balance(world) == 0
    assert await books(world) == {"income": 0, "taxes": 0}
    assert (await world.db.fetch("select * from ledger_discrepancies()")) == []
    # What code would let pass, the database refuses, whoever asks: another note of the same entry, then a change.
    with psycopg.connect(database.admin_url) as connection:
        for statement, wrong in (
            ("insert into credit_notes select gen_random_uuid(), account_id, provider_id, invoice_id, number + 1000,"
             " issued, currency, amount, entry_id, null, parts, doc, label || '-2', day from credit_notes limit 1",
             "holds"),
            ("update credit_notes set amount = amount / 2", "holds"),
        ):  # fmt: skip
            with pytest.raises(psycopg.errors.CheckViolation, match=wrong), connection.transaction():
                connection.execute(statement.encode())


async def test_C6_only_who_sent_the_invoice_gives_back_and_strangers_see_nothing(world: Any, invoice: str) -> None:
    url, body = notes_of(world, invoice), {"reason": "Mine", "whole": True}
    assert (await world.customer.call("PUT", url, body)).status_code == 403
    assert (await world.stranger.call("PUT", url, body)).status_code == 403
    other = f"accounts/{world.reseller.account_id}/invoices/{invoice}/credit_notes"
    assert (await world.master.call("PUT", other, body)).status_code == 404
    for wrong, field in (({"whole": True}, "reason"), ({"reason": " ", "whole": True}, "reason"),
                         ({"reason": "x"}, "amount"), ({"reason": "x", "amount": "20"}, "amount")):  # fmt: skip
        answer = await world.reseller.call("PUT", url, wrong)
        assert (answer.status_code, list(answer.json()["data"])) == (400, [field])
    note = await world.reseller.put(url, body)
    path = f"accounts/{world.customer.account_id}/credit_notes/{note['id']}"
    for way in (path, f"{path}/pdf"):
        assert (await world.stranger.call("GET", way)).status_code == 403
        mine = way.replace(world.customer.account_id, world.stranger.account_id)
        assert (await world.stranger.call("GET", mine)).status_code == 404
    audit = await world.customer.get("accounts/{A}/audit?filter_method=PUT")
    assert any(row["path"].endswith(f"/invoices/{invoice}/credit_notes") and row["status"] == 201 for row in audit)
    # An account that has moved away owes its old provider nothing that this could give back.
    await world.master.post(
        f"accounts/{world.customer.account_id}/move", {"to": world.master.account_id, "plans": []}
    )
    moved = await world.master.call("PUT", url, {"reason": "Late", "amount": "1"})
    assert moved.status_code in (400, 409), moved.text


async def test_C6_a_note_is_mailed_once_and_its_pdf_and_table_say_what_it_gives_back(
    world: Any, db: Any, invoice: str, mailbox: Any, jobs_worker: Any
) -> None:
    account = f"accounts/{world.customer.account_id}"
    words = {"language": "fr-ca", "notifications": {"invoice": {"to": {"email_addresses": ["ap@customer.example"]}}}}
    await world.reseller.patch(account, words)
    mailbox.got.clear()
    note = await world.reseller.put(notes_of(world, invoice), {"reason": "Panne (3 jours)", "amount": "5"})
    for _ in range(200):
        if any("crédit" in mail["subject"] for mail in mailbox.got):
            break
        await asyncio.sleep(0.05)
    scope = scope_of(world)
    for _ in range(2):  # a job may run again
        await jobs.mail(db, None, account_id=scope.account_id, path=scope.path, note_id=note["id"])  # pyright: ignore[reportArgumentType]
    [mail] = [mail for mail in mailbox.got if "crédit" in mail["subject"]]
    assert (mail["to"], mail["subject"]) == ("ap@customer.example", "Note de crédit 1 de customer")
    [part] = [part for part in mail.walk() if part.get_filename()]
    assert part.get_filename() == "credit-note-1.pdf"
    on_paper = written(part.get_payload(decode=True))
    assert {"Note de crédit 1", "reseller", "customer", "Partie de la facture", "GST", "5,00"} <= on_paper
    table = await world.customer.call("GET", f"accounts/{{A}}/credit_notes/{note['id']}?accept=text/csv")
    rows = list(csv.DictReader(io.StringIO(table.text)))
    assert sum(Decimal(row["amount"]) for row in rows) == 5
    paper = await world.customer.call("GET", f"accounts/{{A}}/credit_notes/{note['id']}/pdf")
    assert paper.headers["content-type"] == "application/pdf"


async def test_C6_notes_and_monthly_runs_at_once_do_not_stand_in_each_others_way(world: Any, invoice: str) -> None:
    url = notes_of(world, invoice)
    wanted = [world.reseller.call("PUT", url, {"reason": "Race", "amount": "0.5"}) for _ in range(10)]
    _, answers = await asyncio.gather(run_all(world, DECEMBER), asyncio.gather(*wanted))
    assert {answer.status_code for answer in answers} == {201}
    await run_all(world, JANUARY)
    rows = await world.db.fetch(
        "select (select sum(closing - opening) from invoices) + coalesce(sum(l.amount), 0) as owed from ledger_lines l"
        " where l.book = 'balance' and not exists (select from invoice_lines i where i.line_id = l.id)",
        scope=scope_of(world),
    )
    assert rows[0].owed == await balance(world)
    assert (await world.db.fetch("select * from ledger_discrepancies()")) == []
