"""Calls from the carrier: a DID finds its account; the menu finds the person."""

from __future__ import annotations

import pytest

from tests.fixtures.platform import Platform
from tests.sip.agent import UserAgent, sound, until
from tests.sip.agent.message import address, display, user_of
from tests.sip.conftest import Phones
from tests.sip.scenes import call_in, talk

pytestmark = [pytest.mark.anyio, pytest.mark.sip]


async def test_B2_a_direct_number_rings_its_user_with_the_callers_number(
    platform: Platform, phone: Phones, carrier: UserAgent
) -> None:
    alice = await phone(platform.acme, "1000")
    call = await call_in(carrier, platform.acme.numbers[1], name="Customer")
    incoming = await alice.incoming()
    assert incoming.invite
    assert user_of(address(incoming.invite.get("From"))) in ("+14165559999", "14165559999", "4165559999")
    await incoming.answer()
    await call.wait_answered()
    await talk(call, incoming)
    await call.hang_up()
    await incoming.wait_over()


async def test_B5_a_trunks_inbound_formatters_rewrite_the_number_called_and_the_caller(
    platform: Platform, phone: Phones, carrier: UserAgent
) -> None:
    alice, did = await phone(platform.acme, "1000"), platform.acme.numbers[1]
    trunk = next(row for row in platform.master.get("resources") if row["name"] == "Demo carrier")
    path = f"resources/{trunk['id']}"
    rules = {
        "request": {"direction": "inbound", "regex": r"^0(\d{10})$", "prefix": "+1"},
        "caller-id-number": [{"regex": r"^0([1-9]\d+)$", "prefix": "+66"}],
        "caller_id_name": {"direction": "inbound", "value": "By Siam"},
    }
    platform.master.patch(path, {"formatters": rules})
    try:
        call = await call_in(carrier, did.replace("+1", "0"), caller="021234567", name="X")
        incoming = await alice.incoming()
        assert incoming.invite
        assert user_of(address(incoming.invite.get("From"))) == "+6621234567"
        assert display(incoming.remote) == "By Siam"
        await call.cancel()
        await incoming.wait_over()
    finally:
        platform.master.patch(path, {"formatters": None})


async def test_A3_each_accounts_number_rings_in_its_account(
    platform: Platform, phone: Phones, carrier: UserAgent
) -> None:
    alice, grace = await phone(platform.acme, "1000"), await phone(platform.globex, "1000")
    call = await call_in(carrier, platform.globex.numbers[1])
    incoming = await grace.incoming()
    assert alice.no_call()
    await incoming.answer()
    await call.wait_answered()
    await talk(call, incoming)
    await incoming.hang_up()
    await call.wait_over()


async def test_D13_menu_one_is_the_first_person(platform: Platform, phone: Phones, carrier: UserAgent) -> None:
    alice = await phone(platform.acme, "1000")
    call = await (await call_in(carrier, platform.acme.numbers[0])).wait_answered()
    assert call.media
    await call.media.hears_anything()
    await call.media.press("1")
    incoming = await alice.incoming()
    await incoming.answer()
    await talk(call, incoming)
    await call.hang_up()


async def test_D13_keys_as_tones_in_the_sound_of_a_carrier_that_knows_no_key_events(
    platform: Platform, phone: Phones, carrier: UserAgent
) -> None:
    alice = await phone(platform.acme, "1000")
    carrier.key_events = False
    call = await (await call_in(carrier, platform.acme.numbers[0])).wait_answered()
    assert call.media
    assert call.answered_with
    assert call.answered_with.dtmf is None
    await call.media.hears_anything()
    call.media.say(sound.key("1"))
    incoming = await alice.incoming()
    await incoming.answer()
    await talk(call, incoming)
    await call.hang_up()


async def test_D13_menu_two_rings_the_group_and_the_first_to_answer_wins(
    platform: Platform, phone: Phones, carrier: UserAgent
) -> None:
    members = [await phone(platform.acme, extension) for extension in ("1001", "1002", "1003")]
    call = await (await call_in(carrier, platform.acme.numbers[0])).wait_answered()
    assert call.media
    await call.media.hears_anything()
    await call.media.press("2")
    ringing = [await member.incoming() for member in members]
    for one in ringing:
        one.ring()
    await ringing[1].answer()
    await ringing[0].wait_over()
    await ringing[2].wait_over()
    await talk(call, ringing[1])
    await call.hang_up()
    await ringing[1].wait_over()


async def test_D13_any_extension_can_be_dialled_in_the_menu(
    platform: Platform, phone: Phones, carrier: UserAgent
) -> None:
    carol = await phone(platform.acme, "1002")
    call = await (await call_in(carrier, platform.acme.numbers[0])).wait_answered()
    assert call.media
    await call.media.hears_anything()
    await call.media.press("1002")
    incoming = await carol.incoming()
    await incoming.answer()
    await talk(call, incoming)
    await call.hang_up()


async def test_a_number_that_nobody_has_is_refused_and_rings_nobody(
    platform: Platform, phone: Phones, carrier: UserAgent
) -> None:
    alice = await phone(platform.acme, "1000")
    call = await call_in(carrier, "+14165550999")
    await call.wait_over(within=15)
    assert 400 <= call.status < 500
    assert alice.no_call()


async def test_a_stranger_is_not_a_carrier(platform: Platform, phone: Phones) -> None:
    """An INVITE to a DID from an address that is no gateway must not get in without a password."""
    alice = await phone(platform.acme, "1000")
    stranger = await UserAgent.start(user="x", realm="127.0.0.9", proxy=platform.address(), host="127.0.0.9")
    async with stranger:
        call = await call_in(stranger, platform.acme.numbers[1])
        await until(lambda: call.over.is_set() or not alice.no_call(), within=10)
        assert call.status in (401, 403, 404, 407)
        assert alice.no_call()


async def test_a_carrier_cannot_dial_out_through_us(platform: Platform, carrier: UserAgent) -> None:
    """`no_match` is for our own callers: a carrier's call to a foreign number must not hairpin at somebody's cost."""
    call = await call_in(carrier, "+442079460000")
    await call.wait_over(within=15)
    assert 400 <= call.status < 500
    assert carrier.no_call()
