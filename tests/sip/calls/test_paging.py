"""D11: intercom and paging: phones that answer by themselves, to fifty at once, one-way and two-way."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest

from tests.fixtures.platform import Platform
from tests.sip.agent import Call, UserAgent, until
from tests.sip.conftest import Phones
from tests.sip.features import Made
from tests.sip.scenes import eventually, talk

pytestmark = [pytest.mark.anyio, pytest.mark.sip]


@pytest.fixture
async def made(anyio_backend: str, platform: Platform) -> AsyncIterator[Made]:
    made = Made(platform.acme)
    yield made
    made.clear()


def answers_by_itself(agent: UserAgent, calls: list[Call]) -> None:
    """As a desk phone that is told to: answers at once, and says nothing until a test wants it."""

    def take(call: Call) -> None:
        assert call.invite
        if "answer-after=0" in call.invite.get("Call-Info") and "alert-autoanswer" in call.invite.get("Alert-Info"):
            calls.append(call)
            agent.spawn(call.answer())

    agent.on_invite = take


async def test_D11_a_page_reaches_fifty_phones_and_only_the_speaker_is_heard(
    platform: Platform, phone: Phones, made: Made
) -> None:
    acme = platform.acme
    devices = [made.add("devices", name=f"Hall {n}") for n in range(50)]
    gone = [made.add("devices", name=f"Off {n}") for n in range(2)]
    endpoints: list[dict[str, Any]] = [{"id": d["id"], "endpoint_type": "device"} for d in (*devices, *gone)]
    mine = {"id": acme.user("1000")["id"], "endpoint_type": "user"}
    made.flow("700", "page_group", endpoints=[*endpoints, mine], timeout=8)
    heard: list[Call] = []
    agents: list[UserAgent] = []
    alice = await phone(acme, "1000")
    try:
        for device in devices:
            sip = device["sip"]
            agent = await UserAgent.start(
                proxy=platform.address(), user=sip["username"], realm=acme.realm, password=sip["password"]
            )
            agents.append(agent)
            answers_by_itself(agent, heard)
        await asyncio.gather(*(agent.registered() for agent in agents))
        page = await (await alice.call("700")).wait_answered()
        await until(lambda: len(heard) == 50 and all(c.answered.is_set() for c in heard), within=20, what="50 phones")
        assert page.media
        page.media.tone(440)
        for call in heard:
            assert call.media
            await call.media.hears(440, within=20)
        page.media.tone(None)
        loud, other = heard[3].media, heard[30].media
        assert loud
        assert other
        loud.tone(620)
        await page.media.hears_silence(within=15)
        await other.hears_silence(within=15)
        assert alice.no_call(), "the own phone is left out"
        await page.hang_up()
        for call in heard:
            await call.wait_over(within=20)
    finally:
        for agent in agents:
            await agent.close()


async def test_D11_a_two_way_page_is_a_talk_and_a_busy_phone_is_left_alone(
    platform: Platform, phone: Phones, made: Made
) -> None:
    acme = platform.acme
    alice, bob, carol, dave = [await phone(acme, extension) for extension in ("1000", "1001", "1002", "1003")]
    users = [{"id": acme.user(e)["id"], "endpoint_type": "user"} for e in ("1000", "1001", "1002", "1003")]
    made.flow("701", "page_group", endpoints=users, audio="two-way", timeout=3)
    made.flow("", "intercom", pattern=r"^\*0([0-9]+)$")
    busy = await dave.call("*97")  # dave is in a call of his own
    heard: list[Call] = []
    for agent in (bob, carol):
        answers_by_itself(agent, heard)
    await eventually(
        lambda: any(r["authorizing_id"] == acme.device("1003")["id"] for r in acme.rest.get(acme.path("channels"))),
        what="dave's call is known",
    )
    page = await (await alice.call("701")).wait_answered()
    await until(lambda: len(heard) == 2 and all(c.answered.is_set() for c in heard), what="two phones answer")
    await talk(page, heard[0])
    assert heard[0].media
    heard[0].media.tone(None)
    await talk(heard[1], page)
    assert dave.no_call()
    await page.hang_up()
    for call in heard:
        await call.wait_over()
    heard.clear()
    bobs = acme.device("1001")["id"]
    await eventually(
        lambda: not any(r["authorizing_id"] == bobs for r in acme.rest.get(acme.path("channels"))), what="bob is idle"
    )
    direct = await (await alice.call("*01001")).wait_answered()
    await talk(direct, heard[0])
    await direct.hang_up()
    await heard[0].wait_over()
    await busy.hang_up()
