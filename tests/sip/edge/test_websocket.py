"""Browsers: registration over WSS, calls from and to them, and what their media must be offered as (WebRTC)."""

from __future__ import annotations

import pytest

from tests.fixtures.platform import Account, Platform
from tests.sip.agent import UserAgent
from tests.sip.conftest import Phones
from tests.sip.edge.websocket import browser

pytestmark = [pytest.mark.anyio, pytest.mark.sip]


async def softphone(platform: Platform, account: Account, extension: str) -> UserAgent:
    """A browser of the user at `extension`, registered."""
    device = account.device(extension)
    agent = await browser(
        (platform.address()[0], platform.settings.ports.wss),
        user=device["username"],
        realm=account.realm,
        password=device["password"],
        ca=platform.ca,
    )
    return await agent.registered()


async def test_a_browser_is_called_with_dtls_ice_and_a_fingerprint(platform: Platform, phone: Phones) -> None:
    alice = await phone(platform.acme, "1000")
    async with await softphone(platform, platform.acme, "1002") as carol:
        call = await alice.call("1002")
        incoming = await carol.incoming()
        assert incoming.offer.profile == "UDP/TLS/RTP/SAVPF"
        names = {attribute.partition(":")[0] for attribute in incoming.offer.attributes}
        assert {"fingerprint", "setup", "ice-ufrag", "ice-pwd", "candidate", "rtcp-mux"} <= names
        assert not incoming.offer.crypto, "keys in the SDP would make DTLS pointless"
        incoming.ring()
        await call.wait_status(180)
        incoming.reject(486, "Busy Here")
        await call.hang_up()


async def test_a_browsers_call_rings_a_phone_and_is_cancelled(platform: Platform, phone: Phones) -> None:
    bob = await phone(platform.acme, "1001")
    async with await softphone(platform, platform.acme, "1002") as carol:
        call = await carol.call("1001")
        incoming = await bob.incoming()
        incoming.ring()
        await call.wait_status(180)
        await call.cancel()
        await incoming.wait_over()
        await call.wait_over()
        assert call.status == 487


async def test_a_browser_is_told_about_its_messages(platform: Platform) -> None:
    async with await softphone(platform, platform.acme, "1002") as carol:
        await carol.notice("message-summary", "Voice-Message:")
