"""D18: TLS and SRTP with our own agent, G.722 and Opus with baresip, sound measured both ways."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from tests.fixtures.platform import Account, Platform
from tests.sip.agent.baresip import Baresip
from tests.sip.conftest import Phones
from tests.sip.scenes import connected, talk

pytestmark = [pytest.mark.anyio, pytest.mark.sip]


async def test_D18_tls_and_srtp_to_a_plain_phone(platform: Platform, phone: Phones) -> None:
    alice = await phone(platform.acme, "1000", transport="tls", srtp=True)
    bob = await phone(platform.acme, "1001")
    call, incoming = await connected(alice, "1001", bob)
    assert incoming.offer.profile == "RTP/AVP"
    assert call.answered_with
    assert call.answered_with.profile == "RTP/SAVP"
    await talk(call, incoming)
    assert call.media
    assert call.media.rejected == 0
    await call.hang_up()
    await incoming.wait_over()


@pytest.fixture
async def strict(anyio_backend: str, platform: Platform) -> AsyncIterator[Account]:
    """Acme, with SRTP required of 1001's device."""
    acme = platform.acme
    path = acme.path("devices", acme.device("1001")["id"])
    acme.rest.patch(path, {"media": {"encryption": {"enforce_security": True, "methods": ["srtp"]}}})
    yield acme
    acme.rest.patch(path, {"media": {"encryption": {"enforce_security": False, "methods": ["srtp"]}}})


async def test_D18_a_device_that_must_use_srtp_is_called_so(platform: Platform, phone: Phones, strict: Account) -> None:
    alice = await phone(strict, "1000")
    bob = await phone(strict, "1001", transport="tls", srtp=True)
    call, incoming = await connected(alice, "1001", bob)
    assert incoming.offer.profile == "RTP/SAVP"
    await talk(call, incoming)
    await call.hang_up()


async def test_D18_a_device_that_must_use_srtp_cannot_call_without(
    platform: Platform, phone: Phones, strict: Account
) -> None:
    bob = await phone(strict, "1001")
    call = await bob.call("1000")
    await call.wait_over(within=15)
    assert call.status in (403, 488)


async def test_D18_tcp_to_tls(platform: Platform, phone: Phones) -> None:
    alice = await phone(platform.acme, "1000", transport="tcp")
    bob = await phone(platform.acme, "1001", transport="tls")
    call, incoming = await connected(alice, "1001", bob)
    await talk(call, incoming)
    await incoming.hang_up()
    await call.wait_over()


@pytest.mark.parametrize("codec", ["PCMU", "PCMA"])
async def test_D18_g711_both_laws(codec: str, platform: Platform, phone: Phones) -> None:
    alice, bob = await phone(platform.acme, "1000"), await phone(platform.acme, "1001")
    call, incoming = await connected(alice, "1001", bob, codecs=(codec,))
    assert call.answered_with
    assert call.answered_with.codecs[0][1] == codec
    await talk(call, incoming)
    await call.hang_up()


@pytest.mark.parametrize(
    ("codec", "transport", "srtp"), [("G722", "udp", False), ("opus", "udp", False), ("opus", "tls", True)]
)
async def test_D18_wide_band_from_baresip_to_a_g711_phone(
    codec: str, transport: str, srtp: bool, platform: Platform, phone: Phones, tmp_path_factory: pytest.TempPathFactory
) -> None:
    bob = await phone(platform.acme, "1001")
    device = platform.acme.device("1000")
    async with await Baresip.start(
        tmp_path_factory.mktemp("baresip"),
        user=device["username"],
        realm=platform.acme.realm,
        password=device["password"],
        proxy=platform.address(transport),
        transport=transport,
        codec=codec,
        srtp=srtp,
        ca=platform.ca,
        tone=440,
    ) as alice:
        await alice.registered()
        await alice.dial(f"sip:1001@{platform.acme.realm}")
        incoming = await bob.incoming()
        await incoming.answer()
        assert incoming.media
        incoming.media.tone(620)
        await incoming.media.hears(440, within=15)
        await alice.hears(620)
        assert alice.negotiated(codec), alice.log()
        await alice.hang_up()
        await incoming.wait_over()
