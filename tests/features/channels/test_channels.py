"""Live calls by the API."""

from __future__ import annotations

import time

import pytest

from qvoice.features.channels.write import Batch, write
from qvoice.kit.ids import new_id

pytestmark = [pytest.mark.anyio, pytest.mark.db]


def channel(account: str) -> dict:
    uuid = new_id()
    document = {"uuid": uuid, "answered": True, "destination": "1001", "direction": "inbound", "owner_id": None}
    return {
        "uuid": uuid, "account_id": account, "call_id": uuid, "owner_id": None, "authorizing_id": None,
        "created": time.time(),
        "doc": document,
    }  # fmt: skip


async def test_live_calls_come_and_go_and_only_their_account_sees_them(world, db) -> None:
    live = channel(world.customer.account_id)
    await write(db, Batch("media1", channels=[live]).encode())
    assert [r["uuid"] for r in await world.customer.get("accounts/{A}/channels")] == [live["uuid"]]
    assert await world.stranger.get("accounts/{A}/channels") == []
    answer = await world.stranger.call("POST", f"accounts/{{A}}/channels/{live['uuid']}", {"action": "hangup"})
    assert answer.status_code == 404
    await write(db, Batch("media1", channels_gone=[live["uuid"]]).encode())
    assert await world.customer.get("accounts/{A}/channels") == []


async def test_an_unknown_action_is_named(world, db) -> None:
    answer = await world.customer.call("POST", f"accounts/{{A}}/channels/{new_id()}", {"action": "explode"})
    assert answer.status_code == 400
    assert "action" in answer.json()["data"]
