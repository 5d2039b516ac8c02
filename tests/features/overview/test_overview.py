"""G1: the provider's overview counts over its own part of the tree, and never beyond."""

from __future__ import annotations

import time
from dataclasses import replace

import pytest
from tests.features.cdrs.test_cdrs import call, keep

from qvoice.features.channels.write import Batch, write

pytestmark = [pytest.mark.anyio, pytest.mark.db]


async def test_G1_A2_the_overview_counts_the_tree_below_and_nothing_beside_it(world, db) -> None:
    now = time.time()
    missed = [replace(leg, answered=0) for leg in call(world.customer.account_id, now - 50)]
    await keep(db, *call(world.customer.account_id, now - 60), *missed)
    await keep(db, *call(world.stranger.account_id, now - 60))
    legs = [
        {"uuid": f"{account}-{leg}", "account_id": account, "call_id": f"call-{account}", "owner_id": None,
         "authorizing_id": None, "created": now, "doc": {}}
        for account in (world.customer.account_id, world.stranger.account_id)
        for leg in (1, 2)
    ]  # fmt: skip
    await write(db, Batch("media1", channels=legs).encode())
    number = "+14165550199"
    await world.master.put(f"accounts/{world.customer.account_id}/phone_numbers/%2B{number[1:]}", {})

    seen = await world.reseller.get("accounts/{A}/overview")
    assert seen["calls"] == {
        "now": 1,
        "accounts": 1,
        "by_account": [{"account_id": world.customer.account_id, "name": "customer", "count": 1}],
    }
    assert sum(hour["calls"] for hour in seen["hours"]) == 2
    assert sum(hour["answered"] for hour in seen["hours"]) == 1
    assert seen["numbers"] == {"total": 1, "spare": 1}
    children = await world.reseller.get("accounts/{A}/descendants?paginate=false")
    assert seen["accounts"]["total"] == len(children)
    whole = await world.master.get("accounts/{A}/overview")
    assert whole["calls"]["now"] == 2
    assert whole["accounts"]["total"] > seen["accounts"]["total"]


async def test_G1_what_needs_attention_is_named(world) -> None:
    await world.reseller.patch(f"accounts/{world.customer.account_id}", {"enabled": False})
    seen = await world.reseller.get("accounts/{A}/overview")
    assert [row["account_id"] for row in seen["attention"]["disabled"]["accounts"]] == [world.customer.account_id]
    locked = f"accounts/{world.customer.account_id}/fraud/lock"
    await world.reseller.put(locked, {"level": 2, "reason": "its password is on the street"})
    seen = await world.reseller.get("accounts/{A}/overview")
    assert [row["account_id"] for row in seen["attention"]["locked"]["accounts"]] == [world.customer.account_id]
    assert (await world.stranger.get("accounts/{A}/overview"))["attention"]["locked"]["count"] == 0
    fresh = await world.account(world.reseller, "fresh")
    seen = await world.reseller.get("accounts/{A}/overview")
    assert fresh.account_id in {row["account_id"] for row in seen["attention"]["no_numbers"]["accounts"]}
