"""The ledger by REST in the dialect's words, and who may add and take funds (C4)."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal

import pytest

from qvoice.db import Scope
from qvoice.features.ledgers.post import post, transfer
from qvoice.kit.clock import to_gregorian, utcnow

pytestmark = [pytest.mark.db, pytest.mark.anyio]


async def call(world, cost: str, key: str, *, at: datetime | None = None) -> None:
    customer, reseller = world.customer.account_id, world.reseller.account_id
    async with world.db.tx(Scope(customer, f"{world.master.account_id}.{reseller}.{customer}")) as s:
        await post(
            s, key=key, kind="per-minute-voip", at=at or utcnow(), lines=transfer(customer, reseller, Decimal(cost)),
            ref={"call_id": key, "quantity": 60, "unit": "sec", "usage": "voice", "to": "+15145550100"},
            text="Canada",
        )  # fmt: skip


async def test_C4_an_administrator_above_adds_and_removes_funds(world):
    url = f"accounts/{world.customer.account_id}/ledgers"
    made = await world.reseller.put(f"{url}/credit", {"amount": 25.5, "description": "cheque 12"})
    assert (made["amount"], made["type"], made["currency"]) == (25.5, "credit", "CAD")
    taken = await world.master.put(f"{url}/debit", {"amount": "0.25", "source": {"service": "support", "id": "t-1"}})
    assert (taken["amount"], taken["type"], taken["source"]) == (-0.25, "debit", {"service": "support", "id": "t-1"})
    assert await world.customer.get(f"{url}/total") == {"amount": 25.25, "held": 0}
    sums = await world.customer.get(url)
    assert {kind: row["amount"] for kind, row in sums.items()} == {"adjustments": 25.5, "support": -0.25}
    assert await world.reseller.get("accounts/{A}/ledgers?book=adjustments") == {
        "adjustments": {"amount": -25.5, "usage": {}}, "support": {"amount": 0.25, "usage": {}},
    }  # fmt: skip
    # the act is in the customer's audit log, with who did it
    assert any(row["path"].endswith("/ledgers/credit") for row in await world.customer.get("accounts/{A}/audit"))


async def test_C4_nobody_gives_money_to_themselves_or_beside(world):
    for who, target in (
        (world.customer, world.customer), (world.reseller, world.reseller), (world.customer, world.reseller),
        (world.stranger, world.customer), (world.master, world.master),
    ):  # fmt: skip
        for verb in ("credit", "debit"):
            answer = await who.call("PUT", f"accounts/{target.account_id}/ledgers/{verb}", {"amount": 1})
            assert answer.status_code == 403, (who.realm, target.realm)
    user = await world.user(world.customer, "plain")
    for path in ("ledgers", "ledgers/total", "ledgers/per-minute-voip"):
        assert (await user.call("GET", f"accounts/{{A}}/{path}")).status_code == 403


@pytest.mark.parametrize("amount", [0, -1, "much", None, 1e9, "0.0000001", True, "NaN"])
async def test_C4_an_amount_that_is_none_is_refused_with_words(world, amount):
    url = f"accounts/{world.customer.account_id}/ledgers/credit"
    answer = await world.reseller.call("PUT", url, {"amount": amount})
    assert answer.status_code == 400
    assert "amount" in answer.json()["data"]


async def test_C4_a_credit_sent_twice_with_its_key_is_booked_once(world):
    url = f"accounts/{world.customer.account_id}/ledgers"
    both = [await world.reseller.put(f"{url}/credit", {"amount": 5, "key": "bank-77"}) for _ in range(2)]
    assert both[0]["id"] == both[1]["id"]
    assert (await world.customer.get(f"{url}/total"))["amount"] == 5


async def test_C4_every_charge_is_listed_and_traceable(world):
    for number in range(5):
        await call(world, "0.0125", f"call-{number}")
    base = "accounts/{A}/ledgers"
    sums = await world.customer.get(base)
    assert sums == {"per-minute-voip": {"amount": -0.0625, "usage": {"type": "voice", "unit": "sec", "quantity": 300}}}
    first = (await world.customer.call("GET", f"{base}/per-minute-voip?page_size=3")).json()
    assert [row["source"]["id"] for row in first["data"]] == ["call-4", "call-3", "call-2"]
    rest = (
        await world.customer.call("GET", f"{base}/per-minute-voip?page_size=3&start_key={first['next_start_key']}")
    ).json()
    assert [row["source"]["id"] for row in rest["data"]] == ["call-1", "call-0"]
    assert "next_start_key" not in rest
    one = await world.customer.get(f"{base}/per-minute-voip/{first['data'][0]['id']}")
    assert one["metadata"]["to"] == "+15145550100"
    assert one["metadata"]["call"] == {"call_id": "call-4"}
    assert one["usage"] == {"type": "voice", "quantity": 60, "unit": "sec"}
    assert (await world.customer.call("GET", f"{base}/services/{one['id']}")).status_code == 404
    table = await world.customer.call("GET", f"{base}/all?accept=text/csv&paginate=false")
    assert table.text.splitlines()[0].startswith("number,time,type,source")
    assert len(table.text.splitlines()) == 6
    assert (await world.customer.call("GET", f"{base}/all?start_key=nonsense")).status_code == 400


async def test_C4_sums_are_of_the_time_asked_for(world):
    now = utcnow()
    await call(world, "1", "old", at=now.replace(year=now.year - 1))
    await call(world, "2", "new")
    base = "accounts/{A}/ledgers"
    assert (await world.customer.get(base))["per-minute-voip"]["amount"] == -2
    since = to_gregorian(now.replace(year=now.year - 2))
    assert (await world.customer.get(f"{base}?created_from={since}"))["per-minute-voip"]["amount"] == -3
    month = await world.customer.get(f"{base}/summary/{now.year - 1}{now.month:02}")
    assert month["per-minute-voip"]["amount"] == -1
    assert (await world.customer.get(f"{base}/total"))["amount"] == -3
    assert (await world.customer.call("GET", f"{base}/summary/2026-13")).status_code == 400


async def test_C4_what_may_be_spent_counts_what_may_be_owed(world):
    assert await world.customer.get("accounts/{A}/ledgers/available") == {"amount": 0, "may_owe": 0}
    await world.reseller.post(
        f"accounts/{world.customer.account_id}/limits", {"allow_postpay": True, "max_postpay_amount": 20}
    )
    await call(world, "3", "call")
    assert await world.customer.get("accounts/{A}/ledgers/available") == {"amount": 17, "may_owe": 20}
