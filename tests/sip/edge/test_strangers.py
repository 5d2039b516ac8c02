"""Who has overheard something of a call, or was let into one, and wants more than that."""

from __future__ import annotations

import re
import secrets

import pytest

from tests.fixtures.platform import Platform
from tests.sip.agent import Call, UserAgent
from tests.sip.agent.message import Message, parameter
from tests.sip.conftest import Phones
from tests.sip.edge.test_lies import heard, listener
from tests.sip.scenes import connected, talk

pytestmark = [pytest.mark.anyio, pytest.mark.sip]

AWAY = b"v=0\r\no=- 1 1 IN IP4 127.0.0.34\r\ns=-\r\nc=IN IP4 127.0.0.34\r\nt=0 0\r\nm=audio 40000 RTP/AVP 0\r\n"


async def test_A3_who_knows_a_call_id_and_a_tag_neither_ends_nor_takes_its_sound(
    platform: Platform, phone: Phones
) -> None:
    """Call records show Call-IDs. And a transfer to another domain is refused as a call there is: its user part is no
    number of ours.
    """
    alice, bob = await phone(platform.acme, "1000"), await phone(platform.acme, "1001")
    call, incoming = await connected(alice, "1001", bob)
    host, port = platform.address()
    stranger = await UserAgent.start(proxy=(host, port), user="x", realm="elsewhere.example", host="127.0.0.34")
    async with stranger:
        for method in ("BYE", "INVITE", "UPDATE"):
            request = Message(method=method, uri=call.target, body=b"" if method == "BYE" else AWAY)
            request.add("Via", stranger.via())
            request.add("Route", f"<sip:{host}:{port};lr;m=rtp>")
            request.add("From", f"<{alice.aor}>;tag={parameter(call.local, 'tag')}")
            request.add("To", f"<sip:1001@{alice.realm}>;tag=guess")
            request.add("Call-ID", call.call_id)
            request.add("CSeq", f"9999 {method}")
            request.add("Contact", f"<{stranger.contact}>")
            request.add("Max-Forwards", 70)
            request.add("Content-Type", "application/sdp")
            assert (await stranger.exchange(request, stranger.proxy)).status == 481
    assert (await call.refer(f"sip:1002@{platform.globex.realm}")).status == 404
    await talk(call, incoming)
    await call.hang_up()
    await incoming.wait_over()


def drafted(alice: UserAgent) -> Call:
    """A call to 1001 that is not placed yet."""
    uri = f"sip:1001@{alice.realm}"
    local = f"<{alice.aor}>;tag={secrets.token_hex(4)}"
    call = Call(alice, call_id=secrets.token_hex(8), local=local, remote=f"<{uri}>", target=uri)
    alice.calls[call.call_id] = call
    return call


async def test_C5_of_several_bodies_the_sdp_alone_goes_on_and_is_looked_at(platform: Platform, phone: Phones) -> None:
    """Carriers put ISUP beside it. What the edge does not see, the media node must not either: it would send sound
    where the SDP says, inside our machine.
    """
    alice, bob = await phone(platform.acme, "1000", host="127.0.0.20"), await phone(platform.acme, "1001")
    private = platform.settings.network.private
    call = drafted(alice)
    honest = await call.describe()
    with listener(private) as inside:
        address = b"c=IN IP4 " + private.encode()
        sdp = re.sub(
            rb"m=audio \d+", b"m=audio %d" % inside.getsockname()[1], re.sub(rb"c=IN IP4 \S+", address, honest)
        )
        parts = (b"Content-Type: application/isup\r\n\r\n\x01\x02", b"Content-Type: application/sdp\r\n\r\n" + sdp)
        body = b"".join(b"--part\r\n" + part + b"\r\n" for part in parts) + b"--part--\r\n"
        invite = call._request("INVITE", body=body, kind="multipart/mixed;boundary=part")
        call.client = alice.fire(invite, alice.proxy)
        alice.spawn(alice._follow(call, invite, alice.proxy))
        incoming = await bob.incoming()
        assert incoming.invite
        assert incoming.invite.get("Content-Type") == "application/sdp"
        await incoming.answer()
        await call.wait_answered()
        await talk(call, incoming)
        assert not heard(inside), "sound went to an address inside our machine"
    await call.hang_up()
    await incoming.wait_over()
    twice = drafted(alice)._request("INVITE", body=honest, kind="text/plain")
    twice.add("Content-Type", "application/sdp")
    assert (await alice.exchange(twice, alice.proxy)).status == 415


async def test_an_sdp_without_usable_audio_is_not_called_our_fault(platform: Platform, phone: Phones) -> None:
    """A 503 would send the caller to another server, with the same SDP."""
    alice = await phone(platform.acme, "1000")
    for honest, written in ((rb"m=audio \d+", b"m=audio 0"), (rb"c=IN IP4 \S+", b"c=IN IP4 phone.example")):
        call = drafted(alice)
        invite = call._request("INVITE", body=re.sub(honest, written, await call.describe()))
        assert (await alice.exchange(invite, alice.proxy)).status == 488
        call.end()
