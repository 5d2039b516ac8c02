"""Fixtures: one Asterisk for the session, one exchange and one edge per test."""

from __future__ import annotations

import asyncio
import sys
import warnings
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from typing import Any

import pytest

from qvoice.callcontrol.exchange import Exchange
from qvoice.callcontrol.placing import Placing
from qvoice.callcontrol.port import Connection, Door
from qvoice.engine.health import answers_sip
from tests.callcontrol.node import MediaNode
from tests.callcontrol.world import ACME, ALICE, Book, Scripts
from tests.sip.agent import Call, UserAgent, until


@pytest.fixture(scope="session")
def node() -> Iterator[MediaNode]:
    node = MediaNode.create()
    try:
        node.start()
        yield node
    finally:
        node.remove()


def revive(node: MediaNode) -> None:
    """Start an Asterisk anew whose SIP stack has locked up in an earlier test (its issue 2166), as the watch does."""
    if node.process and node.process.poll() is None and not answers_sip("127.0.0.1", node.sip):
        warnings.warn("Asterisk's SIP stack had locked up; it was started anew", stacklevel=1)
        node.kill()
        node.start()


@dataclass
class Office:
    """An exchange with its edge. `dial` calls from a device; `edge.incoming()` is every leg that the exchange makes."""

    node: MediaNode
    exchange: Exchange
    scripts: Scripts
    book: Book
    edge: UserAgent
    asked: list[Any]
    answers: dict[type, Any]

    async def dial(
        self, number: str, *, source: str = "device", account: str = ACME, device: str = ALICE, **more: Any
    ) -> Call:
        headers = {
            "X-QV-Source": source,
            "X-QV-Account": account,
            "X-QV-Device": device,
            "X-QV-Trunk": "-",
            "X-QV-Realm": "acme.example.test",
            "X-QV-Hops": "0",
            "X-QV-Authorised": "-",
            "X-QV-Peer": "127.0.0.9:5060;udp",
            "X-QV-Privacy": "none",
        } | more.pop("headers", {})
        target = f"sip:{number}@127.0.0.1:{self.node.sip}"
        return await self.edge.call(target, *headers.items(), caller=more.pop("caller", "1000"), name="Alice", **more)

    async def idle(self) -> None:
        """Wait until no call is left, here and in Asterisk."""
        await until(lambda: not self.exchange.calls, what="no live call")

        left: list[str] = []

        async def empty() -> bool:
            channels, bridges = await self.exchange.lists.channels(), await self.exchange.lists.bridges()
            left[:] = [f"channel {one.id} {one.name} {one.state}" for one in channels]
            left.extend(f"bridge {one.id} {sorted(one.channels)}" for one in bridges)
            return not left

        try:
            await until(empty, what="no channel or bridge left in Asterisk")
        except AssertionError as problem:
            raise AssertionError(f"{problem}: {left}") from None
        assert not self.exchange.by_channel


@pytest.fixture
async def office(node: MediaNode, anyio_backend: str) -> AsyncIterator[Office]:
    revive(node)
    scripts, book = Scripts(), Book()
    asked: list[Any] = []
    answers: dict[type, Any] = {}

    async def ask(call: Any, request: Any) -> Any:
        asked.append(request)
        return answers.get(type(request))

    async def no_media(media_id: str) -> str | None:
        return None

    exchange = Exchange(
        journal=book,
        placing=Placing(scripts),
        ask=ask,
        media_path=lambda call: no_media,
        recordings=node.recordings,
        lists=node.lists(),
    )
    door = Door(
        ari=exchange.ari,
        ari_user="asterisk",
        ari_password=node.password,
        token="token",
        verbs={},
        health=lambda: {"ok": exchange.ready},
    )
    server = await asyncio.get_running_loop().create_server(lambda: Connection(door), "127.0.0.1", node.callcontrol)
    edge = await UserAgent.start(proxy=("127.0.0.1", node.sip), user="1000", realm="acme.example.test", port=node.edge)
    try:
        await until(lambda: exchange.ready, what="Asterisk connects")
        yield Office(node, exchange, scripts, book, edge, asked, answers)
        await edge.close()
        for channel in await exchange.lists.channels():
            exchange.ari.tell("DELETE", f"channels/{channel.id}")
    finally:
        server.close()
        exchange.ari.close()


@pytest.fixture(autouse=True)
def _asterisk_log(node: MediaNode, request: pytest.FixtureRequest) -> Iterator[None]:
    """Print what Asterisk logged during the test, for the report of one that fails."""
    before = len(node.log())
    yield
    sys.stdout.write(node.log()[before:][-6000:])
