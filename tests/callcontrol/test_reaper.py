"""The reaper on a node with very many channels."""

from __future__ import annotations

import asyncio

import pytest

from qvoice.callcontrol import reaper
from tests.callcontrol.conftest import Office

pytestmark = [pytest.mark.anyio, pytest.mark.sip]

MANY = 1200
"""Their list is longer than the stack of a thread of Asterisk's (half a megabyte)."""


async def test_B1_a_node_with_very_many_channels_lives_and_is_rid_of_those_that_nobody_knows(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    exchange = office.exchange
    monkeypatch.setattr(exchange.ari, "_on_event", lambda event: None)  # nobody heard of them
    body = {"endpoint": "PJSIP/edge/sip:nobody@acme.example.test", "app": "qvoice", "formats": "ulaw"}
    names = [f"stray.{number}" for number in range(MANY)]
    await asyncio.gather(*(exchange.ari.post("channels/create", body=body | {"channelId": name}) for name in names))
    monkeypatch.undo()
    suspects = await reaper.reap(exchange, set())
    assert suspects >= set(names)
    assert len(await exchange.lists.channels()) >= MANY, "the first look only suspects"
    await reaper.reap(exchange, suspects)
    await office.idle()
    assert exchange.ready
