"""Service plans of an account that goes to another provider (C1)."""

from __future__ import annotations

from decimal import Decimal

import pytest
from tests.features.services.test_charges import give, share, world  # noqa: F401 - a fixture

from qvoice.db import Scope
from qvoice.features.services import monthly, read
from qvoice.kit.money import rounded

pytestmark = [pytest.mark.db, pytest.mark.anyio]


async def owes(who) -> Decimal:
    return -Decimal(str((await who.get("accounts/{A}/ledgers/total"))["amount"]))


async def test_C1_an_account_that_moves_ends_its_plans_there_and_begins_those_of_its_new_provider(world):  # noqa: F811
    back = {"prorate": {"additions": True, "removals": True}}
    old = {"name": "Old", "plan": {"users": {"_all": {"name": "Old seat", "as": "user", "rate": 30, **back}}}}
    new = {"name": "New", "plan": {"users": {"_all": {"name": "New seat", "rate": 12, "activation_charge": 2}}}}
    wholesale = {"name": "Bulk", "plan": {"users": {"_all": {"name": "Bulk", "rate": 10, "cascade": True, **back}}}}
    mine = await give(world.reseller, world.customer, old)
    await world.reseller.post(
        f"accounts/{world.customer.account_id}/services/overrides", {"overrides": {"users": {"_all": {"rate": 29}}}}
    )
    for below in (world.reseller, world.stranger):
        await give(world.master, below, wholesale)
    await world.master.put(f"accounts/{world.stranger.account_id}/reseller", {})
    wanted = await world.stranger.put("accounts/{A}/service_plans", new)
    move, to = f"accounts/{world.customer.account_id}/move", world.stranger.account_id
    for body in ({}, {"plans": [mine]}, {"plans": "x"}):
        answer = await world.master.call("POST", move, {"to": to, **body}, envelope={"accept_charges": True})
        assert (answer.status_code, list(answer.json()["data"])) == (400, ["plans"])
    body = {"to": to, "plans": [wanted["id"]]}
    asked = await world.master.call("POST", move, body)
    assert asked.status_code == 402
    more = {one["account_id"]: one["summary"]["recurring"] for one in asked.json()["data"]}
    assert more == {world.customer.account_id: 12, to: 10}, "the new provider pays for one more of its own"
    assert (await world.reseller.get(f"accounts/{world.customer.account_id}"))["id"] == world.customer.account_id

    before = {who.account_id: await owes(who) for who in (world.customer, world.reseller, world.stranger)}
    await world.master.post(move, body, envelope={"accept_charges": True})
    share_now = await share(world)
    paid = [await owes(who) - before[who.account_id] for who in (world.customer, world.reseller, world.stranger)]
    assert paid[0] == pytest.approx(2 + 12 * share_now - 29 * share_now, abs=Decimal("0.00001"))
    assert paid[1] == pytest.approx(-10 * share_now, abs=Decimal("0.00001"))
    assert paid[2] == pytest.approx(10 * share_now, abs=Decimal("0.00001"))
    now = await world.customer.get("accounts/{A}/services")
    assert (list(now["plans"]), now["overrides"], now["manual"]) == ([wanted["id"]], {}, {})
    assert now["invoices"][0]["summary"]["recurring"] == 12
    # The month was the old provider's; its run finds nothing more to charge.
    scope = Scope(world.customer.account_id, f"{world.master.account_id}.{to}.{world.customer.account_id}")
    [last] = await world.db.fetch("select provider_id, closing from invoices", scope=scope)
    assert last.provider_id.hex == world.reseller.account_id, "what none has goes on a last one of the old provider's"
    assert last.closing == -before[world.customer.account_id] + rounded(29 * share_now)
    async with world.db.tx(scope) as s:
        _, today = await read.facts(s)
        await monthly.visit(s, today.replace(day=1))
    assert await owes(world.customer) - before[world.customer.account_id] == paid[0]
    assert await world.db.fetch("select * from ledger_discrepancies()") == []
