"""G1 B6: reports, and a trunk's test call, in a real browser against the real API and a real call."""

from __future__ import annotations

import asyncio
import secrets
from pathlib import Path

import pytest
from tests.e2e.walks import walk_aside
from tests.fixtures.platform import Platform
from tests.sip.agent import UserAgent
from tests.sip.calls.test_carrier_out import gateway
from tests.sip.conftest import carrier  # noqa: F401  # pyright: ignore[reportUnusedImport]

pytestmark = [pytest.mark.anyio, pytest.mark.browser]


async def test_G1_B6_a_trunk_is_tested_by_a_call_that_the_report_then_shows(
    platform: Platform,
    carrier: UserAgent,  # noqa: F811
    tmp_path: Path,
) -> None:
    master, name = platform.demo["master"], f"Tested {secrets.token_hex(3)}"
    path = f"accounts/{master['account_id']}/resources"
    document = {"name": name, "weight_cost": 100, "gateways": [gateway(*platform.carrier)]}
    trunk = platform.master.put(path, document | {"rules": [r"^\+(1\d{6,})$"]})
    try:
        who = {"account": master["account_name"], "username": master["username"], "password": master["password"]}
        given = {**who, "trunk": trunk["id"], "name": name}
        walking = asyncio.create_task(walk_aside("reports", given, tmp_path, platform))
        called = asyncio.create_task(carrier.incoming(within=150))
        await asyncio.wait({walking, called}, return_when=asyncio.FIRST_COMPLETED)
        if walking.done():
            called.cancel()
            raise AssertionError("the walk ended before the carrier was called") from walking.exception()
        incoming = await called
        incoming.ring()
        await incoming.answer()
        assert incoming.media
        incoming.media.tone(620)
        await incoming.media.hears(1000)
        seen = await walking
    finally:
        platform.master.delete(f"{path}/{trunk['id']}")
    assert seen["steps"] >= 3
    assert seen["file"].startswith("destinations-")
    assert not seen["wide"]
