"""Malformed SIP arrives while people talk: nobody notices."""

from __future__ import annotations

import asyncio

import pytest

from tests.fixtures.platform import Platform
from tests.sip.agent import until
from tests.sip.agent.message import Message
from tests.sip.agent.transport import UdpTransport
from tests.sip.baddays.torture import messages
from tests.sip.conftest import Phones
from tests.sip.machine import processes
from tests.sip.scenes import connected, talk

pytestmark = [pytest.mark.anyio, pytest.mark.sip]


async def test_torture_messages_disturb_no_call_and_restart_nothing(platform: Platform, phone: Phones) -> None:
    alice, bob = await phone(platform.acme, "1000"), await phone(platform.acme, "1001")
    call, incoming = await connected(alice, "1001", bob)
    await talk(call, incoming)
    before = {name: row["pid"] for name, row in processes(platform).items()}
    log = platform.data / "logs" / "asterisk.log"
    start = log.stat().st_size
    answers: list[Message] = []
    socket = await UdpTransport.bind("127.0.0.8", 0, lambda message, source: answers.append(message))
    try:
        for message in messages(platform.acme.realm).values():
            socket.send(message[:65000], platform.address())
            await asyncio.sleep(0.05)
    finally:
        socket.close()
    assert all(
        answer.status >= 100 and not 200 <= answer.status < 300 for answer in answers if answer.cseq[1] == "INVITE"
    )
    await talk(call, incoming)
    await call.hang_up()
    await incoming.wait_over()
    assert {name: row["pid"] for name, row in processes(platform).items()} == before
    again, second = await connected(alice, "1001", bob)
    await talk(again, second)
    await again.hang_up()
    assert bob.no_call(), "a malformed INVITE rang a phone"
    written = log.read_bytes()[start:]
    assert not [
        line for line in written.splitlines() if b"pjproject" in line or b"rror pars" in line or b".torture" in line
    ]


async def test_torture_over_tcp_costs_only_that_connection(platform: Platform, phone: Phones) -> None:
    alice, bob = await phone(platform.acme, "1000", transport="tcp"), await phone(platform.acme, "1001")
    for message in messages(platform.acme.realm).values():
        reader, writer = await asyncio.open_connection(*platform.address("tcp"), local_addr=("127.0.0.8", 0))
        try:
            writer.write(message)
            writer.write_eof()
            await asyncio.wait_for(reader.read(100), 0.2)
        except (TimeoutError, OSError):
            pass  # Kamailio may keep it, answer it or close it; what counts comes below
        finally:
            writer.close()
    call, incoming = await connected(alice, "1001", bob)
    await talk(call, incoming)
    await call.hang_up()
    await until(incoming.over.is_set)
