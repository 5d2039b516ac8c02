"""Fax over IP (T.38) through the platform: a fax device and a carrier that may use it change to it and back."""

from __future__ import annotations

import asyncio
import re

import pytest

from tests.fixtures.platform import Platform
from tests.sip.agent import Call, UserAgent, until
from tests.sip.agent.message import parameter
from tests.sip.agent.transaction import ServerTransaction
from tests.sip.conftest import Phones
from tests.sip.scenes import call_in, connected, talk

pytestmark = [pytest.mark.anyio, pytest.mark.sip]


class Udptl(asyncio.DatagramProtocol):
    """A socket for fax packets: what it got, in order."""

    def __init__(self) -> None:
        self.got: asyncio.Queue[bytes] = asyncio.Queue()

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        self.got.put_nowait(data)


class Fax:
    """One side of a T.38 session, on a socket of its own."""

    async def open(self, host: str) -> Fax:
        """Begin to listen."""
        loop = asyncio.get_running_loop()
        self.transport, self.packets = await loop.create_datagram_endpoint(Udptl, local_addr=(host, 0))
        self.host, self.port = self.transport.get_extra_info("sockname")
        return self

    def sdp(self) -> bytes:
        """The SDP of a session of fax alone (T.38 annex D)."""
        lines = ["v=0", f"o=- 77 {self.port} IN IP4 {self.host}", "s=-", f"c=IN IP4 {self.host}", "t=0 0"]
        lines += [f"m=image {self.port} udptl t38", "a=T38FaxVersion:0", "a=T38MaxBitRate:14400"]
        lines += ["a=T38FaxRateManagement:transferredTCF", "a=T38FaxMaxDatagram:400", "a=T38FaxUdpEC:t38UDPRedundancy"]
        return ("\r\n".join(lines) + "\r\n").encode()

    def hear(self, body: bytes) -> None:
        """Learn where the other side listens."""
        text = body.decode()
        host, port = re.search(r"^c=IN IP4 (\S+)", text, re.M), re.search(r"^m=image (\d+)", text, re.M)
        assert host, text
        assert port, text
        self.to = (host[1], int(port[1]))

    def send(self, number: int) -> None:
        """Send an indicator (UDPTL: sequence number, primary packet `v21-preamble`, no redundancy)."""
        self.transport.sendto(number.to_bytes(2, "big") + bytes([1, 6, 0, 0]), self.to)


def takes_fax(call: Call, fax: Fax) -> asyncio.Future[bytes]:
    """Let a call's next re-INVITE for fax be accepted; its SDP is the future's result."""
    came: asyncio.Future[bytes] = asyncio.get_running_loop().create_future()
    before = call.handle

    def handle(transaction: ServerTransaction) -> None:
        request = transaction.request
        if request.method != "INVITE" or b"m=image" not in request.body or came.done():
            before(transaction)
            return
        call.received.append(request)
        headers = (("Contact", f"<{call.agent.contact}>"), ("Content-Type", "application/sdp"))
        fax.hear(request.body)
        transaction.respond(200, "OK", tag=parameter(call.local, "tag"), headers=headers, body=fax.sdp())
        came.set_result(request.body)

    call.handle = handle  # type: ignore[method-assign]
    return came


async def exchange(one: Fax, other: Fax) -> None:
    """Packets arrive in both directions; like a fax machine, both send all the time."""
    numbers = iter(range(1000))

    async def arrived() -> bool:
        number = next(numbers)
        one.send(number)
        other.send(number)
        return not one.packets.got.empty() and not other.packets.got.empty()

    await until(arrived, within=10, every=0.05, what="fax packets in both directions")
    for fax in (one, other):
        assert fax.packets.got.get_nowait()[2:4] == bytes([1, 6])


def silent(*calls: Call) -> None:
    """Sound ends where fax begins."""
    for call in calls:
        assert call.media
        call.media.close()


async def test_B5_a_carrier_and_a_fax_device_change_to_t38_and_others_stay_with_sound(
    platform: Platform, phone: Phones, carrier: UserAgent
) -> None:
    acme = platform.acme
    trunk = next(row for row in platform.master.get("resources") if row["name"] == "Demo carrier")
    gateways = platform.master.get(f"resources/{trunk['id']}")["gateways"]
    assert gateways[0]["media"]["fax_option"] is True
    device = acme.path("devices", acme.device("1000")["id"])
    alice = await phone(acme, "1000")
    # Out: the carrier asks for it.
    call, incoming = await connected(alice, "+14165559998", carrier)
    here, there = await Fax().open("127.0.0.1"), await Fax().open("127.0.0.1")
    came = takes_fax(call, here)
    silent(call, incoming)
    response = await incoming.request("INVITE", body=there.sdp())
    assert response.status == 200, response.reason
    assert came.done()
    incoming.acknowledge(response.cseq[0])
    there.hear(response.body)
    await exchange(here, there)
    await call.hang_up()
    await incoming.wait_over()
    # In, to a device that was not said to know it: refused, and the sound goes on.
    call, incoming = await connected_in(carrier, acme.numbers[1], alice)
    came = takes_fax(incoming, here)
    response = await call.request("INVITE", body=there.sdp())
    assert response.status == 488
    call.acknowledge(response.cseq[0])
    assert not came.done()
    await talk(call, incoming)
    await call.hang_up()
    # … and to one that was.
    acme.rest.patch(device, {"media": {"fax_option": True}})
    platform.master.patch(f"resources/{trunk['id']}", {"gateways": [gateways[0] | {"media": {"fax_option": False}}]})
    try:
        call, incoming = await connected_in(carrier, acme.numbers[1], alice)
        came = takes_fax(call, there)
        silent(call, incoming)
        response = await incoming.request("INVITE", body=here.sdp())
        assert response.status == 200, response.reason
        incoming.acknowledge(response.cseq[0])
        here.hear(response.body)
        await exchange(here, there)
        await call.hang_up()
        # A gateway where it is off.
        call, incoming = await connected(alice, "+14165559998", carrier)
        response = await incoming.request("INVITE", body=there.sdp())
        assert response.status == 488
        incoming.acknowledge(response.cseq[0])
        await talk(call, incoming)
        await call.hang_up()
    finally:
        acme.rest.patch(device, {"media": {"fax_option": None}})
        platform.master.patch(f"resources/{trunk['id']}", {"gateways": gateways})


async def connected_in(carrier: UserAgent, did: str, phone: UserAgent) -> tuple[Call, Call]:
    """The carrier calls a number, the phone answers."""
    call = await call_in(carrier, did)
    incoming = await phone.incoming()
    await incoming.answer()
    await call.wait_answered()
    return call, incoming
