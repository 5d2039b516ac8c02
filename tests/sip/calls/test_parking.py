"""D8: parking by feature codes, from a blind transfer to the fetched call."""

from __future__ import annotations

import pytest

from tests.fixtures.platform import Platform
from tests.sip.conftest import Phones
from tests.sip.features import Made
from tests.sip.scenes import cdrs, connected, talk

pytestmark = [pytest.mark.anyio, pytest.mark.sip]


async def test_D8_a_call_is_parked_by_transfer_and_fetched_from_another_phone(
    platform: Platform, phone: Phones
) -> None:
    acme = platform.acme
    made = Made(acme)
    made.flow("*4", "park", action="park")
    made.flow("", "park", pattern=r"^\*5([0-9]+)$", action="retrieve")
    try:
        alice, bob, carol = [await phone(acme, extension) for extension in ("1000", "1001", "1002")]
        call, incoming = await connected(alice, "1001", bob)
        await talk(call, incoming)
        await incoming.refer("*4")
        await incoming.wait_over()
        call.media.forget()
        await call.media.hears_anything(seconds=1.0)
        fetched = await carol.call("*5101")
        await fetched.wait_answered()
        await talk(call, fetched)
        late = await bob.call("*5101")
        await late.wait_answered()
        await late.media.hears_anything()
        await late.hang_up()
        await fetched.hang_up()
        await call.wait_over()
    finally:
        made.clear()
    legs = await cdrs(acme, call=call, count=3)
    assert len({leg["interaction_id"] for leg in legs}) == 1
