"""Payments are booked once, the top-up comes once a month, and a low balance is told once (C4)."""

from __future__ import annotations

import asyncio
import dataclasses
from decimal import Decimal

import psycopg
import pytest

from qvoice.db import Scope
from qvoice.features.ledgers.post import post, transfer
from qvoice.features.transactions import pay, topup
from qvoice.features.transactions.provider import ProviderAway, Simulated
from qvoice.kit.clock import utcnow
from qvoice.kit.settings import Payments, Settings

pytestmark = [pytest.mark.db, pytest.mark.anyio]


def set_provider(world, name: str) -> None:
    """What an operator writes into qvoice.toml."""
    world.app.state.settings = dataclasses.replace(world.app.state.settings, payments=Payments(name))


@pytest.fixture(autouse=True)
def simulated(world) -> None:
    set_provider(world, "simulated")


def scope_of(world) -> Scope:
    way = (world.master, world.reseller, world.customer)
    return Scope(world.customer.account_id, ".".join(step.account_id for step in way))


async def balance(world) -> float:
    return (await world.customer.get("accounts/{A}/ledgers/total"))["amount"]


async def spend(world, amount: str, key: str) -> None:
    async with world.db.tx(scope_of(world)) as s:
        await post(
            s, key=key, kind="per-minute-voip", at=utcnow(),
            lines=transfer(world.customer.account_id, world.reseller.account_id, Decimal(amount)),
        )  # fmt: skip


async def card(world, token: str = "") -> None:
    await world.customer.post("accounts/{A}/transactions/method", {"token": token} if token else {})


async def test_C4_a_customer_pays_by_card_and_the_provider_above_gives_back(world):
    no_card = await world.customer.call("PUT", "accounts/{A}/transactions/sale", {"amount": 20})
    assert no_card.status_code == 400
    await card(world)
    paid = await world.customer.put("accounts/{A}/transactions/sale", {"amount": 20, "description": "November"})
    assert (paid["status"], paid["amount"], paid["provider"]) == ("approved", 20, "simulated")
    assert await balance(world) == 20
    url = f"accounts/{world.customer.account_id}/transactions"
    assert (await world.customer.call("PUT", f"{url}/refund", {"amount": 5, "sale": paid["id"]})).status_code == 403
    assert (await world.reseller.call("PUT", f"{url}/refund", {"amount": 5})).status_code == 400, "of which payment?"
    back = await world.reseller.put(f"{url}/refund", {"amount": 5, "sale": paid["id"]})
    assert back["sale"] == paid["id"]
    assert await balance(world) == 15
    listed = await world.customer.get(f"{url}?page_size=1")
    assert [row["type"] for row in listed] == ["refund"]
    assert [row["type"] for row in await world.customer.get(url)] == ["refund", "sale"]
    seen = await world.customer.get(f"{url}/{paid['id']}")
    assert seen["ledger_entry"]
    assert seen["refunded"] == 5
    assert await world.customer.get(f"{url}/method") == {"provider": "simulated", "label": "card"}
    assert (await world.reseller.get("accounts/{A}/ledgers?book=payments"))["payments"]["amount"] == -15


async def test_C4_nobody_credits_himself_where_no_provider_takes_money(world, tmp_path):
    assert Settings(data=tmp_path).payments.provider == ""
    await card(world)
    await world.customer.patch("accounts/{A}", {"topup": {"threshold": 5, "amount": 20}})
    set_provider(world, "")
    for method, path, body in (
        ("POST", "transactions/method", {}),
        ("PUT", "transactions/sale", {"amount": 1000}),
        ("POST", "services/topup", {}),
    ):
        answer = await world.customer.call(method, "accounts/{A}/" + path, body)
        assert (answer.status_code, "adds funds" in answer.text) == (409, True), path
    await topup.top_up_due(world.db, world.app.state.settings)
    assert await balance(world) == 0
    assert await world.customer.get("accounts/{A}/transactions") == []


