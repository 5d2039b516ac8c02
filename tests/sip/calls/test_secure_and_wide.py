"""D18: TLS and SRTP, G.711, G.722 and Opus, sound measured both ways."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from tests.fixtures.platform import Account, Platform
from tests.sip.agent.sdp import Audio
from tests.sip.agent.wait import until
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

    async def refused() -> bool:
        # The edge hears of the changed device a moment after the API has answered.
        call = await bob.call("1000")
        await until(lambda: call.over.is_set() or call.answered.is_set(), within=15, what="an answer to the call")
        if call.answered.is_set():
            await call.hang_up()
            return False
        return call.status in (403, 488)

    await until(refused, within=10, every=0.5, what="the call refused")


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


async def test_D18_g729_is_not_taken_from_who_speaks_g711_too(platform: Platform, phone: Phones) -> None:
    alice, bob = await phone(platform.acme, "1000"), await phone(platform.acme, "1001")
    call, incoming = await connected(alice, "1001", bob, codecs=("G729", "PCMA"))
    assert spoken(call.answered_with) == ["PCMA"]
    await talk(call, incoming)
    await call.hang_up()


def spoken(description: Audio | None) -> list[str]:
    """The codecs of an SDP, in their order."""
    assert description
    return [name.upper() for _, name, _ in description.codecs]


@pytest.mark.parametrize(
    ("codec", "transport", "srtp"), [("G722", "udp", False), ("OPUS", "udp", False), ("OPUS", "tls", True)]
)
@pytest.mark.parametrize("calls", ["wide", "narrow"])
async def test_D18_a_wide_band_phone_and_a_g711_phone(
    codec: str, transport: str, srtp: bool, calls: str, platform: Platform, phone: Phones
) -> None:
    wide = await phone(platform.acme, "1000", transport=transport, srtp=srtp, codecs=(codec,))
    narrow = await phone(platform.acme, "1001")
    if calls == "wide":
        call, incoming = await connected(wide, "1001", narrow)
        assert spoken(call.answered_with)[0] == codec
        assert "PCMU" in spoken(incoming.offer)
    else:
        call, incoming = await connected(narrow, "1000", wide)
        assert codec in spoken(incoming.offer)
        assert spoken(call.answered_with)[0] in ("PCMU", "PCMA")
    assert incoming.media
    assert call.media
    assert {call.media.codec, incoming.media.codec} == {codec, "PCMU"}
    await talk(call, incoming)
    assert call.media.rejected == incoming.media.rejected == 0
    await call.hang_up()
    await incoming.wait_over()


@pytest.mark.parametrize("codec", ["G722", "OPUS"])
async def test_D18_two_wide_band_phones_hear_what_g711_cannot_carry(
    codec: str, platform: Platform, phone: Phones
) -> None:
    alice = await phone(platform.acme, "1000", codecs=(codec, "PCMU"))
    bob = await phone(platform.acme, "1001", codecs=(codec, "PCMU"))
    call, incoming = await connected(alice, "1001", bob)
    assert spoken(call.answered_with)[0] == codec
    assert codec in spoken(incoming.offer)
    assert call.media
    assert incoming.media
    assert call.media.codec == incoming.media.codec == codec
    call.media.tone(5000)
    incoming.media.tone(6000)
    await incoming.media.hears(5000)
    await call.media.hears(6000)
    await call.hang_up()
    await incoming.wait_over()


@pytest.fixture
async def narrowed(anyio_backend: str, platform: Platform) -> AsyncIterator[Account]:
    """Acme, with 1001's device set to G.722 and A-law, in this order."""
    acme = platform.acme
    path = acme.path("devices", acme.device("1001")["id"])
    before = acme.rest.get(path)["media"]["audio"]["codecs"]
    acme.rest.patch(path, {"media": {"audio": {"codecs": ["G722", "PCMA"]}}})
    yield acme
    acme.rest.patch(path, {"media": {"audio": {"codecs": before}}})


async def test_D18_a_device_is_offered_its_own_codecs_in_its_order(phone: Phones, narrowed: Account) -> None:
    alice = await phone(narrowed, "1000")
    bob = await phone(narrowed, "1001", codecs=("PCMA", "G722"))
    call, incoming = await connected(alice, "1001", bob)
    assert spoken(incoming.offer) == ["G722", "PCMA"]
    assert incoming.media
    assert incoming.media.codec == "G722"
    await talk(call, incoming)
    await call.hang_up()
