"""Several phones ring for one call: one has it, and the others know."""

from __future__ import annotations

import asyncio

import pytest

from tests.fixtures.platform import Platform
from tests.sip.agent import Call, until
from tests.sip.conftest import Phones
from tests.sip.scenes import talk

pytestmark = [pytest.mark.anyio, pytest.mark.sip]


async def answer_at_once(call: Call) -> None:
    """Pick up as a phone does that cannot know of the CANCEL under way; AssertionError-free when it comes too late."""
    body = await call.describe(("PCMU",))
    call._respond(200, "OK", body)


async def test_of_phones_that_answer_together_one_talks_and_the_others_are_hung_up(
    platform: Platform, phone: Phones
) -> None:
    alice = await phone(platform.acme, "1000")
    desks = [await phone(platform.acme, "1001", transport=one) for one in ("udp", "tcp", "tls")]
    call = await alice.call("1001")
    ringing = [await desk.incoming() for desk in desks]
    for one in ringing:
        one.ring()
    await call.wait_status(180)
    for one in ringing:
        await one.describe(("PCMU",))
    await asyncio.gather(*(answer_at_once(one) for one in ringing))
    await call.wait_answered()
    await until(lambda: sum(one.over.is_set() for one in ringing) == 2, what="two of three phones hung up")
    (winner,) = [one for one in ringing if not one.over.is_set()]
    for loser in ringing:
        if loser is not winner:
            assert "BYE" in [request.method for request in loser.received]
            assert loser.server
            assert loser.server.acknowledged.is_set(), "an answer that is not acknowledged is repeated"
    assert winner.invite
    winner.hear(winner.invite.body)
    await talk(call, winner)
    await call.hang_up()
    await winner.wait_over()


async def test_D18_a_phone_that_must_encrypt_and_answers_without_has_no_call(platform: Platform, phone: Phones) -> None:
    acme = platform.acme
    path = acme.path("devices", acme.device("1001")["id"])
    acme.rest.patch(path, {"media": {"encryption": {"enforce_security": True, "methods": ["srtp"]}}})
    try:
        alice, bob = await phone(acme, "1000"), await phone(acme, "1001")
        call = await alice.call("1001")
        incoming = await bob.incoming()
        assert incoming.offer.profile == "RTP/SAVP"
        body = await incoming.describe(("PCMU",), secure=False)
        incoming._respond(200, "OK", body)
        await incoming.wait_over()
        assert not call.answered.is_set()
        await call.cancel()
        await call.wait_over()
    finally:
        acme.rest.patch(path, {"media": {"encryption": {"enforce_security": False, "methods": ["srtp"]}}})


async def test_D18_an_encrypted_call_cannot_be_made_a_plain_one(platform: Platform, phone: Phones) -> None:
    alice, bob = await phone(platform.acme, "1000", srtp=True), await phone(platform.acme, "1001")
    call = await alice.call("1001")
    incoming = await bob.incoming()
    await incoming.answer()
    await call.wait_answered()
    assert call.media
    plain = await call.describe(secure=False)
    assert (await call.request("INVITE", body=plain)).status == 488
    await talk(call, incoming)
    await call.hang_up()
    await incoming.wait_over()


async def test_an_answer_that_crosses_the_callers_cancel_leaves_no_call(platform: Platform, phone: Phones) -> None:
    alice, bob = await phone(platform.acme, "1000"), await phone(platform.acme, "1001")
    call = await alice.call("1001")
    incoming = await bob.incoming()
    incoming.ring()
    await call.wait_status(180)
    await incoming.describe(("PCMU",))
    await asyncio.gather(call.cancel(), answer_at_once(incoming))
    await incoming.wait_over()
    await until(lambda: call.over.is_set() or call.answered.is_set())
    if not call.over.is_set():
        await call.wait_over()
    assert call.status in (200, 487)
    assert not platform.acme.rest.get(platform.acme.path("channels")) or await until(
        lambda: not platform.acme.rest.get(platform.acme.path("channels")), every=0.3
    )
