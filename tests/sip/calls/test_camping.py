"""Camping on a busy extension: the phone that waits rings when both are free, and is connected."""

from __future__ import annotations

import pytest

from tests.fixtures.platform import Platform
from tests.sip.agent.message import user_of
from tests.sip.conftest import Phones
from tests.sip.features import Made
from tests.sip.scenes import connected, talk

pytestmark = [pytest.mark.anyio, pytest.mark.sip]


async def test_who_camps_on_a_busy_extension_is_called_when_it_is_free(platform: Platform, phone: Phones) -> None:
    acme, made = platform.acme, Made(platform.acme)
    made.flow("", "camping_feature", pattern=r"^\*66([0-9]+)$")
    try:
        alice, bob, carol = [await phone(acme, extension) for extension in ("1000", "1001", "1002")]
        busy, with_bob = await connected(alice, "1001", bob)
        wish = await (await carol.call("*661001")).wait_answered()
        await wish.media.hears_anything()
        await wish.wait_over(within=15)
        assert carol.no_call()
        await busy.hang_up()
        await with_bob.wait_over()
        back = await carol.incoming()
        assert user_of(back.invite.get("From").partition("<")[2]) == "1001"
        await back.answer()
        for_bob = await bob.incoming()
        await for_bob.answer()
        await talk(back, for_bob)
        await back.hang_up()
        await for_bob.wait_over()
    finally:
        made.clear()
