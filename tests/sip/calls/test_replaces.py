"""D11, D8: INVITE with Replaces (RFC 3891): a ringing call is taken by a lamp's dialog, one's own moves."""

from __future__ import annotations

import re

import pytest

from tests.fixtures.platform import Platform
from tests.sip.agent import Call, UserAgent, until
from tests.sip.agent.message import parameter
from tests.sip.agent.watching import Watching
from tests.sip.conftest import Phones
from tests.sip.features import Made
from tests.sip.scenes import cdrs, connected, eventually, talk

pytestmark = [pytest.mark.anyio, pytest.mark.sip]


def named(dialog_info: str) -> str:
    """The Replaces value for the dialog that a lamp shows, as a phone makes it."""
    name = {key: re.search(f'{key}="([^"]+)"', dialog_info)[1] for key in ("call-id", "local-tag", "remote-tag")}
    return f"{name['call-id']};to-tag={name['local-tag']};from-tag={name['remote-tag']}"


async def refused(agent: UserAgent, replaces: str, code: int) -> None:
    call = await agent.call("1001", ("Replaces", replaces))
    await call.wait_over()
    assert call.status == code


async def test_D11_a_ringing_call_is_taken_by_the_dialog_that_a_lamp_shows(platform: Platform, phone: Phones) -> None:
    acme = platform.acme
    alice, bob, carol = [await phone(acme, extension) for extension in ("1000", "1001", "1002")]
    stranger = await phone(platform.globex, "1000")
    lamp = await Watching(carol, "dialog", "1001").begin()
    call = await alice.call("1001")
    ringing = await bob.incoming()
    ringing.ring()
    replaces = named(await lamp.lamp("early"))
    await refused(stranger, replaces, 481)
    await refused(carol, replaces.replace("to-tag=", "to-tag=x"), 481)
    taken = await carol.call("1001", ("Replaces", replaces))
    await taken.wait_answered()
    await ringing.wait_over()
    await call.wait_answered()
    await talk(call, taken)
    # Now a conversation: nobody else's to take, and not at all by who wanted it while it rang.
    talked = named(await lamp_of(alice, "1002"))
    await refused(bob, talked, 403)
    await refused(bob, f"{talked};early-only", 486)
    await talk(call, taken)
    await taken.hang_up()
    await call.wait_over()
    await lamp.send(0)
    await eventually(lambda: not acme.rest.get(acme.path("channels")), what="no channel left")
    assert len(await cdrs(acme, call=call, count=3)) == 3


async def lamp_of(agent: UserAgent, extension: str) -> str:
    """What a lamp shows of somebody who talks."""
    lamp = await Watching(agent, "dialog", extension).begin()
    body = await lamp.lamp("confirmed")
    await lamp.send(0)
    return body


async def test_D8_ones_own_call_moves_to_another_phone_by_its_dialog(platform: Platform, phone: Phones) -> None:
    """Named as SIP knows it, by Call-ID and tags, from both sides of a call: the caller's phone, then the callee's."""
    acme, made = platform.acme, Made(platform.acme)
    row = made.add(
        "devices",
        name="Second phone",
        owner_id=acme.user("1000")["id"],
        sip={"username": "alice-second", "password": "s3cret-of-alice"},
    )
    try:
        alice, bob = await phone(acme, "1000"), await phone(acme, "1001")
        second = await UserAgent.start(
            proxy=platform.address(), user=row["sip"]["username"], realm=acme.realm, password="s3cret-of-alice"
        )
        async with second:

            async def registered() -> bool:
                return (await second.register()).status == 200

            await until(registered, what="the edge knows the new phone")
            call, incoming = await connected(alice, "1001", bob)
            await talk(call, incoming)
            moved = await second.call("1001", ("Replaces", dialog(call)))
            await moved.wait_answered()
            await call.wait_over()
            await talk(moved, incoming)
            await moved.hang_up()
            await incoming.wait_over()
            back, ringing = await bob.call("1000"), await alice.incoming()
            also = await second.incoming()
            await ringing.answer()
            await back.wait_answered()
            await also.wait_over()
            await talk(back, ringing)
            moved = await second.call("1001", ("Replaces", dialog(ringing)))
            await moved.wait_answered()
            await ringing.wait_over()
            await talk(back, moved)
            await back.hang_up()
            await moved.wait_over()
            await second.register(0)
    finally:
        made.clear()


def dialog(call: Call) -> str:
    """The Replaces value for a phone's own dialog."""
    return f"{call.call_id};to-tag={parameter(call.local, 'tag')};from-tag={parameter(call.remote, 'tag')}"


async def test_D8_a_phone_joins_its_two_calls_by_refer_with_replaces(platform: Platform, phone: Phones) -> None:
    acme = platform.acme
    alice, bob, carol = [await phone(acme, extension) for extension in ("1000", "1001", "1002")]
    call, incoming = await connected(alice, "1001", bob)
    await talk(call, incoming)
    assert (await incoming.reinvite("sendonly")).status == 200
    consulting, asked = await connected(bob, "1002", carol)
    await talk(consulting, asked)
    assert (await incoming.refer("1002", replaces=consulting)).status == 202
    await incoming.wait_over()
    await consulting.wait_over()
    await talk(call, asked)
    await asked.hang_up()
    await call.wait_over()
    assert "ATTENDED_TRANSFER" in {leg["hangup_cause"] for leg in await cdrs(acme, call=call, count=3)}