async def test_C4_funds_are_added_and_removed_by_hand_from_above(world):
    url = f"accounts/{world.customer.account_id}/transactions"
    for _ in range(2):
        await world.master.put(f"{url}/credit", {"amount": 100, "key": "cheque 7", "description": "cheque 7"})
    await world.reseller.put(f"{url}/debit", {"amount": "0.5"})
    assert await balance(world) == 99.5
    for verb in ("credit", "debit"):
        assert (await world.customer.call("PUT", f"{url}/{verb}", {"amount": 1})).status_code == 403


async def test_C4_a_declined_card_books_nothing(world):
    await card(world, "declined-1")
    answer = await world.customer.call("PUT", "accounts/{A}/transactions/sale", {"amount": 20})
    assert answer.status_code == 400
    assert "declined" in answer.text
    assert await balance(world) == 0
    assert [row["status"] for row in await world.customer.get("accounts/{A}/transactions")] == ["declined"]


async def test_C4_a_payment_broken_off_is_finished_and_charged_once(world, monkeypatch):
    await card(world)
    real = Simulated.charge

    async def vanishing(self, **asked):
        await real(self, **asked)
        raise ProviderAway  # it took the money, and its answer was lost

    monkeypatch.setattr(Simulated, "charge", vanishing)
    answer = await world.customer.call("PUT", "accounts/{A}/transactions/sale", {"amount": 20, "key": "mine"})
    assert answer.status_code == 503
    assert await balance(world) == 0
    monkeypatch.setattr(Simulated, "charge", real)
    [row] = await world.customer.get("accounts/{A}/transactions")
    assert row["status"] == "pending"
    queued = await world.db.fetch("select args from procrastinate_jobs where task_name = :t", {"t": pay.FINISH})
    assert [job.args["transaction_id"] for job in queued] == [row["id"]]
    for _ in range(2):
        await pay.finish(world.db, world.app.state.settings, **queued[0].args)
    assert await balance(world) == 20
    charges = await world.db.fetch("select amount from simulated_charges")
    assert len(charges) == 1
    # the client, which got no answer, asks again with its key
    assert (await world.customer.put("accounts/{A}/transactions/sale", {"amount": 20, "key": "mine"}))["id"] == row[
        "id"
    ]
    assert await balance(world) == 20


async def test_C4_the_account_tops_itself_up_once_a_month(world):
    await card(world)
    await world.customer.patch(f"accounts/{{A}}/users/{world.customer.user_id}", {"email": "admin@customer.example"})
    await world.customer.patch("accounts/{A}", {"topup": {"threshold": 5, "amount": 25}})
    await spend(world, "4", "before")
    settings, scope, amount = world.app.state.settings, scope_of(world), Decimal(25)
    # Many at once, each of which has seen that it is due: one charges the card, one books, one mail tells.
    racing = (topup.top_up(world.db, settings, scope, amount, reason="automatic") for _ in range(5))
    ended = await asyncio.gather(*racing, return_exceptions=True)
    assert all(isinstance(one, dict | topup.ToppedUp) for one in ended), ended
    assert await balance(world) == 21
    told = await world.db.fetch("select subject from mails where kind = 'topup'", scope=scope)
    assert [row.subject for row in told] == ["customer: top-up of 25.00 CAD approved"]
    await spend(world, "20", "much")
    await asyncio.gather(*(topup.top_up_due(world.db, world.app.state.settings) for _ in range(3)))
    assert await balance(world) == 1  # once a month: fraud costs what one top-up costs
    again = await world.customer.call("POST", "accounts/{A}/services/topup")
    assert (again.status_code, again.json()["message"]) == (409, "already_topped_up")
    assert [row["type"] for row in await world.customer.get("accounts/{A}/transactions")] == ["topup"]


