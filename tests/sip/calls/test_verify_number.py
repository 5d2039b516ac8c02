"""D3: a number of another carrier is called over the account's own trunks, and a code is spoken to whoever answers."""

from __future__ import annotations

import pytest

from tests.fixtures.platform import Platform
from tests.sip.agent import UserAgent

pytestmark = [pytest.mark.anyio, pytest.mark.sip]

NUMBER = "+15145557788"


async def test_D3_the_code_is_spoken_to_whoever_answers_the_number(platform: Platform, carrier: UserAgent) -> None:
    acme = platform.acme
    made = acme.rest.put(acme.path("external_numbers"), {"number": NUMBER})
    try:
        acme.rest.put(acme.path("external_numbers", made["id"], "verify"), {"method": "voice"})
        call = await carrier.incoming()
        assert call.invite
        assert NUMBER.lstrip("+") in call.invite.uri
        await call.answer()
        assert call.media
        await call.media.hears_anything(seconds=2)
        await call.hang_up()
    finally:
        acme.rest.delete(acme.path("external_numbers", made["id"]))
