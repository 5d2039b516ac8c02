"""D9: the message-waiting lamp is told without having asked: at registration, and again after the edge was
restarted.
"""

from __future__ import annotations

import pytest

from tests.fixtures.platform import Platform
from tests.sip.conftest import Phones
from tests.sip.machine import kill

pytestmark = [pytest.mark.anyio, pytest.mark.sip, pytest.mark.limit(240)]


async def test_a_phone_is_told_when_it_registers_and_not_at_each_refresh(platform: Platform, phone: Phones) -> None:
    carol = await phone(platform.acme, "1002")
    notice = await carol.notice("message-summary", "Voice-Message:")
    assert notice.get("Content-Type") == "application/simple-message-summary"
    assert f"Message-Account: sip:{carol.user}@{platform.acme.realm}" in notice.body.decode()
    told = len(carol.notices)
    for _ in range(3):
        await carol.registered()
    assert (await carol.options()).status == 200
    assert len(carol.notices) == told


async def test_a_phone_is_told_again_after_the_edge_was_killed(platform: Platform, phone: Phones) -> None:
    carol = await phone(platform.acme, "1002")
    await carol.notice("message-summary", "Voice-Message:")
    told = len(carol.notices)
    await kill(platform, "kamailio")
    await carol.registered()
    await carol.notice("message-summary", "Voice-Message:", after=told)


async def test_a_lamp_is_told_over_the_connection_that_the_phone_opened(platform: Platform, phone: Phones) -> None:
    carol = await phone(platform.acme, "1002", transport="tls")
    await carol.notice("message-summary", "Voice-Message:")
