"""D11: a call that rings elsewhere is picked up, a conversation taken over; the phones that rang hear "elsewhere"."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import pytest

from tests.fixtures.platform import Platform
from tests.sip.agent import UserAgent, until
from tests.sip.conftest import Phones
from tests.sip.features import Made
from tests.sip.scenes import call_in, cdrs, talk

pytestmark = [pytest.mark.anyio, pytest.mark.sip]


@pytest.fixture
async def made(anyio_backend: str, platform: Platform) -> AsyncIterator[Made]:
    """500 picks up the group Sales (1001, 1002); *87 and an extension picks up that; 501 intercepts 1001."""
    made = Made(platform.acme)
    users = {e: platform.acme.user(e)["id"] for e in ("1000", "1001", "1002")}
    group = made.add("groups", name="Pickup", endpoints={users[e]: {"type": "user"} for e in ("1001", "1002")})
    members = [{"id": users[e], "endpoint_type": "user"} for e in ("1001", "1002")]
    made.flow("2500", "ring_group", endpoints=members, timeout=30)
    made.flow("500", "group_pickup", group_id=group["id"])
    made.flow("", "group_pickup_feature", pattern=r"^\*87([0-9]+)$", type="extension")
    made.flow("501", "intercept", user_id=users["1001"], approved_user_id=users["1000"])
    yield made
    made.clear()


async def test_D11_group_pickup_500_takes_the_call_that_rings_in_the_group(
    platform: Platform, phone: Phones, carrier: UserAgent, made: Made
) -> None:
    """The specification's walkthrough: the group rings, a third phone dials 500 and talks with the caller."""
    alice, bob, carol = [await phone(platform.acme, e) for e in ("1000", "1001", "1002")]
    caller = await phone(platform.acme, "1003")
    call = await caller.call("2500")
    rang = [await bob.incoming(), await carol.incoming()]
    for one in rang:
        one.ring()
    await call.wait_status(180)
    picker = await alice.call("500")
    await picker.wait_answered()
    await call.wait_answered()
    await talk(call, picker)
    for one in rang:
        await one.wait_over()
        cancel = next(m for m in one.received if m.method == "CANCEL")
        assert "cause=200" in cancel.get("Reason"), "the phone must not show a missed call (RFC 3326)"
    await picker.hang_up()
    await call.wait_over()
    legs = await cdrs(platform.acme, call=call, count=4)
    assert {leg["hangup_cause"] for leg in legs} == {"NORMAL_CLEARING", "LOSE_RACE"}


async def test_D11_of_two_who_pick_up_one_gets_the_call_and_the_other_hears_why(
    platform: Platform, phone: Phones, made: Made
) -> None:
    alice, bob, carol, dave = [await phone(platform.acme, e) for e in ("1000", "1001", "1002", "1003")]
    call = await alice.call("1001")
    (await bob.incoming()).ring()
    await call.wait_status(180)
    one, two = await asyncio.gather(carol.call("500"), dave.call("*871001"))
    await asyncio.gather(one.wait_answered(), two.wait_answered(), call.wait_answered())
    # The announcement to whoever was late ends, and his call with it.
    await until(lambda: one.over.is_set() or two.over.is_set(), within=20, what="the late one hears why and is let go")
    winner = two if one.over.is_set() else one
    assert not winner.over.is_set()
    await talk(call, winner)
    await call.hang_up()
    await winner.wait_over()


async def test_D11_a_conversation_is_intercepted_by_who_may(
    platform: Platform, phone: Phones, carrier: UserAgent, made: Made
) -> None:
    """1001 talks with the carrier's caller; 1000 takes his place, 1002 (not approved) may not."""
    alice, bob, carol = [await phone(platform.acme, e) for e in ("1000", "1001", "1002")]
    outside = await call_in(carrier, platform.acme.numbers[1])
    first = await alice.incoming()  # 1000's own DID
    await first.answer()
    await outside.wait_answered()
    made.flow(
        "502", "intercept", user_id=platform.acme.user("1000")["id"], approved_user_id=platform.acme.user("1001")["id"]
    )
    refused = await (await carol.call("502")).wait_answered()
    await talk(outside, first)
    taker = await (await bob.call("502")).wait_answered()
    await first.wait_over()
    await talk(outside, taker)
    await outside.hang_up()
    await taker.wait_over()
    await refused.wait_over(within=20)


async def test_D11_another_accounts_call_is_not_picked_up(platform: Platform, phone: Phones, made: Made) -> None:
    caller, bob = await phone(platform.globex, "1000"), await phone(platform.globex, "1001")
    alice = await phone(platform.acme, "1000")
    call = await caller.call("1001")
    incoming = await bob.incoming()
    incoming.ring()
    await call.wait_status(180)
    picker = await (await alice.call("*871001")).wait_answered()
    await picker.wait_over(within=20)
    assert not call.answered.is_set()
    await incoming.answer()
    await call.wait_answered()
    await talk(call, incoming)
    await call.hang_up()
