"""D15: a supervisor listens to a conversation, whispers to his agent, and talks with both; nobody else may."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from tests.fixtures.platform import Platform
from tests.sip.conftest import Phones
from tests.sip.features import Made
from tests.sip.scenes import connected, talk

pytestmark = [pytest.mark.anyio, pytest.mark.sip]


@pytest.fixture
async def made(anyio_backend: str, platform: Platform) -> AsyncIterator[Made]:
    made, acme = Made(platform.acme), platform.acme
    agent, supervisor = acme.user("1001")["id"], acme.user("1002")["id"]
    made.flow("710", "eavesdrop", user_id=agent, approved_user_id=supervisor)
    yield made
    made.clear()


async def test_D15_listen_whisper_and_barge(platform: Platform, phone: Phones, made: Made) -> None:
    acme = platform.acme
    alice, bob, carol, dave = [await phone(acme, extension) for extension in ("1000", "1001", "1002", "1003")]
    call, agent = await connected(alice, "1001", bob)
    await talk(call, agent)
    supervisor = await (await carol.call("710")).wait_answered()
    assert call.media
    assert agent.media
    assert supervisor.media
    agent.media.tone(None)
    await supervisor.media.hears(440, within=20)  # the caller
    call.media.tone(None)
    agent.media.tone(620)
    await supervisor.media.hears(620)  # the agent
    agent.media.tone(None)
    supervisor.media.tone(800)
    await agent.media.hears_silence()  # who listens is not heard

    await supervisor.media.press("2")
    await agent.media.hears(800)  # a whisper: the agent only
    await call.media.hears_silence()

    await supervisor.media.press("3")
    await call.media.hears(800)  # both
    await agent.media.hears(800)
    await supervisor.media.press("1")
    await call.media.hears_silence(within=15)

    refused = await (await dave.call("710")).wait_answered()
    await refused.wait_over(within=20)
    await call.hang_up()
    await supervisor.wait_over(within=20)
