"""Browsers: registration over WSS, calls from and to them, and what their media must be offered as (WebRTC)."""

from __future__ import annotations

import pytest

from tests.fixtures.platform import Account, Platform
from tests.sip.agent import UserAgent
from tests.sip.conftest import Phones
from tests.sip.edge.websocket import browser
from tests.sip.features import Made
from tests.sip.scenes import eventually, nobody_registered

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


@pytest.mark.parametrize("kind", ["browser", "tls", "tcp"])
async def test_a_phone_that_loses_its_connection_is_no_longer_registered(
    platform: Platform, phone: Phones, kind: str
) -> None:
    """Neither at the edge nor in the list, and nothing of it comes back; another phone of the device stays."""
    acme, device = platform.acme, platform.acme.device("1003")

    def contacts() -> list[str]:
        rows = acme.rest.get(acme.path("registrations"))
        return [row["contact"] for row in rows if row["authorizing_id"] == device["id"]]

    await nobody_registered(acme)
    desk = await phone(acme, "1003")
    if kind == "browser":
        dave = await softphone(platform, acme, "1003")
    else:
        dave = await phone(acme, "1003", transport=kind)
    await eventually(lambda: len(contacts()) == 2, what="both contacts in the list")
    dave.deaf = True
    dave.transport.close()
    await eventually(lambda: len(contacts()) == 1, what="the lost one gone from the list")
    assert f":{desk.transport.local[1]}" in contacts()[0]


@pytest.mark.parametrize("kind", ["browser", "tls"])
async def test_a_ringing_phone_that_loses_its_connection_fails_its_call_at_once(
    platform: Platform, phone: Phones, kind: str
) -> None:
    """Long before it would have rung out; but not while another phone of the device rings."""
    acme, made = platform.acme, Made(platform.acme)

    async def connected_phone(extension: str) -> UserAgent:
        if kind == "browser":
            return await softphone(platform, acme, extension)
        return await (await phone(acme, extension, transport=kind, register=False)).registered()

    for number, extension in (("2651", "1002"), ("2652", "1003")):
        flow = {"module": "device", "data": {"id": acme.device(extension)["id"], "timeout": 90}, "children": {}}
        made.add("callflows", name="Long ringing", numbers=[number], flow=flow)
    try:
        alice, beside = await phone(acme, "1000"), await phone(acme, "1002")
        carol, dave = await connected_phone("1002"), await connected_phone("1003")
        call, alone = await alice.call("2651"), await alice.call("2652")
        incoming = await beside.incoming()
        lost = [await carol.incoming(), await dave.incoming()]
        for one in (*lost, incoming):
            one.ring()
        await call.wait_status(180)
        await alone.wait_status(180)
        carol.transport.close()
        dave.transport.close()
        for one in lost:
            one.vanish()
        await alone.wait_over(within=8)
        assert not call.over.is_set()
        await incoming.answer()
        await call.wait_answered()
        await call.hang_up()
    finally:
        carol.deaf = dave.deaf = True
        made.clear()
