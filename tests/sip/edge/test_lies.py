"""What a phone that has a password says of itself and of others: none of it leads our packets elsewhere."""

from __future__ import annotations

import hashlib
import re
import secrets
import socket
from typing import Any

import pytest

from tests.fixtures.platform import Platform
from tests.sip.agent import Call, UserAgent, digest
from tests.sip.agent.message import Message
from tests.sip.conftest import Phones
from tests.sip.edge.test_nat import AtCarrier
from tests.sip.scenes import cdrs, talk

pytestmark = [pytest.mark.anyio, pytest.mark.sip]


def listener(host: str, port: int = 0) -> socket.socket:
    """Somebody who has nothing to do with it."""
    bystander = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    bystander.bind((host, port))
    bystander.setblocking(False)
    return bystander


def heard(bystander: socket.socket) -> bytes:
    """What came to a bystander, b"" when nothing did."""
    try:
        return bystander.recv(200)
    except BlockingIOError:
        return b""


async def test_C5_a_caller_and_an_answerer_who_name_others_reach_nobody_else(platform: Platform, phone: Phones) -> None:
    """Contact of an INVITE and of a SUBSCRIBE at a bystander's, an SDP that names an address inside our machine, and a
    Call-ID that moves the dialplan's arguments, all in one call: it is a call like others, and bystanders hear nothing.
    """
    alice = await phone(platform.acme, "1000", host="127.0.0.20")
    bob = await phone(platform.acme, "1001", host="127.0.0.21")
    with listener("127.0.0.77") as bystander:
        alice.__class__ = AtCarrier
        alice.said = "sip:+19005551234@{}:{}".format(*bystander.getsockname())
        assert (await alice.subscribe("dialog", "1001", accept="application/dialog-info+xml")).status == 200
        # What RFC 3261 25.1 allows and what means something to a dialplan.
        call = await alice.call("1001", call_id='(a"b,c[d' + secrets.token_hex(4))
        incoming = await bob.incoming()
        await incoming.describe()
        assert incoming.media
        with listener(platform.settings.network.private, incoming.media.local[1]) as inside:
            describe = incoming.describe

            async def lying(*args: Any, **how: Any) -> bytes:
                honest = await describe(*args, **how)
                return re.sub(rb"c=IN IP4 \S+", b"c=IN IP4 " + inside.getsockname()[0].encode(), honest)

            incoming.describe = lying  # type: ignore[method-assign]
            await incoming.answer()
            await call.wait_answered()
            await talk(call, incoming)
            assert not heard(inside), "our relay sent sound to an address inside our machine"
        await incoming.hang_up()
        await call.wait_over()
        assert (await cdrs(platform.acme, call=call))[0]["sip_call_id"] == call.call_id
        assert any(one.get("Event") for one in alice.notices), "the lamp's NOTIFY comes to the phone that asked"
        assert not heard(bystander), "a request went where the phone's Contact pointed"
        alice.said = f"{alice.said};qvat=127.0.0.77~5060~1"
        assert (await alice.options()).status == 400, "our own parameter, from outside"
    alice.said = ""


async def test_D18_control_packets_go_nowhere_inside_and_a_phone_of_an_ipv6_network_is_heard(
    platform: Platform, phone: Phones, monkeypatch: pytest.MonkeyPatch
) -> None:
    alice = await phone(platform.acme, "1000", host="127.0.0.20")
    bob = await phone(platform.acme, "1001", host="127.0.0.21")
    describe, said, answered = Call.describe, {b"": b""}, {b"": b""}

    async def says(call: Call, *args: Any, **how: Any) -> bytes:
        body = await describe(call, *args, **how)
        for honest, written in (said if call.agent is alice else answered).items():
            body = re.sub(honest, written, body)
        return body

    monkeypatch.setattr(Call, "describe", says)
    inside = platform.settings.network.private.encode()
    said = {rb"(m=audio [^\r]+\r\n)": rb"\1a=rtcp:4321 IN IP4 " + inside + b"\r\n"}
    assert (await (await alice.call("1001")).wait_over()).status == 488
    said, answered = {b"": b""}, said
    call = await alice.call("1001")
    incoming = await bob.incoming()
    await incoming.answer()
    await incoming.wait_over()
    assert not call.answered.is_set(), "an answer that leads control packets inside has passed"
    await call.cancel()
    await call.wait_over()
    answered = {b"": b""}
    # An address that only a translator between both kinds of networks knows: sound comes back to where it came from.
    said = {rb"IN IP4 \S+": b"IN IP6 2001:db8::5", rb"(m=audio [^\r]+\r\n)": rb"\1a=rtcp:4321 IN IP6 2001:db8::5\r\n"}
    call = await alice.call("1001")
    incoming = await bob.incoming()
    await incoming.answer()
    await call.wait_answered()
    await talk(call, incoming)
    await incoming.hang_up()
    await call.wait_over()


async def test_A3_an_answer_to_a_challenge_is_good_once_and_from_one_address(platform: Platform) -> None:
    """Also that of a phone without qop (RFC 2069), which has no counter: who overhears it can do nothing with it."""
    device = platform.acme.device("1000")
    how = {"user": device["username"], "realm": platform.acme.realm, "proxy": platform.address()}
    async with await UserAgent.start(**how) as old, await UserAgent.start(**how, host="127.0.0.22") as thief:
        uri = f"sip:{old.realm}"
        asked = [await old.fire(old._plain("REGISTER", uri, old.aor), old.proxy).result(10) for _ in range(2)]
        assert [one.status for one in asked] == [401, 401]
        first, second = (signed(old, device["password"], uri, one) for one in asked)

        async def register(agent: UserAgent, authorization: str) -> Message:
            message = agent._plain("REGISTER", uri, agent.aor)
            message.add("Authorization", authorization)
            message.add("Expires", 0)
            return await agent.fire(message, agent.proxy).result(10)

        assert (await register(thief, first)).status == 401, "taken before its owner used it, from elsewhere"
        assert (await register(old, second)).status == 200
        again = await register(old, second)
        assert again.status == 401, "a second time"
        assert "stale=true" in again.get("WWW-Authenticate"), "a phone that keeps its answer need not ask its owner"


def signed(agent: UserAgent, password: str, uri: str, asked: Message) -> str:
    """The Authorization of RFC 2069: no qop, no counter."""

    def md5(text: str) -> str:
        return hashlib.md5(text.encode()).hexdigest()

    nonce = digest.challenge(asked.get("WWW-Authenticate"))["nonce"]
    secret, request = md5(f"{agent.user}:{agent.realm}:{password}"), md5(f"REGISTER:{uri}")
    answer = md5(f"{secret}:{nonce}:{request}")
    return f'Digest username="{agent.user}",realm="{agent.realm}",nonce="{nonce}",uri="{uri}",response="{answer}"'
