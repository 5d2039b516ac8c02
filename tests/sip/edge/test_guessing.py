"""Guessing passwords is slow, whoever guesses, and does not lock out the honest for long."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable

import pytest

from tests.fixtures.platform import Platform
from tests.sip.agent import UserAgent, until

pytestmark = [pytest.mark.anyio, pytest.mark.sip, pytest.mark.limit(240)]

Office = Callable[..., Awaitable[UserAgent]]


@pytest.fixture
async def office(anyio_backend: str, platform: Platform) -> AsyncIterator[Office]:
    """`await office("1000", host="127.0.0.31", password=…)`: a phone of Acme's behind an address of its own."""
    agents: list[UserAgent] = []

    async def one(extension: str, *, host: str, user: str = "", password: str = "") -> UserAgent:
        device = platform.acme.device(extension)
        agent = await UserAgent.start(
            proxy=platform.address(),
            user=user or device["username"],
            realm=platform.acme.realm,
            password=password or device["password"],
            host=host,
        )
        agents.append(agent)
        return agent

    yield one
    for agent in agents:
        await agent.close()


async def test_a_guesser_beside_a_phone_locks_itself_out_not_the_phone(office: Office) -> None:
    honest = await office("1000", host="127.0.0.31")
    await honest.registered()
    guesser = await office("1000", host="127.0.0.31", password="wrong")
    for _ in range(12):
        assert (await guesser.register()).status == 401
    guesser.password = honest.password
    assert (await guesser.register()).status == 401, "a locked pair must not be looked at"
    assert (await honest.register()).status == 200, "the phone that had proved itself must go on"


async def test_the_lock_ends_by_itself_though_the_phone_keeps_trying(office: Office) -> None:
    """A phone with an old password is given the new one: it must get in without anybody's help."""
    agent = await office("1000", host="127.0.0.32", password="old")
    for _ in range(12):
        assert (await agent.register()).status == 401
    agent.password = (await office("1000", host="127.0.0.33")).password

    async def accepted() -> bool:
        return (await agent.register()).status == 200

    await until(accepted, within=100, every=3.0, what="the lock's end")


async def test_one_valid_account_does_not_open_the_others_to_guessing(office: Office) -> None:
    """Spraying a password over many names from one address is limited even when somebody there is known."""
    honest = await office("1000", host="127.0.0.34")
    await honest.registered()
    for number in range(310):
        sprayer = await office("1001", host="127.0.0.34", user=f"name{number}", password="Summer2026")
        assert (await sprayer.register()).status == 401
        sprayer.transport.close()
    victim = await office("1001", host="127.0.0.34")
    assert (await victim.register()).status == 401, "more than 300 failures: nothing new from there is looked at"
    assert (await honest.register()).status == 200
    elsewhere = await office("1001", host="127.0.0.35")
    assert (await elsewhere.register()).status == 200, "another address is not concerned"


async def test_a_stranger_who_only_fails_is_no_longer_answered(office: Office) -> None:
    for number in range(60):
        guesser = await office("1001", host="127.0.0.36", user=f"name{number}", password="Summer2026")
        assert (await guesser.register()).status == 401
        guesser.transport.close()
    guesser = await office("1001", host="127.0.0.36")
    with pytest.raises(AssertionError, match="no answer to REGISTER"):
        await guesser.register(within=2)
