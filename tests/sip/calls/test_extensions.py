"""People of one company call one another; another company's people are not there."""

from __future__ import annotations

import pytest

from tests.fixtures.platform import Platform
from tests.sip.agent import UserAgent, until
from tests.sip.agent.message import address as uri_of
from tests.sip.agent.message import display, user_of
from tests.sip.conftest import Phones
from tests.sip.scenes import cdrs, connected, talk

pytestmark = [pytest.mark.anyio, pytest.mark.sip]


async def test_D1_D2_a_phone_calls_another_and_both_are_heard(platform: Platform, phone: Phones) -> None:
    alice, bob = await phone(platform.acme, "1000"), await phone(platform.acme, "1001")
    call, incoming = await connected(alice, "1001", bob)
    # What the phone shows can be called back as it is: the caller's number at the company's own domain.
    assert uri_of(incoming.remote) == f"sip:1000@{platform.acme.realm}"
    await talk(call, incoming)
    await call.hang_up()
    await incoming.wait_over()
    back, again = await connected(bob, uri_of(incoming.remote), alice)
    await back.hang_up()
    await again.wait_over()


async def test_D1_the_callee_hangs_up(platform: Platform, phone: Phones) -> None:
    alice, bob = await phone(platform.acme, "1000"), await phone(platform.acme, "1001")
    call, incoming = await connected(alice, "1001", bob)
    await talk(call, incoming)
    await incoming.hang_up()
    await call.wait_over()


async def test_D1_the_caller_gives_up_while_it_rings(platform: Platform, phone: Phones) -> None:
    alice, bob = await phone(platform.acme, "1000"), await phone(platform.acme, "1001")
    call = await alice.call("1001")
    incoming = await bob.incoming()
    incoming.ring()
    await call.wait_status(180)
    await call.cancel()
    await call.wait_over()
    assert call.status == 487
    await incoming.wait_over()


async def test_A3_same_extension_in_two_accounts_rings_its_own(platform: Platform, phone: Phones) -> None:
    acme = [await phone(platform.acme, extension) for extension in ("1000", "1001")]
    globex = [await phone(platform.globex, extension) for extension in ("1000", "1001")]
    call, incoming = await connected(acme[0], "1001", acme[1])
    other, other_incoming = await connected(globex[0], "1001", globex[1])
    await talk(call, incoming)
    await talk(other, other_incoming)
    assert acme[1].no_call()
    assert globex[1].no_call()
    await call.hang_up()
    await other.hang_up()


async def test_A5_a_phone_cannot_call_into_another_accounts_realm(platform: Platform, phone: Phones) -> None:
    mallory, victim = await phone(platform.acme, "1000"), await phone(platform.globex, "1001")
    call = await mallory.call(f"sip:1001@{platform.globex.realm}")
    await until(lambda: call.over.is_set() or not victim.no_call(), within=15)
    assert victim.no_call(), "an extension of another account rang"
    assert call.status >= 400


async def test_D3_the_callee_sees_the_callers_internal_name_and_extension(platform: Platform, phone: Phones) -> None:
    alice, bob = await phone(platform.acme, "1000"), await phone(platform.acme, "1001")
    alice.name = "The Police"  # what the phone claims counts for nothing
    call = await alice.call("1001", ("P-Asserted-Identity", '"Boss" <sip:999@acme.example.test>'))
    incoming = await bob.incoming()
    assert incoming.invite
    sender = incoming.invite.get("From")
    assert user_of(uri_of(sender)) == "1000"
    assert display(sender) == platform.acme.user("1000")["name"]
    await call.cancel()


async def test_a_call_to_ones_own_extension_does_not_ring_oneself(platform: Platform, phone: Phones) -> None:
    alice = await phone(platform.acme, "1000")
    call = await alice.call("1000")
    await call.wait_answered(within=30)  # the voicemail box answers
    assert alice.no_call()
    await call.hang_up()


async def test_nobody_there_goes_to_voicemail(platform: Platform, phone: Phones) -> None:
    alice = await phone(platform.acme, "1000")
    call = await alice.call("1003")
    await call.wait_answered(within=30)
    assert call.media
    await call.media.hears_anything()
    await call.hang_up()


async def test_D20_each_leg_is_in_the_call_log(platform: Platform, phone: Phones) -> None:
    alice, bob = await phone(platform.acme, "1000"), await phone(platform.acme, "1001")
    call, incoming = await connected(alice, "1001", bob)
    await talk(call, incoming)
    await call.hang_up()
    legs = await cdrs(platform.acme, call=call, count=2)
    assert len(legs) == 2
    assert len({leg["interaction_id"] for leg in legs}) == 1
    mine = next(leg for leg in legs if leg["sip_call_id"] == call.call_id)
    assert mine["caller_id_number"] == "1000"
    assert mine["hangup_cause"] == "NORMAL_CLEARING"
    assert mine["billing_seconds"] <= mine["duration_seconds"]
    assert mine["custom_channel_vars"]["authorizing_id"] == platform.acme.device("1000")["id"]
    globex = platform.globex.rest.get(platform.globex.path("cdrs"))
    assert not [row for row in globex if row["interaction_id"] == mine["interaction_id"]]


async def test_several_phones_of_one_user_ring_and_one_wins(platform: Platform, phone: Phones) -> None:
    alice = await phone(platform.acme, "1000")
    desk: UserAgent = await phone(platform.acme, "1001")
    pocket = await phone(platform.acme, "1001", transport="tcp")
    call = await alice.call("1001")
    one, two = await desk.incoming(), await pocket.incoming()
    one.ring()
    two.ring()
    await two.answer()
    await call.wait_answered()
    await one.wait_over()
    await talk(call, two)
    await call.hang_up()


async def test_D1_D13_a_number_of_one_digit_is_a_number(platform: Platform, phone: Phones) -> None:
    alice = await phone(platform.acme, "1000")
    menu = await alice.call("0")  # the main number's menu, from inside
    await menu.wait_answered()
    await menu.hang_up()
    nothing = await alice.call("5")
    assert await nothing.wait_status(404, 200) == 404


async def test_D13_keys_sent_by_info_are_keys_and_other_infos_are_answered(platform: Platform, phone: Phones) -> None:
    alice, bob = await phone(platform.acme, "1000"), await phone(platform.acme, "1001")
    menu = await bob.call("0")
    await menu.wait_answered()
    assert menu.media
    await menu.media.hears_anything()
    fast_update = ("Content-Type", "application/media_control+xml")
    assert (await menu.request("INFO", fast_update, body=b"<media_control/>")).status == 200
    assert (await menu.request("INFO")).status == 200
    refused = await menu.request("INFO", ("Content-Type", "text/plain"), body=b"?")
    assert (refused.status, "dtmf-relay" in refused.get("Accept")) == (415, True)
    key = ("Content-Type", "application/dtmf-relay")
    assert (await menu.request("INFO", key, body=b"Signal=1\r\nDuration=160\r\n")).status == 200
    incoming = await alice.incoming()
    await incoming.answer()
    await talk(menu, incoming)
    await menu.hang_up()
    await incoming.wait_over()


async def test_D1_a_number_is_understood_however_a_phone_writes_it(platform: Platform, phone: Phones) -> None:
    alice, bob = await phone(platform.acme, "1000"), await phone(platform.acme, "1001")
    realm = platform.acme.realm
    in_context = f"sip:1000;phone-context={realm}@{realm};user=phone"
    for written in ("tel:1000", in_context, f"sip:%31000@{realm.upper()}:5060"):
        call = await bob.call(written)
        incoming = await alice.incoming()
        await call.cancel()
        await incoming.wait_over()
