"""Live calls by the API."""

from __future__ import annotations

import time
from dataclasses import replace
from types import SimpleNamespace
from typing import Any, cast

import pytest

from qvoice.core.flow.requests import InCall
from qvoice.features.callflows.context import AnswerContext
from qvoice.features.callflows.snapshot import Snapshots
from qvoice.features.channels.answers import ANSWERS
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


async def test_D6_a_call_that_has_just_ended_keeps_nobody_busy(world, db) -> None:
    """What call control knows is written first: a phone that has just dialled a feature code can be called."""
    account = await world.customer.get("accounts/{A}")
    device = new_id()
    mark = channel(account["id"]) | {"authorizing_id": device}
    await write(db, Batch("media1", channels=[mark]).encode())

    async def written() -> None:
        await write(db, Batch("media1", channels_gone=[mark["uuid"]]).encode())

    scope = await Snapshots(db).scope(account["id"])
    facts: Any = SimpleNamespace(call_id="another")
    context = AnswerContext(db, scope, facts, cast(Any, None), cast(Any, None))
    assert await ANSWERS[InCall](context, InCall((device,))) == {device}
    assert await ANSWERS[InCall](replace(context, written=written), InCall((device,))) == set()
