"""D8: in-call keys through the real edge: consult, and complete by hanging up; the API holds and resumes."""

from __future__ import annotations

import pytest

from tests.fixtures.platform import Platform
from tests.sip.conftest import Phones
from tests.sip.features import Made
from tests.sip.scenes import connected, eventually, talk

pytestmark = [pytest.mark.anyio, pytest.mark.sip]


async def test_D8_an_attended_transfer_by_key_and_hold_by_the_api(platform: Platform, phone: Phones) -> None:
    acme = platform.acme
    made = Made(acme)
    keys = {"patterns": {"^2([0-9]+)$": {"module": "transfer", "data": {"transfer_type": "attended"}}}}
    made.change("users", acme.user("1000")["id"], metaflows=keys)
    try:
        alice, bob, carol = [await phone(acme, extension) for extension in ("1000", "1001", "1002")]
        call, incoming = await connected(alice, "1001", bob)
        await talk(call, incoming)
        row = await eventually(lambda: next((r for r in acme.rest.get(acme.path("channels")) if r["answered"]), None))
        call.media.tone(None)
        incoming.media.tone(None)
        acme.rest.post(acme.path("channels", row["uuid"]), {"action": "hold"})
        mine = row["authorizing_id"] == acme.device("1000")["id"]
        held = incoming if mine else call
        held.media.forget()
        await held.media.hears_anything(seconds=1.0)
        acme.rest.post(acme.path("channels", row["uuid"]), {"action": "resume"})
        await talk(call, incoming)
        await call.media.press("*21002#")
        third = await carol.incoming()
        await third.answer()
        await talk(call, third)
        await call.hang_up()
        await talk(incoming, third)
        await third.hang_up()
        await incoming.wait_over()
    finally:
        made.clear()
