"""Phones and carriers of the demo, as fixtures."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import pytest

from tests.fixtures.platform import Account, Platform
from tests.sip.agent import UserAgent

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
