"""A phone loses its power in mid-call: nobody is left talking to a corpse."""

from __future__ import annotations

import asyncio

import pytest

from tests.fixtures.platform import Account, Platform
from tests.sip.agent import UserAgent
from tests.sip.conftest import Phones
from tests.sip.scenes import cdrs, connected, eventually, talk

pytestmark = [pytest.mark.anyio, pytest.mark.sip, pytest.mark.limit(180)]


async def vanish(account: Account, phones: tuple[UserAgent, UserAgent], to: str, *, who: str) -> None:
    """Connect the two, let the one vanish, and see the call end for the other, on the books too."""
    call, incoming = await connected(phones[0], to, phones[1])
    await talk(call, incoming)
    lost, left = (incoming, call) if who == "callee" else (call, incoming)
    assert left.media
    lost.vanish()
    await left.wait_over(within=90)
    legs = await cdrs(account, call=call, count=2)
    assert all(leg["hangup_cause"] for leg in legs)
    received = left.media.received
    await left.media.hears_silence(seconds=1)
    assert left.media.received == received


async def test_a_phone_that_vanishes_ends_the_call_whichever_side_it_was_on(platform: Platform, phone: Phones) -> None:
    acme = platform.acme
    alice, bob, carol, dave = [await phone(acme, extension) for extension in ("1000", "1001", "1002", "1003")]
    await asyncio.gather(
        vanish(acme, (alice, bob), "1001", who="callee"), vanish(acme, (carol, dave), "1003", who="caller")
    )
    await eventually(lambda: not acme.rest.get(acme.path("channels")), what="no channel left over")
