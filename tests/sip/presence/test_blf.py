"""D14: lamps of users, groups, parking slots, mailboxes and keys: right, and only for one's own account."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import pytest

from qvoice.db import Database
from qvoice.features.channels.write import Batch, write
from tests.fixtures.platform import Platform
from tests.sip.agent import UserAgent, until
from tests.sip.agent.watching import Watching
from tests.sip.conftest import Phones
from tests.sip.machine import kill
from tests.sip.scenes import connected

pytestmark = [pytest.mark.anyio, pytest.mark.sip, pytest.mark.limit(240)]

Watch = Callable[..., Awaitable[Watching]]


@pytest.fixture
async def watch(anyio_backend: str) -> AsyncIterator[Watch]:
    """`await watch(agent, "1001")`: a dialog subscription, ended afterwards."""
    made: list[Watching] = []

    async def begin(agent: UserAgent, to: str, event: str = "dialog") -> Watching:
        made.append(await Watching(agent, event, to).begin())
        return made[-1]

    yield begin
    for one in made:
        if not one.agent.deaf:
            await one.send(0)


async def set_slot(platform: Platform, account: str, state: str) -> None:
    """What a parked call does to its slot (contracts.md section 4)."""
    db = Database(platform.settings.dsn())
    row = {"account_id": account, "presence_id": "*3101", "source": "park", "state": state, "number": "1001"}
    try:
        await write(db, Batch("test", presence=[row]).encode())
    finally:
        await db.close()


async def test_D14_a_users_lamp_follows_his_calls(platform: Platform, phone: Phones, watch: Watch) -> None:
    acme = platform.acme
    carol = await phone(acme, "1002", transport="tls")
    lamp, caller = await watch(carol, "1001"), await watch(carol, "1000")
    assert "<state>terminated</state>" in await lamp.lamp("terminated")
    alice, bob = await phone(acme, "1000"), await phone(acme, "1001")
    call = await alice.call("1001")
    incoming = await bob.incoming()
    incoming.ring()
    body = await lamp.lamp("early")
    assert 'direction="recipient"' in body
    assert f"sip:1000@{acme.realm}" in body
    assert 'direction="initiator"' in await caller.lamp("early")
    await incoming.answer()
    await call.wait_answered()
    await lamp.lamp("confirmed")
    await caller.lamp("confirmed")
    await call.hang_up()
    await incoming.wait_over()
    await lamp.lamp("terminated")
    await caller.lamp("terminated")
    versions = [int(one.body.decode().split(' version="')[2].split('"')[0]) for one in lamp.told]
    assert versions == sorted(set(versions))
    numbers = [one.cseq[0] for one in lamp.told]
    assert numbers == sorted(set(numbers))


async def test_D14_only_ones_own_account_is_watched_and_only_with_a_password(
    platform: Platform, phone: Phones, watch: Watch
) -> None:
    grace = await phone(platform.globex, "1000")
    other = Watching(grace, "dialog", "1001", realm=platform.acme.realm)
    assert (await other.send()).status == 404
    mine = await watch(grace, "1001")
    alice, bob = await phone(platform.acme, "1000"), await phone(platform.acme, "1001")
    call, incoming = await connected(alice, "1001", bob)
    # Acme's 1001 talks; Globex's does not.
    own = await watch(alice, "1001")
    await own.lamp("confirmed")
    assert mine.states == ["terminated"]
    stolen = Watching(grace, "dialog", "1001")
    stolen.call_id, stolen.tag, stolen.remote = own.call_id, own.tag, own.remote
    stolen.target, stolen.routes = own.target, own.routes
    assert (await stolen.send()).status == 481, "another account's subscription was taken over"
    grace.password = ""
    assert (await Watching(grace, "dialog", "1001").send()).status == 407
    assert (await alice.subscribe("dialog;sla", "1001")).status == 200
    assert (await alice.subscribe("reg")).status == 489
    await call.hang_up()
    await incoming.wait_over()


async def test_D14_slots_groups_keys_and_mailboxes_have_lamps(platform: Platform, phone: Phones, watch: Watch) -> None:
    acme = platform.acme
    bob, carol = await phone(acme, "1001"), await phone(acme, "1002")
    slot = await watch(carol, "*3101")
    await slot.lamp("terminated")
    await set_slot(platform, acme.id, "early")
    assert "sip:1001@" in await slot.lamp("early")
    await set_slot(platform, acme.id, "terminated")
    await slot.lamp("terminated")

    box = await watch(carol, "*981001")
    await box.lamp("terminated")
    summary = await watch(carol, "1001", "message-summary")
    await until(lambda: "Messages-Waiting: no" in summary.last)

    path = acme.path("users", acme.user("1001")["id"])
    lamp = await watch(carol, "1001")
    open_ = await watch(carol, "1001", "presence")
    await until(lambda: "<basic>open</basic>" in open_.last)
    await bob.register(0)
    await until(lambda: "<basic>closed</basic>" in open_.last, what="nobody can be reached")
    await bob.register()
    await until(lambda: "<basic>open</basic>" in open_.last, what="the phone is there again")
    acme.rest.patch(path, {"do_not_disturb": {"enabled": True}})
    await lamp.lamp("confirmed")
    await until(lambda: "<basic>closed</basic>" in open_.last)
    acme.rest.patch(path, {"do_not_disturb": {"enabled": False}})
    await lamp.lamp("terminated")

    group = acme.rest.put(
        acme.path("callflows"),
        {
            "numbers": ["2790"],
            "flow": {
                "module": "ring_group",
                "data": {"endpoints": [{"endpoint_type": "user", "id": acme.user("1001")["id"], "timeout": 20}]},
                "children": {},
            },
        },
    )
    try:
        called = await watch(carol, "2790")
        alice = await phone(acme, "1000")
        call = await alice.call("2790")
        incoming = await bob.incoming()
        await called.lamp("early")
        await incoming.answer()
        await called.lamp("confirmed")
        await lamp.lamp("confirmed")
        await call.hang_up()
        await called.lamp("terminated")
    finally:
        acme.rest.delete(acme.path("callflows", group["id"]))


async def test_D14_a_guests_lamp_shows_calls_of_the_phone_he_logged_in_on(
    platform: Platform, phone: Phones, watch: Watch
) -> None:
    acme = platform.acme
    path = acme.path("devices", acme.device("1000")["id"])
    alice, bob, carol = [await phone(acme, extension) for extension in ("1000", "1001", "1002")]
    lamp = await watch(carol, "1003")
    acme.rest.patch(path, {"hotdesk": {"users": {acme.user("1003")["id"]: {}}}})
    try:
        call, incoming = await connected(alice, "1001", bob)
        await lamp.lamp("confirmed")
        await call.hang_up()
        await incoming.wait_over()
        await lamp.lamp("terminated")
    finally:
        acme.rest.patch(path, {"hotdesk": {"users": None}})


async def test_D14_refreshed_ended_and_forged_subscriptions(platform: Platform, phone: Phones, watch: Watch) -> None:
    carol = await phone(platform.acme, "1002")
    lamp = await watch(carol, "1001")
    await lamp.lamp("terminated")
    told = len(lamp.told)
    assert (await lamp.send()).get("Expires") == "300"
    await until(lambda: len(lamp.told) > told, what="a NOTIFY after the refresh")
    await lamp.end()
    assert (await lamp.send()).status == 481
    assert (await Watching(carol, "dialog", "1001").send(10)).status == 423
    once = Watching(carol, "dialog", "1001")
    assert (await once.send(0)).status == 200
    await until(lambda: "terminated" in once.told[-1].get("Subscription-State") if once.told else False)


async def test_D14_lamps_are_right_after_everything_was_killed(platform: Platform, phone: Phones, watch: Watch) -> None:
    acme = platform.acme
    alice, bob, carol = [await phone(acme, extension) for extension in ("1000", "1001", "1002")]
    lamp = await watch(carol, "1001")
    call, incoming = await connected(alice, "1001", bob)
    await lamp.lamp("confirmed")
    told = len(lamp.told)
    await kill(platform, "presence")
    await until(lambda: len(lamp.told) > told, within=20, what="the lamp's state from the new process")
    await lamp.lamp("confirmed")
    await kill(platform, "callcontrol")
    await kill(platform, "kamailio")
    await call.hang_up()
    await incoming.wait_over()
    await lamp.lamp("terminated", within=20)
    call, incoming = await connected(alice, "1001", bob)
    await lamp.lamp("confirmed")
    await call.hang_up()
    await lamp.lamp("terminated")


async def test_D14_a_device_that_is_switched_off_watches_no_more(platform: Platform, phone: Phones) -> None:
    acme = platform.acme
    document: dict[str, Any] = {"name": "watcher", "sip": {"username": "watcher-1", "password": "w4tcher-passw0rd"}}
    device = acme.rest.put(acme.path("devices"), document)
    agent = await UserAgent.start(
        proxy=platform.address(), user="watcher-1", realm=acme.realm, password="w4tcher-passw0rd", host="127.0.0.45"
    )
    try:
        async with agent:

            async def accepted() -> bool:
                return (await agent.register()).status == 200

            await until(accepted, every=0.2)
            lamp = await Watching(agent, "dialog", "1001").begin()
            await lamp.lamp("terminated")
            acme.rest.patch(acme.path("devices", device["id"]), {"enabled": False})
            await until(lambda: "terminated" in lamp.told[-1].get("Subscription-State"), what="the subscription's end")
            assert (await lamp.send()).status == 407
    finally:
        acme.rest.delete(acme.path("devices", device["id"]))
