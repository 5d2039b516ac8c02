"""Connections: many phones behind one, and strangers who only hold theirs open."""

from __future__ import annotations

import asyncio

import pytest

from qvoice.features.edge.kamailio import Kamailio
from tests.fixtures.platform import Platform
from tests.sip.agent import UserAgent
from tests.sip.conftest import Phones
from tests.sip.features import Made
from tests.sip.scenes import eventually

pytestmark = [pytest.mark.anyio, pytest.mark.sip]

PHONES = 76
"""Their addresses of record have more than 4,000 bytes."""


async def test_all_phones_behind_one_connection_go_with_it(platform: Platform) -> None:
    acme, made = platform.acme, Made(platform.acme)
    line = await UserAgent.start(proxy=platform.address("tcp"), realm=acme.realm, transport="tcp")
    try:
        names = [f"behind-one-and-the-same-line-{n:03}" for n in range(PHONES)]

        def make(name: str) -> None:
            made.add("devices", name=name, sip={"username": name, "password": "k9Sd8fjQ2x"})

        for name in names:
            await asyncio.to_thread(make, name)

        async def registered(name: str) -> bool:
            line.user, line.password = name, "k9Sd8fjQ2x"
            line._registration = (name, name, 0)
            return (await line.register()).status == 200

        for name in names:
            assert await registered(name), name

        def listed() -> int:
            return sum(r["username"].startswith("behind-") for r in acme.rest.get(acme.path("registrations")))

        await eventually(lambda: listed() == PHONES, what="all of them in the list")
        line.transport.close()
        await eventually(lambda: listed() == 0, what="none of them in the list")
    finally:
        line.transport.close()
        made.clear()


async def test_a_strangers_idle_connection_is_not_kept_as_a_phones_is(platform: Platform, phone: Phones) -> None:
    alice = await phone(platform.acme, "1000", transport="tcp")
    stranger = await UserAgent.start(proxy=platform.address("tcp"), user="x", realm="nowhere.example", transport="tcp")
    edge = Kamailio(platform.settings)
    try:
        assert (await stranger.options()).status == 200
        lives = {int(row["src_port"]): int(row["lifetime"]) for row in await edge.rpc("core.tcp_list")}
        assert lives[alice.transport.local[1]] > 3000
        assert lives[stranger.transport.local[1]] <= 60
    finally:
        await edge.close()
        await stranger.close()
