"""The event socket over a real server, fed by real notices."""

from __future__ import annotations

import asyncio
import dataclasses
import json
import socket

import pytest
import uvicorn
import websockets

from qvoice.api.notices import feed
from qvoice.db.notices import notify_event
from qvoice.features.events.hub import QUEUE_SIZE, Hub, Subscriber, matches

pytestmark = [pytest.mark.anyio]


@pytest.fixture
async def served(world, database):
    """The application on a real port, listening to the database; its WebSocket URL."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    server = uvicorn.Server(
        uvicorn.Config(world.app, port=port, log_config=None, ws="websockets-sansio", lifespan="off")
    )
    tasks = [asyncio.create_task(server.serve()), asyncio.create_task(feed(world.app, database.app_url))]
    while not (server.started and world.app.state.directory.live):
        await asyncio.sleep(0.02)
    yield f"ws://127.0.0.1:{port}"
    server.should_exit = True
    await tasks[0]
    tasks[1].cancel()
    await asyncio.gather(tasks[1], return_exceptions=True)


async def subscribe(connection, client, account_id, bindings):
    message = {"action": "subscribe", "auth_token": client.token, "request_id": "r1"}
    await connection.send(json.dumps({**message, "data": {"account_id": account_id, "bindings": bindings}}))
    return json.loads(await asyncio.wait_for(connection.recv(), 10))


@pytest.mark.db
async def test_H4_document_and_call_events_reach_the_accounts_sockets_only(world, served):
    from qvoice.db import Scope

    async with websockets.connect(served + "/events") as mine, websockets.connect(served + "/v2/websockets") as other:
        assert (
            await subscribe(mine, world.customer, world.customer.account_id, ["object.*.users.*", "CHANNEL_CREATE"])
        )["status"] == "success"
        assert (await subscribe(other, world.stranger, world.stranger.account_id, ["#"]))["status"] == "success"
        user = await world.customer.put("accounts/{A}/users", {"first_name": "E", "last_name": "V"})
        event = json.loads(await asyncio.wait_for(mine.recv(), 10))
        assert (event["name"], event["data"]["id"]) == ("doc_created", user["id"])
        path = f"{world.master.account_id}.{world.reseller.account_id}.{world.customer.account_id}"
        async with world.db.tx(Scope(world.customer.account_id, path)) as s:
            await notify_event(s, account_id=world.customer.account_id, name="CHANNEL_CREATE", data={"call_id": "c1"})
        event = json.loads(await asyncio.wait_for(mine.recv(), 10))
        assert event["data"] == {"call_id": "c1"}
        # The stranger hears of its own document next, so it heard nothing of the others.
        own = await world.stranger.put("accounts/{A}/users", {"first_name": "O", "last_name": "N"})
        event = json.loads(await asyncio.wait_for(other.recv(), 10))
        assert event["data"]["id"] == own["id"]


@pytest.mark.db
async def test_A5_nobody_listens_sideways_upwards_or_as_a_plain_user(world, served):
    user = await world.user(world.customer, "plain")
    async with websockets.connect(served + "/events") as connection:
        for client, account in (
            (world.stranger, world.customer.account_id),
            (world.customer, world.reseller.account_id),
            (user, world.customer.account_id),
            (world.nobody, world.customer.account_id),
            (world.customer, "x"),
        ):
            assert (await subscribe(connection, client, account, ["#"]))["status"] == "error"
        for junk in ("", "{", "[]", "1", '{"action": "x"}', "[" * 5000):
            await connection.send(junk)
            assert json.loads(await asyncio.wait_for(connection.recv(), 10))["status"] == "error"
        assert (await subscribe(connection, world.reseller, world.customer.account_id, ["#"]))["status"] == "success"


@pytest.mark.db
async def test_A10_H4_who_may_not_listen_any_more_hears_nothing_more(world, served):
    """A session that ended, a user switched off, a key taken back, an address no longer let in, an account moved."""
    me = world.customer
    same = await world.login(me.realm, me.username, me.password)
    other = await me.put("accounts/{A}/users", {"first_name": "O", "last_name": "A", "priv_level": "admin",
                                                "username": "second", "password": "second-password"})  # fmt: skip
    second = await world.login(me.realm, "second", "second-password")
    made = await me.put("accounts/{A}/api_keys", {"name": "listener", "scopes": ["events:read"]})
    key = dataclasses.replace(me, token=made["api_key"])

    async def ends(who, event) -> None:
        """`event` takes the right away; nothing that happens after it is told."""
        async with websockets.connect(served + "/events") as theirs:
            assert (await subscribe(theirs, who, me.account_id, ["object.doc_created.menus.#"]))["status"] == "success"
            await world.master.put(f"accounts/{me.account_id}/menus", {"name": "Before"})
            assert json.loads(await asyncio.wait_for(theirs.recv(), 10))["name"] == "doc_created"
            await event()
            await world.master.put(f"accounts/{me.account_id}/menus", {"name": "After"})
            with pytest.raises(websockets.ConnectionClosed):
                await asyncio.wait_for(theirs.recv(), 15)

    await ends(key, lambda: me.delete(f"accounts/{{A}}/api_keys/{made['id']}"))
    await ends(same, lambda: same.delete("token_auth"))
    await ends(second, lambda: me.patch(f"accounts/{{A}}/users/{other['id']}", {"enabled": False}))
    listed = {"order": "allow,deny", "cidrs": ["192.0.2.0/24"]}
    await ends(me, lambda: world.reseller.post(f"accounts/{me.account_id}/access_lists", listed))
    moved = {"to": world.stranger.account_id}
    await ends(world.reseller, lambda: world.master.post(f"accounts/{me.account_id}/move", moved))


@pytest.mark.db
async def test_A10_a_token_that_only_sets_up_a_second_factor_does_not_listen(world, served):
    await world.reseller.post(
        f"accounts/{world.customer.account_id}/security", {"auth_modules": {"cb_user_auth": {"multi_factor": {
            "enabled": True}}}}
    )  # fmt: skip
    me = world.customer
    fresh = await world.login(me.realm, me.username, me.password)
    async with websockets.connect(served + "/events") as theirs:
        answer = await subscribe(theirs, fresh, me.account_id, ["#"])
    assert "second factor" in answer["data"]["errors"][0]


@pytest.mark.parametrize(
    ("binding", "key", "expected"),
    [
        ("#", "a.b.c", True),
        ("a.*.c", "a.b.c", True),
        ("a.*", "a.b.c", False),
        ("a.#", "a", True),
        ("a.#.c", "a.b.b.c", True),
        ("a.#.c", "a.b", False),
        ("*", "", True),
        ("#.#.#.#.x", "a.a.a.a.a", False),
    ],
)
def test_bindings_match_as_topics(binding, key, expected):
    assert matches(binding, key) is expected


async def test_a_client_that_does_not_read_is_dropped():
    hub, slow = Hub(), Subscriber()
    hub.subscribe(slow, "a", "#")
    for number in range(QUEUE_SIZE + 1):
        assert not slow.dropped.is_set()
        hub.event({"account": "a", "name": "x", "data": {"n": number}})
    assert slow.dropped.is_set()
    assert slow.queue.qsize() == QUEUE_SIZE
