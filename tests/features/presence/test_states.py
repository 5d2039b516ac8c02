"""What features set for lamps: by a tenant's transaction, and by callcontrol's batches."""

from __future__ import annotations

import asyncio
from contextlib import aclosing
from typing import Any

import pytest
from tests.fixtures.tenants import make_account

from qvoice.db import Scope
from qvoice.db.listen import CONNECTED, listen
from qvoice.features.channels.write import Batch, forget, write
from qvoice.features.presence.states import Set, of_account, put, reset
from qvoice.kit.errors import Invalid
from qvoice.kit.ids import new_id

pytestmark = [pytest.mark.anyio, pytest.mark.db]


@pytest.fixture
def customers(database: Any) -> tuple[Scope, Scope]:
    master = make_account(database, None, "Master")
    return make_account(database, master, "Acme"), make_account(database, master, "Globex")


@pytest.fixture
def acme(customers: tuple[Scope, Scope]) -> Scope:
    return customers[0]


def slot(account: str, state: str, *, call: str | None = None) -> dict[str, Any]:
    return {"account_id": account, "presence_id": "*3101", "source": "park", "state": state, "number": "1001",
            "name": "Bob", "call_id": call}  # fmt: skip


async def test_D14_a_state_is_set_changed_and_taken_back_in_its_account_only(
    customers: tuple[Scope, Scope], db: Any
) -> None:
    acme, globex = customers
    async with db.tx(acme) as s:
        await put(s, Set("Reception@acme.test", "manual", "early"))
        await put(s, Set("reception", "manual", "confirmed", "1001", "Bob"))
        assert await of_account(s) == [Set("reception", "manual", "confirmed", "1001", "Bob")]
    async with db.tx(globex) as s:
        assert await of_account(s) == []
        await put(s, Set("reception", "manual", "terminated"))
        await reset(s, "reception")
    async with db.tx(acme) as s:
        assert len(await of_account(s, "RECEPTION")) == 1
        await put(s, Set("reception", "manual", "terminated"))
        assert await of_account(s) == []
        for wrong in (Set("", "manual", "early"), Set("x" * 65, "manual", "early"), Set("a", "manual", "busy")):
            with pytest.raises(Invalid):
                await put(s, wrong)


async def test_D14_a_parked_calls_slot_ends_with_its_call_and_with_its_node(acme: Scope, db: Any) -> None:
    account, call = acme.account_id, new_id()

    async def shown() -> list[str]:
        async with db.tx(acme) as s:
            return [one.state for one in await of_account(s, "*3101")]

    await write(db, Batch("media1", presence=[slot(account, "early", call=call)]).encode())
    assert await shown() == ["early"]
    await write(db, Batch("media1", calls_gone=[call]).encode())
    assert await shown() == []
    await write(db, Batch("media1", presence=[slot(account, "early", call=call)]).encode())
    await forget(db, "media2", [])
    assert await shown() == ["early"]
    await forget(db, "media1", [call])
    assert await shown() == ["early"]
    await forget(db, "media1", [])
    assert await shown() == []
    await write(db, Batch("media1", presence=[slot(account, "early")]).encode())
    await write(db, Batch("media1", presence=[slot(account, "terminated")]).encode())
    assert await shown() == []


async def test_D14_watchers_hear_of_states_and_legs_after_the_commit(acme: Scope, db: Any, database: Any) -> None:
    account, leg = acme.account_id, new_id()
    heard: list[dict[str, Any]] = []
    ready = asyncio.Event()

    async def hear() -> None:
        async with aclosing(listen(database.app_url, ["qvoice_presence"])) as notices:
            async for notice in notices:
                if notice is CONNECTED:
                    ready.set()
                elif notice.data["account"] == account:
                    heard.append(notice.data)
                if len(heard) == 5:
                    return

    hearing = asyncio.create_task(hear())
    await asyncio.wait_for(ready.wait(), 10)
    channel = {
        "uuid": leg, "account_id": account, "call_id": leg, "owner_id": None, "authorizing_id": None, "created": 1.0,
        "doc": {"direction": "outbound", "answered": False, "caller_id_number": "1001", "device_id": "d1"},
    }  # fmt: skip
    await write(db, Batch("media1", presence=[slot(account, "early")], channels=[channel]).encode())
    channel["doc"]["interaction_id"] = "nobody watches that"
    await write(db, Batch("media1", presence=[slot(account, "early")], channels=[channel]).encode())
    channel["doc"]["answered"] = True
    await write(db, Batch("media1", channels=[channel]).encode())
    await write(db, Batch("media1", presence=[slot(account, "terminated")], channels_gone=[leg]).encode())
    await asyncio.wait_for(hearing, 10)
    states = [one["state"] for one in heard if "state" in one]
    legs = [one.get("answered", "gone") for one in heard if "leg" in one]
    assert (states, legs) == (["early", "terminated"], [False, True, "gone"])
    assert {one["number"] for one in heard if one.get("leg") and not one.get("gone")} == {"1001"}
