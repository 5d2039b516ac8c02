"""Who issues invoices, and their numbers: no gap and none twice, whoever is busy at once (C6)."""

from __future__ import annotations

import asyncio
import contextlib
import csv
import io
import random
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import psycopg
import pytest
from tests.features.invoices.on_paper import written
from tests.features.services.test_monthly import DECEMBER, NOVEMBER

from qvoice.db import Scope
from qvoice.features.invoices.issue import issue
from qvoice.features.ledgers.post import post, transfer
from qvoice.kit.clock import utcnow

pytestmark = [pytest.mark.db, pytest.mark.anyio]
SETTINGS = "accounts/{A}/invoice_settings"
ISSUER = {
    "name": "Télécom (Ottawa) \\ Inc.", "address": "1 Rue Élgin\nOttawa", "email": "billing@reseller.example",
    "tax_numbers": [{"name": "GST", "number": "123456789 RT0001"}], "phone": "+1 613 555 0100",
    "due_days": 30, "terms": "Net 30) Tj ET (x", "footer": "Thank you",
    "invoices": {"prefix": "INV-", "pattern": "{prefix}{year}/{number}", "width": 4},
    "credit_notes": {"prefix": "CN", "width": 3, "next": 7},
}  # fmt: skip


async def charge(world: Any, who: Any, amount: str = "1", at: datetime | None = None) -> Scope:
    """Book a call of somebody below the reseller; return the account's scope."""
    steps = [world.master, world.reseller, who]
    scope = Scope(who.account_id, ".".join(step.account_id for step in steps))
    async with world.db.tx(scope) as s:
        await post(
            s, key=f"call-{random.random()}", kind="per-minute-voip", at=at or utcnow() - timedelta(minutes=1),
            lines=transfer(who.account_id, world.reseller.account_id, Decimal(amount)), text="Canada",
            ref={"quantity": 60, "unit": "sec"},
        )  # fmt: skip
    return scope


def place(world: Any, who: Any = None) -> str:
    return f"accounts/{(who or world.customer).account_id}/invoices"


async def test_C6_an_issuer_stands_on_paper_table_and_mail_and_text_steers_nothing(
    world: Any, mailbox: Any, jobs_worker: Any
) -> None:
    named = {"notifications": {"invoice": {"to": {"email_addresses": ["ap@customer.example"]}}}}
    await world.reseller.patch(f"accounts/{world.customer.account_id}", named)
    mailbox.got.clear()
    shown = await world.reseller.post(SETTINGS, ISSUER)
    assert (shown["credit_notes"]["next"], shown["credit_notes"]["example"]) == (7, "CN007")
    await charge(world, world.customer, "12.50")
    made = await world.reseller.put(place(world), {})
    year = made["issued"][:4]
    assert shown["invoices"]["example"] == made["label"] == f"INV-{year}/0001"
    assert made["due"] == (datetime.fromisoformat(made["issued"]) + timedelta(days=30)).date().isoformat()
    note = await world.reseller.put(f"{place(world)}/{made['id']}/credit_notes", {"reason": "Gift", "amount": "1"})
    assert (note["label"], note["invoice_label"]) == ("CN007", made["label"])
    # What is issued stays as it is, whatever is set later.
    await world.reseller.patch(SETTINGS, {"name": "Another Ltd.", "invoices": {"prefix": "X"}, "due_days": None})
    paper = await world.customer.call("GET", f"accounts/{{A}}/invoices/{made['id']}/pdf")
    assert paper.headers["content-disposition"] == f'attachment; filename="invoice-INV-{year}-0001.pdf"'
    on_paper = written(paper.content)
    assert {
        f"Invoice INV-{year}/0001", ISSUER["name"], "1 Rue Élgin", "Ottawa", "GST 123456789 RT0001",
        "billing@reseller.example, +1 613 555 0100", made["due"], "Net 30) Tj ET (x", "Thank you",
    } <= on_paper  # fmt: skip
    noted = await world.customer.call("GET", f"accounts/{{A}}/credit_notes/{note['id']}/pdf")
    assert {"Credit note CN007", "GST 123456789 RT0001", made["label"]} <= written(noted.content)
    table = await world.customer.call("GET", f"accounts/{{A}}/invoices/{made['id']}?accept=text/csv")
    [row] = csv.DictReader(io.StringIO(table.text))
    assert (row["number"], row["issuer"], row["due"]) == (made["label"], ISSUER["name"], made["due"])
    for _ in range(400):
        if len(mailbox.got) >= 2:
            break
        await asyncio.sleep(0.05)
    bodies = {mail["subject"]: mail.get_body().get_content() for mail in mailbox.got}
    assert f"to be paid by {made['due']}" in bodies[f"Invoice {made['label']} for customer"]
    assert ISSUER["name"] in bodies["Credit note CN007 for customer"]
    # Only who sells sets it, and nothing is kept that a paper could not show.
    theirs = SETTINGS.replace("{A}", world.reseller.account_id)
    for who, path in ((world.customer, SETTINGS), (world.stranger, theirs)):
        assert (await who.call("POST", path, ISSUER)).status_code == 403
    reader = await world.user(world.reseller, "reader", priv_level="admin", admin_type="read-only")
    assert (await reader.call("PATCH", SETTINGS, {"name": "x"})).status_code == 403
    for wrong, field in (
        ({"name": "a\u202eb"}, "name"), ({"name": "a\nb"}, "name"), ({"address": "\n".join("123456789")}, "address"),
        ({"email": "nobody"}, "email"), ({"due_days": 400}, "due_days"), ({"footer": "x" * 601}, "footer"),
        ({"invoices": {"pattern": "{prefix}"}}, "invoices.pattern"), ({"invoices": {"prefix": "{"}}, "invoices.prefix"),
        ({"invoices": {"pattern": "{number}", "restart": "yearly"}}, "invoices.restart"),
        ({"tax_numbers": [{"name": "GST", "number": ""}]}, "tax_numbers.0.number"),
    ):  # fmt: skip
        answer = await world.reseller.call("PATCH", SETTINGS, wrong)
        assert (answer.status_code, list(answer.json()["data"])) == (400, [field]), answer.text