async def test_C4_a_declined_top_up_is_tried_again_another_day_and_told(world, database):
    import psycopg

    await card(world, "declined-now")
    await world.customer.patch(f"accounts/{{A}}/users/{world.customer.user_id}", {"email": "admin@customer.example"})
    await world.customer.patch("accounts/{A}", {"topup": {"threshold": 5, "amount": 25}})
    await topup.top_up_due(world.db, world.app.state.settings)
    await topup.top_up_due(world.db, world.app.state.settings)
    assert len(await world.customer.get("accounts/{A}/transactions")) == 1
    rows = await world.db.fetch("select kind, recipient, subject from mails", scope=scope_of(world))
    assert [(row.kind, row.recipient) for row in rows] == [("topup", "admin@customer.example")]
    with psycopg.connect(database.admin_url) as admin:
        admin.execute("update transactions set created = created - interval '25 hours'")
    await card(world)
    await topup.top_up_due(world.db, world.app.state.settings)
    assert await balance(world) == 25


async def test_C4_a_low_balance_is_told_once_until_it_has_recovered(world):
    await world.customer.patch(
        "accounts/{A}",
        {"notifications": {"low_balance": {"threshold": 10, "to": {"email_addresses": ["money@customer.example"]}}}},
    )
    url = f"accounts/{world.customer.account_id}/transactions"
    for amount, mails in ((None, 0), (15, 0), (-10, 1), (-1, 1), (20, 1), (-20, 2)):
        if amount is not None:
            await world.reseller.put(f"{url}/{'credit' if amount > 0 else 'debit'}", {"amount": abs(amount)})
        for _ in range(2):
            await topup.tell_low(world.db, None)
        rows = await world.db.fetch("select kind, recipient, body from mails order by created", scope=scope_of(world))
        assert len(rows) == mails, amount
    assert {(row.kind, row.recipient) for row in rows} == {("low_balance", "money@customer.example")}
    assert "5.00 CAD" in rows[0].body


async def test_C4_refunds_of_a_payment_are_never_more_than_it_was_however_many_ask_at_once(world, database):
    await card(world)
    paid = await world.customer.put("accounts/{A}/transactions/sale", {"amount": 20})
    url = f"accounts/{world.customer.account_id}/transactions"

    async def back(amount, **more):
        return await world.reseller.call("PUT", f"{url}/refund", {"sale": paid["id"], "amount": amount, **more})

    same = await asyncio.gather(*(back(2.5, key="once") for _ in range(3)))
    assert {answer.json()["data"]["id"] for answer in same if answer.status_code == 201} != set()
    answers = await asyncio.gather(*(back(3) for _ in range(8)))
    assert sorted(answer.status_code for answer in answers) == [201] * 5 + [400] * 3
    assert "left to refund" in next(answer.text for answer in answers if answer.status_code == 400)
    rest = await world.reseller.put(f"{url}/refund", {"sale": paid["id"]})
    assert rest["amount"] == 2.5
    assert await balance(world) == 0
    for sale in (rest["id"], "0" * 32):
        wrong = await world.reseller.call("PUT", f"{url}/refund", {"sale": sale, "amount": 1})
        assert wrong.status_code in (400, 404), "a refund, or nothing, cannot be refunded"
    stranger = await world.master.call(
        "PUT", f"accounts/{world.stranger.account_id}/transactions/refund", {"sale": paid["id"], "amount": 1}
    )
    assert stranger.status_code in (400, 404)
    with psycopg.connect(database.admin_url, autocommit=True) as c, pytest.raises(psycopg.errors.CheckViolation):
        c.execute(
            "insert into transactions (id, account_id, key, kind, amount, currency, status, provider, sale_id)"
            " select gen_random_uuid(), account_id, 'x', 'refund', 0.01, 'CAD', 'pending', 'simulated', id"
            " from transactions where id = %s", [paid["id"]],
        )  # fmt: skip
    assert await world.db.fetch("select * from ledger_discrepancies()") == []
