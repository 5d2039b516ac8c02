"""What the edge takes from outside, and what it makes of it."""

from __future__ import annotations

import secrets

import pytest

from tests.fixtures.platform import Platform
from tests.sip.agent import UserAgent, until
from tests.sip.agent.message import Message
from tests.sip.conftest import Phones
from tests.sip.machine import frozen, processes
from tests.sip.scenes import call_in, connected, talk

pytestmark = [pytest.mark.anyio, pytest.mark.sip]


async def test_A3_headers_of_ours_that_a_phone_sends_mean_nothing(platform: Platform, phone: Phones) -> None:
    alice, grace = await phone(platform.acme, "1000"), await phone(platform.globex, "1000")
    bob = await phone(platform.acme, "1001")
    forged = (
        ("X-QV-Account", platform.globex.id),
        ("X-QV-Source", "loop"),
        ("x-qv-dest", "aor"),
        ("X-QV-Authorised", platform.globex.device("1000")["id"]),
    )
    call = await alice.call("1001", *forged)
    incoming = await bob.incoming()
    assert incoming.invite
    assert "X-QV-" not in str(incoming.invite).upper()
    assert grace.no_call()
    await call.cancel()
    await incoming.wait_over()
    await call.wait_over()
    assert call.status == 487


CLAIMS = ("P-Asserted-Identity", "P-Preferred-Identity", "Remote-Party-ID", "Diversion", "History-Info", "Identity")


async def test_what_a_phone_or_a_carrier_claims_to_be_reaches_nobody(
    platform: Platform, phone: Phones, carrier: UserAgent
) -> None:
    """A3: whose number is shown is decided by callcontrol, not by headers of whoever calls."""
    claims = tuple((name, "<sip:+19005550666@liar.example>") for name in CLAIMS)
    alice, bob = await phone(platform.acme, "1000"), await phone(platform.acme, "1001")
    inside = await alice.call("1001", *claims)
    at_bob = await bob.incoming()
    outside = await alice.call("+14165559998", *claims)
    at_carrier = await carrier.incoming()
    inward = await call_in(carrier, platform.acme.numbers[1], headers=claims)
    third = await alice.incoming()
    for one in (at_bob, at_carrier, third):
        assert one.invite
        assert "9005550666" not in str(one.invite)
    for call, other in ((inside, at_bob), (outside, at_carrier), (inward, third)):
        await call.cancel()
        await other.wait_over()
        await call.wait_over()


async def test_methods_that_nobody_offers_are_refused_with_what_is(platform: Platform, phone: Phones) -> None:
    alice, bob = await phone(platform.acme, "1000"), await phone(platform.acme, "1001")
    for method in ("MESSAGE", "PUBLISH", "NEWMETHOD"):
        answer = await alice.exchange(alice._plain(method, bob.aor, bob.aor), alice.proxy)
        assert answer.status == 405
        assert "INVITE" in answer.get("Allow")
    assert "INVITE" in (await alice.options()).get("Allow")
    for method in ("INFO", "REFER", "NOTIFY", "BYE", "UPDATE", "PRACK"):
        answer = await alice.exchange(alice._plain(method, bob.aor, bob.aor), alice.proxy)
        assert answer.status == 481
    assert not [one for one in bob.requests if one.method != "NOTIFY"]


async def test_what_a_proxy_must_do_and_we_cannot_is_refused(platform: Platform, phone: Phones) -> None:
    """RFC 3261 section 16.3, 5."""
    alice = await phone(platform.acme, "1000")
    request = alice._plain("OPTIONS", alice.aor, alice.aor)
    request.headers.append(("Proxy-Require", "nobody-does-this"))
    answer = await alice.exchange(request, alice.proxy)
    assert answer.status == 420
    assert "nobody-does-this" in answer.get("Unsupported")


async def test_A3_a_phone_cannot_call_in_anothers_name(platform: Platform, phone: Phones) -> None:
    alice, bob = await phone(platform.acme, "1000"), await phone(platform.acme, "1001")
    call = await alice.call("1001", caller=f"sip:{platform.acme.device('1002')['username']}@{platform.acme.realm}")
    await call.wait_over()
    assert call.status == 403
    other = await alice.call("1001", caller=f"sip:{alice.user}@{platform.globex.realm}")
    await other.wait_over()
    assert other.status in (403, 407)
    assert bob.no_call()


