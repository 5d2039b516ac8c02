"""A phone loses its power in mid-call: nobody is left talking to a corpse."""

from __future__ import annotations

import pytest

from tests.fixtures.platform import Platform
from tests.sip.agent import until
from tests.sip.conftest import Phones
from tests.sip.scenes import cdrs, connected, eventually, talk

pytestmark = [pytest.mark.anyio, pytest.mark.sip, pytest.mark.limit(180)]


@pytest.mark.parametrize("who", ["callee", "caller"])
async def test_a_phone_that_vanishes_ends_the_call(platform: Platform, phone: Phones, who: str) -> None:
    acme = platform.acme
    alice, bob = await phone(acme, "1000"), await phone(acme, "1001")
    call, incoming = await connected(alice, "1001", bob)
    await talk(call, incoming)
    lost, left = (incoming, call) if who == "callee" else (call, incoming)
    assert left.media
    lost.vanish()
    await left.wait_over(within=90)
    legs = await cdrs(acme, call=call, count=2)
    assert all(leg["hangup_cause"] for leg in legs)
    await eventually(lambda: not acme.rest.get(acme.path("channels")), what="no channel left over")
    received = left.media.received
    await until(lambda: True, within=1)
    await left.media.hears_silence(seconds=1)
    assert left.media.received == received
