"""Phones and carriers of the demo, as fixtures."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import pytest

from tests.fixtures.platform import Account, Platform
from tests.sip.agent import UserAgent
from tests.sip.scenes import no_calls

Phones = Callable[..., Awaitable[UserAgent]]


@pytest.fixture
async def phone(anyio_backend: str, platform: Platform) -> AsyncIterator[Phones]:
    """`await phone(account, "1000", transport="tls")` gives that user's phone, registered; all leave at the end."""
    agents: list[UserAgent] = []

    async def ring_up(account: Account, extension: str, *, register: bool = True, **how: Any) -> UserAgent:
        device = account.device(extension)
        transport = how.get("transport", "udp")
        if transport == "tls":
            how.setdefault("ca", platform.ca)
        agent = await UserAgent.start(
            proxy=platform.address(transport),
            user=device["username"],
            realm=account.realm,
            password=device["password"],
            **how,
        )
        agents.append(agent)
        return await agent.registered() if register else agent

    yield ring_up
    for agent in agents:
        if not agent.deaf:
            await agent.register(0)
        await agent.close()
    problems = [problem for agent in agents for problem in agent.errors]
    assert not problems, problems


@pytest.fixture
async def carrier(anyio_backend: str, platform: Platform) -> AsyncIterator[UserAgent]:
    """The demo carrier: what is called elsewhere arrives here, and its calls to a DID go in."""
    host, port = platform.carrier
    agent = await UserAgent.start(user="carrier", realm=host, proxy=platform.address(), host=host, port=port)
    async with agent:
        yield agent


FAILED = pytest.StashKey[bool]()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item, call: pytest.CallInfo[None]):
    """Remember for fixtures whether their test failed."""
    report = yield
    if report.when == "call":
        item.stash[FAILED] = report.failed
    return report


@pytest.fixture(autouse=True)
async def quiet(anyio_backend: str, request: pytest.FixtureRequest) -> AsyncIterator[None]:
    """One failure stays one: the calls that a failed test has left are hung up before the next begins."""
    yield
    if request.node.stash.get(FAILED, False) and "platform" in request.fixturenames:
        platform: Platform = request.getfixturevalue("platform")
        for account in (platform.acme, platform.globex):
            await no_calls(account)
