"""The user agent against itself: what it says of others must first hold between two of its own kind."""

from __future__ import annotations

import hashlib
import re
from collections.abc import AsyncIterator

import pytest

from tests.sip.agent import UserAgent, digest, until
from tests.sip.agent.message import display, parse

pytestmark = pytest.mark.anyio


@pytest.fixture
async def pair(anyio_backend: str) -> AsyncIterator[tuple[UserAgent, UserAgent]]:
    bob = await UserAgent.start(user="bob", realm="example.test", proxy=("127.0.0.1", 9))
    alice = await UserAgent.start(user="alice", realm="example.test", proxy=bob.transport.local)
    async with alice, bob:
        yield alice, bob


async def test_two_agents_talk_both_ways_and_the_callee_hangs_up(pair: tuple[UserAgent, UserAgent]) -> None:
    alice, bob = pair
    call = await alice.call("bob")
    incoming = await bob.incoming()
    incoming.ring()
    await call.wait_status(180)
    await incoming.answer()
    await call.wait_answered()
    assert call.media
    assert incoming.media
    call.media.tone(440)
    incoming.media.tone(620)
    assert await call.media.hears(620) == pytest.approx(-12, abs=1)
    assert await incoming.media.hears(440) == pytest.approx(-12, abs=1)
    with pytest.raises(AssertionError, match="no 440"):
        await call.media.hears(440, within=0.5)
    incoming.media.tone(None)
    await call.media.hears_silence()
    await incoming.hang_up()
    await call.wait_over()


async def test_digits_arrive_once_each(pair: tuple[UserAgent, UserAgent]) -> None:
    alice, bob = pair
    call = await alice.call("bob")
    incoming = await (await bob.incoming()).answer()
    await call.wait_answered()
    assert call.media
    assert incoming.media
    await call.media.press("1122#*")
    await until(lambda: incoming.media and incoming.media.digits == "1122#*")


async def test_srtp_both_ways(pair: tuple[UserAgent, UserAgent]) -> None:
    alice, bob = pair
    alice.srtp = True
    call = await alice.call("bob")
    incoming = await bob.incoming()
    assert incoming.offer.profile == "RTP/SAVP"
    await incoming.answer()
    await call.wait_answered()
    assert call.media
    assert incoming.media
    call.media.tone(440)
    incoming.media.tone(620)
    await call.media.hears(620)
    await incoming.media.hears(440)
    assert call.media.rejected == incoming.media.rejected == 0


async def test_busy_cancel_and_hold(pair: tuple[UserAgent, UserAgent]) -> None:
    alice, bob = pair
    busy = await alice.call("bob")
    (await bob.incoming()).reject(486, "Busy Here")
    await busy.wait_over()
    assert busy.status == 486
    left = await alice.call("bob")
    ringing = await bob.incoming()
    ringing.ring()
    await left.cancel()
    await left.wait_over()
    assert left.status == 487
    assert ringing.over.is_set()
    call = await alice.call("bob")
    incoming = await (await bob.incoming()).answer()
    await call.wait_answered()
    assert incoming.media
    incoming.media.tone(440)
    assert (await call.reinvite("sendonly")).status == 200
    assert incoming.media.muted
    assert (await call.reinvite("sendrecv")).status == 200
    assert call.media
    call.media.forget()
    await call.media.hears(440)
    assert (await call.refer("1001")).status == 405  # agents do not transfer on their own


async def test_a_challenged_call_carries_credentials_the_second_time(pair: tuple[UserAgent, UserAgent]) -> None:
    alice, bob = pair
    alice.password = "secret"
    bob.on_invite = lambda call: (
        None
        if call.invite and call.invite.get("Proxy-Authorization")
        else call._respond(
            407, "Proxy", extra=(("Proxy-Authenticate", 'Digest realm="example.test", nonce="n1", qop="auth"'),)
        )
    )
    call = await alice.call("bob")
    assert (await bob.incoming()).over.is_set()
    second = await bob.incoming()
    assert second.invite
    sent = dict(re.findall(r'(\w+)="?([^",]+)"?', second.invite.get("Proxy-Authorization")))
    ha1 = hashlib.md5(b"alice:example.test:secret").hexdigest()
    ha2 = hashlib.md5(b"INVITE:sip:bob@example.test").hexdigest()
    expected = hashlib.md5(f"{ha1}:n1:{sent['nc']}:{sent['cnonce']}:auth:{ha2}".encode()).hexdigest()
    assert sent["response"] == expected
    await second.answer()
    await call.wait_answered()


def test_digest_of_rfc_2617() -> None:
    asked = digest.challenge(
        'Digest realm="testrealm@host.com", nonce="dcd98b7102dd2f0e8b11d0f600bfb0c093", opaque="5ccc"'
    )
    value = digest.response(asked, username="Mufasa", password="Circle Of Life", method="GET", uri="/dir/index.html")
    assert 'response="670fd8c2df070c60b045671b8b24ff02"' in value  # the RFC's example without qop


def test_compact_and_folded_headers_are_read() -> None:
    message = parse(
        b'INVITE sip:a@b SIP/2.0\r\ni: x\r\nf: "A, \\"B\\"" <sip:c@d>\r\n ;tag=1\r\nv: SIP/2.0/UDP h;branch=z9\r\n\r\n'
    )
    assert (message.get("call-id"), message.branch) == ("x", "z9")
    assert display(message.get("From")) == 'A, "B"'