async def test_C6_a_number_is_never_written_twice_however_its_look_changes(world: Any, database: Any) -> None:
    async def one() -> str:
        await charge(world, world.customer)
        return (await world.reseller.put(place(world), {}))["label"]

    assert [await one(), await one()] == ["1", "2"]
    year = int((await world.customer.get("accounts/{A}/invoices"))[0]["issued"][:4])
    # With a prefix the series may begin again; back to the old look it may not.
    await world.reseller.post(SETTINGS, {"invoices": {"prefix": "A", "next": 1, "width": 2}})
    assert [await one(), await one(), await one()] == ["A01", "A02", "A03"]
    back = await world.reseller.call("POST", SETTINGS, {"invoices": {"next": 2}})
    assert (back.status_code, list(back.json()["data"])) == (400, ["invoices.next"])
    assert "go on with 3" in back.text
    # `A1` and then 1 is A11: so is A and then 11.
    await world.reseller.post(SETTINGS, {"invoices": {"prefix": "A", "next": 11}})
    assert await one() == "A11"
    taken = await world.reseller.call("POST", SETTINGS, {"invoices": {"prefix": "A1", "next": 1}})
    assert (taken.status_code, "go on with 2" in taken.text) == (400, True)
    # Nothing said of the series: it goes on.
    await world.reseller.patch(SETTINGS, {"name": "Reseller Inc."})
    assert await one() == "A12"
    # Each year anew: the year that is over is not come back to, not even when the clock does.
    await world.reseller.post(SETTINGS, {"invoices": {"pattern": "{year}-{number}", "restart": "yearly", "next": 8}})
    assert await one() == f"{year}-8"
    with psycopg.connect(database.admin_url, autocommit=True) as connection:
        connection.execute("update invoice_series set year = year - 1 where series = 'invoices'")
        assert (await world.reseller.get(SETTINGS))["invoices"]["example"] == f"{year}-1"
        again = await world.reseller.call("PATCH", SETTINGS, {"footer": "x"})
        assert (again.status_code, "go on with 9" in again.text) == (400, True)
        connection.execute("update invoice_series set year = year + 3, last = 3 where series = 'invoices'")
    assert await one() == f"{year + 2}-4"
    labels = [row["label"] for row in await world.customer.get("accounts/{A}/invoices")]
    assert len(labels) == len(set(labels)) == 9


async def test_C6_numbers_have_no_gap_whoever_issues_changes_or_dies_at_once(world: Any) -> None:
    others = [world.customer, *[await world.account(world.reseller, f"other{n}") for n in range(3)]]
    scopes = [await charge(world, who, at=datetime(2026, 11, 5, tzinfo=UTC)) for who in others]

    async def monthly(scope: Scope) -> None:
        async with world.db.tx(scope) as s:
            await issue(s, NOVEMBER, datetime(2026, 11, 10, tzinfo=UTC))

    async def dies(scope: Scope) -> None:
        with contextlib.suppress(ZeroDivisionError):
            async with world.db.tx(scope) as s:
                await issue(s, DECEMBER, utcnow())
                raise ZeroDivisionError

    async def busy(who: Any) -> None:
        for _ in range(3):
            await charge(world, who)
            answer = await world.reseller.call("PUT", place(world, who), {})
            assert answer.status_code in (201, 409), answer.text

    async def renames() -> None:
        for width in range(1, 5):
            look = {"invoices": {"prefix": "N", "width": width}}
            answer = await world.reseller.call("POST", SETTINGS, look)
            assert answer.status_code == 200, answer.text

    work = [monthly(scope) for scope in scopes] + [dies(scope) for scope in scopes] + [busy(who) for who in others]
    random.shuffle(work)
    await asyncio.gather(renames(), *work)
    sent = await world.reseller.get("accounts/{A}/descendants/invoices")
    assert sorted(row["number"] for row in sent) == list(range(1, len(sent) + 1))
    assert len({row["label"] for row in sent}) == len(sent)
    for scope in scopes:  # every line is on one invoice or on none yet, and together they are the ledger
        rows = await world.db.fetch(
            "select (select coalesce(sum(closing - opening), 0) from invoices) as billed,"
            " (select coalesce(sum(l.amount), 0) from ledger_lines l join invoice_lines i on i.line_id = l.id) as held,"
            " (select count(*) from ledger_lines l where l.book = 'balance'"
            "  and not exists (select from invoice_lines i where i.line_id = l.id)) as free",
            scope=scope,
        )
        assert rows[0].billed == rows[0].held
        assert rows[0].free == 0