async def test_A3_a_customers_trunk_does_not_capture_other_customers_phones(platform: Platform, phone: Phones) -> None:
    """Globex names the address that Acme's phones call from as its carrier's: they stay phones."""
    globex = platform.globex
    gateway = {"server": "127.0.0.1", "port": 5999, "enabled": True}
    trunk = globex.rest.put(
        globex.path("resources"), {"name": "not mine", "enabled": True, "rules": [r"^\+1(\d+)$"], "gateways": [gateway]}
    )
    try:
        alice, bob = await phone(platform.acme, "1000"), await phone(platform.acme, "1001")
        call, incoming = await connected(alice, "1001", bob)
        await talk(call, incoming)
        await call.hang_up()
        await incoming.wait_over()
    finally:
        globex.rest.delete(globex.path("resources", trunk["id"]))


async def test_a_withheld_number_is_withheld(platform: Platform, phone: Phones, carrier: UserAgent) -> None:
    alice = await phone(platform.acme, "1000")
    call = await alice.call("+14165559998", ("Privacy", "id"))
    incoming = await carrier.incoming()
    assert incoming.invite
    assert "anonymous" in incoming.invite.get("From").lower()
    assert platform.acme.numbers[0] not in incoming.invite.get("From")
    await call.cancel()
    await incoming.wait_over()


async def test_a_made_up_route_does_not_make_us_a_relay(platform: Platform) -> None:
    host, port = platform.address()
    victim = await UserAgent.start(user="victim", realm="127.0.0.9", proxy=platform.address(), host="127.0.0.9")
    stranger = await UserAgent.start(user="x", realm="127.0.0.8", proxy=platform.address(), host="127.0.0.8")
    async with victim, stranger:
        target = "sip:victim@{}:{}".format(*victim.transport.local)
        for routes in ((f"<sip:{host}:{port};lr>",), (f"<sip:{host}:{port};lr>", f"<{target};lr>")):
            message = Message(method="INFO", uri=target)
            message.add("Via", stranger.via())
            for route in routes:
                message.add("Route", route)
            message.add("From", f"<{stranger.aor}>;tag={secrets.token_hex(4)}")
            message.add("To", f"<{target}>;tag={secrets.token_hex(4)}")
            message.add("Call-ID", secrets.token_hex(8))
            message.add("CSeq", "1 INFO")
            message.add("Max-Forwards", 70)
            answer = await stranger.exchange(message, platform.address())
            assert answer.status in (403, 404, 481)
        assert victim.requests == []


async def test_a_call_that_goes_in_circles_ends(platform: Platform) -> None:
    """A forwarding loop is a chain of calls through the edge; more than ten in a row are refused (contracts, 2)."""
    settings = platform.settings
    node = await UserAgent.start(
        user="node", realm="loop.invalid", proxy=(settings.network.private, settings.ports.edge_private)
    )
    async with node:
        headers = (
            ("X-QV-Dest", "loop"),
            ("X-QV-Hops", "11"),
            ("X-QV-Account", platform.acme.id),
            ("X-QV-Authorised", "-"),
        )
        call = await node.call("sip:1001@loop.invalid", *headers)
        await call.wait_over()
        assert call.status == 482
        assert call.responses[-1].get("X-QV-Reason") == "loop"


async def test_calls_are_refused_clearly_while_the_media_relay_is_away(
    platform: Platform, phone: Phones, carrier: UserAgent
) -> None:
    alice, bob = await phone(platform.acme, "1000"), await phone(platform.acme, "1001")
    with frozen(platform, "rtpengine"):
        call = await alice.call("1001")
        await call.wait_over(within=30)
        assert call.status == 503
        inward = await call_in(carrier, platform.acme.numbers[1])
        await inward.wait_over(within=30)
        assert inward.status == 503
        edge = processes(platform)["kamailio"]
        assert (edge["well"], edge["note"]) == (False, "it reaches no media relay and refuses calls")
    assert bob.no_call()

    async def works() -> bool:
        attempt = await alice.call("1001")
        await until(lambda: attempt.over.is_set() or not bob.no_call(), within=20)
        if bob.no_call():
            return False
        incoming = await bob.incoming()
        await incoming.answer()
        await attempt.wait_answered()
        await talk(attempt, incoming)
        await attempt.hang_up()
        return True

    await until(works, within=15, every=0.5, what="a call after the media relay came back")
