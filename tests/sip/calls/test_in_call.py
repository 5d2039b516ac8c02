"""During a call: hold with music, transfer, hang-up from outside, keys."""

from __future__ import annotations

import pytest

from tests.fixtures.platform import Platform
from tests.sip.agent import UserAgent, until
from tests.sip.agent.message import parameter
from tests.sip.conftest import Phones
from tests.sip.scenes import call_in, cdrs, connected, eventually, talk

pytestmark = [pytest.mark.anyio, pytest.mark.sip]


async def test_D16_the_held_party_hears_the_systems_music(platform: Platform, phone: Phones) -> None:
    alice, bob = await phone(platform.acme, "1000"), await phone(platform.acme, "1001")
    call, incoming = await connected(alice, "1001", bob)
    await talk(call, incoming)
    assert call.media
    assert incoming.media
    incoming.media.tone(None)
    assert (await incoming.reinvite("sendonly")).status == 200
    call.media.forget()
    await call.media.hears_anything(seconds=1.5)
    assert (await incoming.reinvite("sendrecv")).status == 200
    incoming.media.tone(620)
    await call.media.hears(620)
    await call.hang_up()


async def test_keys_pressed_in_a_call_reach_the_other_phone(platform: Platform, phone: Phones) -> None:
    alice, bob = await phone(platform.acme, "1000"), await phone(platform.acme, "1001")
    call, incoming = await connected(alice, "1001", bob)
    assert call.media
    assert incoming.media
    await talk(call, incoming)
    await call.media.press("1590#")
    await until(lambda: incoming.media and incoming.media.digits == "1590#", what="the digits at the other phone")
    await call.hang_up()


async def test_live_calls_are_listed_and_hung_up_by_the_api(platform: Platform, phone: Phones) -> None:
    acme = platform.acme
    alice, bob = await phone(acme, "1000"), await phone(acme, "1001")
    call, incoming = await connected(alice, "1001", bob)
    await talk(call, incoming)
    rows = await eventually(lambda: [r for r in acme.rest.get(acme.path("channels")) if r["answered"]])
    assert not platform.globex.rest.get(platform.globex.path("channels"))
    acme.rest.post(acme.path("channels", rows[0]["uuid"]), {"action": "hangup"})
    await call.wait_over()
    await incoming.wait_over()
    await eventually(lambda: not acme.rest.get(acme.path("channels")), what="no channel left")


async def test_A5_another_account_cannot_hang_up_our_call(platform: Platform, phone: Phones) -> None:
    acme, globex = platform.acme, platform.globex
    alice, bob = await phone(acme, "1000"), await phone(acme, "1001")
    call, incoming = await connected(alice, "1001", bob)
    rows = await eventually(lambda: acme.rest.get(acme.path("channels")))
    for path in (globex.path("channels", rows[0]["uuid"]), acme.path("channels", rows[0]["uuid"])):
        with pytest.raises(Exception, match=r"40[34]"):
            globex.rest.post(path, {"action": "hangup"})
    await talk(call, incoming)
    await call.hang_up()


async def test_D8_blind_transfer_by_refer(platform: Platform, phone: Phones) -> None:
    alice, bob, carol = [await phone(platform.acme, extension) for extension in ("1000", "1001", "1002")]
    call, incoming = await connected(alice, "1001", bob)
    await talk(call, incoming)
    accepted = await incoming.refer("1002")
    assert accepted.status in (200, 202)
    third = await carol.incoming()
    await third.answer()
    await incoming.wait_over()
    await talk(call, third)
    await call.hang_up()
    await third.wait_over()
    legs = await cdrs(platform.acme, call=call, count=3)
    assert {leg["hangup_cause"] for leg in legs} == {"NORMAL_CLEARING", "BLIND_TRANSFER"}


async def test_D8_an_outside_caller_is_transferred_out_by_the_transferors_right_and_number(
    platform: Platform, phone: Phones, carrier: UserAgent
) -> None:
    """The carrier gets the transferor's number and his bill; what he may not call he may not transfer to either."""
    acme = platform.acme
    call_restriction = {"toll_us": {"action": "deny"}}
    device = acme.path("devices", acme.device("1000")["id"])
    acme.rest.patch(device, {"call_restriction": call_restriction})
    alice = await phone(acme, "1000")
    call = await call_in(carrier, acme.numbers[1])
    incoming = await alice.incoming()
    await incoming.answer()
    await call.wait_answered()
    await talk(call, incoming)
    await incoming.refer("+19005551234")
    await until(lambda: any(b"503" in n.body for n in incoming.notified), what="the refusal of a premium number")
    acme.rest.patch(device, {"call_restriction": {"toll_us": {"action": "inherit"}}})
    await talk(call, incoming)
    await incoming.refer("+14165557777")
    out = await carrier.incoming()
    assert "+14165559999" not in (out.invite.get("From") if out.invite else "")
    await out.answer()
    await talk(call, out)
    await call.hang_up()
    await out.wait_over()
    legs = await cdrs(acme, call=call, count=3)
    gateway = next(leg for leg in legs if leg["call_direction"] == "outbound" and leg["to"].startswith("+14165557777"))
    assert gateway["custom_channel_vars"]["authorizing_id"] == acme.device("1000")["id"]


async def test_D8_transfer_by_the_api(platform: Platform, phone: Phones) -> None:
    acme = platform.acme
    alice, bob, carol = [await phone(acme, extension) for extension in ("1000", "1001", "1002")]
    call, incoming = await connected(alice, "1001", bob)
    await talk(call, incoming)
    rows = await eventually(lambda: [r for r in acme.rest.get(acme.path("channels")) if r["answered"]])
    mine = next(r for r in rows if r["authorizing_id"] == acme.device("1000")["id"])
    acme.rest.post(acme.path("channels", mine["uuid"]), {"action": "transfer", "target": "1002", "leg": "self"})
    third = await carol.incoming()
    await third.answer()
    await incoming.wait_over()
    await talk(call, third)
    await call.hang_up()


async def test_a_phone_that_has_vanished_does_not_keep_the_call_for_ever(platform: Platform, phone: Phones) -> None:
    """No BYE, no RTP: the other side can still hang up, and both legs end in the call log."""
    alice = await phone(platform.acme, "1000")
    bob: UserAgent = await phone(platform.acme, "1001")
    call, incoming = await connected(alice, "1001", bob)
    await talk(call, incoming)
    incoming.vanish()
    bob.deaf = True
    await call.hang_up()
    legs = await cdrs(platform.acme, call=call, count=2, within=60)
    assert all(leg["hangup_cause"] for leg in legs)
    assert parameter(call.remote, "tag")
