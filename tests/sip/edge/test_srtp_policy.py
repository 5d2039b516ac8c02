"""D18: which media security the edge offers, takes and refuses."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable

import pytest

from tests.fixtures.platform import Platform
from tests.sip.agent import Call, srtp
from tests.sip.agent.message import Message
from tests.sip.conftest import Phones
from tests.sip.scenes import connected, talk

pytestmark = [pytest.mark.anyio, pytest.mark.sip]

Encrypt = Callable[..., Awaitable[None]]
WEAK = ("NULL_HMAC", "F8_128")


@pytest.fixture
async def encrypt(anyio_backend: str, platform: Platform) -> AsyncIterator[Encrypt]:
    """`await encrypt(enforce=…, methods=[…])` sets the policy of Acme's 1001; put back afterwards."""
    acme = platform.acme
    path = acme.path("devices", acme.device("1001")["id"])

    async def change(*, enforce: bool, methods: list[str]) -> None:
        acme.rest.patch(path, {"media": {"encryption": {"enforce_security": enforce, "methods": methods}}})

    yield change
    await change(enforce=False, methods=["srtp"])


def suites(call: Call) -> list[str]:
    """The crypto suites of the offer that a phone got."""
    return [suite for _, suite, _ in call.offer.crypto]


@pytest.mark.parametrize(("enforce", "profile"), [(True, "RTP/SAVP"), (False, "RTP/AVP")])
async def test_D18_keys_are_offered_with_real_ciphers_only(
    enforce: bool, profile: str, platform: Platform, phone: Phones, encrypt: Encrypt
) -> None:
    await encrypt(enforce=enforce, methods=["srtp"])
    alice, bob = await phone(platform.acme, "1000"), await phone(platform.acme, "1001", srtp=enforce)
    call, incoming = await connected(alice, "1001", bob)
    assert incoming.offer.profile == profile
    assert srtp.SUITE in suites(incoming)
    assert not [suite for suite in suites(incoming) if suite.startswith(WEAK)]
    await talk(call, incoming)
    await call.hang_up()
    await incoming.wait_over()


async def test_D18_a_phone_without_srtp_is_offered_no_keys(platform: Platform, phone: Phones, encrypt: Encrypt) -> None:
    await encrypt(enforce=False, methods=[])
    alice, bob = await phone(platform.acme, "1000", srtp=True), await phone(platform.acme, "1001")
    call, incoming = await connected(alice, "1001", bob)
    assert incoming.offer.profile == "RTP/AVP"
    assert suites(incoming) == []
    await talk(call, incoming)
    await incoming.hang_up()
    await call.wait_over()


async def test_D18_an_offer_of_the_null_cipher_alone_is_not_taken(platform: Platform, phone: Phones) -> None:
    """A call whose only suite encrypts nothing must not look like a secure one."""
    alice, bob = await phone(platform.acme, "1000", srtp=True), await phone(platform.acme, "1001")
    send = alice.transport.send

    def weaken(message: Message, to: tuple[str, int]) -> None:
        message.body = message.body.replace(srtp.SUITE.encode(), b"NULL_HMAC_SHA1_80")
        send(message, to)

    alice.transport.send = weaken  # type: ignore[method-assign]
    call = await alice.call("1001")
    await call.wait_over(within=20)
    assert call.status == 488
    assert bob.no_call()


async def test_D18_srtp_stays_after_hold_and_resume_from_both_sides(
    platform: Platform, phone: Phones, encrypt: Encrypt
) -> None:
    await encrypt(enforce=True, methods=["srtp"])
    alice, bob = await phone(platform.acme, "1000", srtp=True), await phone(platform.acme, "1001", srtp=True)
    call, incoming = await connected(alice, "1001", bob)
    await talk(call, incoming)
    for side in (call, incoming):
        assert (await side.reinvite("sendonly")).status == 200
        resumed = await side.reinvite("sendrecv")
        assert resumed.status == 200
        assert b"RTP/SAVP" in resumed.body
    for side in (call, incoming):
        assert side.media
        side.media.forget()
    await talk(call, incoming)
    await incoming.hang_up()
    await call.wait_over()
