"""D18: a real browser (Chromium, JsSIP, DTLS-SRTP, ICE) and a desk phone call each other, and both hear."""

from __future__ import annotations

import asyncio
import json
import os
import shutil
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from tests.fixtures.platform import Platform
from tests.sip.agent import Call, until
from tests.sip.conftest import phone as phone

from qvoice.engine import portal

pytestmark = [pytest.mark.anyio, pytest.mark.browser]
TONE = 620


class Softphone:
    """The browser's phone (softphone.mjs)."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self.process = process

    async def read(self) -> Any:
        assert self.process.stdout
        line = await asyncio.wait_for(self.process.stdout.readline(), 60)
        assert line, "the browser ended"
        return json.loads(line)

    async def order(self, order: str, argument: str | None = None) -> Any:
        assert self.process.stdin
        self.process.stdin.write(json.dumps({"order": order, "with": argument}).encode() + b"\n")
        return (await self.read())["answer"]

    async def hears(self, hertz: float) -> None:
        async def loudest() -> bool:
            heard = await self.order("hears")
            return bool(heard) and abs(heard["hertz"] - hertz) < 20 and (heard["decibels"] or -200) > -70

        await until(loudest, within=15, every=0.3, what=f"{hertz} Hz in the browser")


@pytest.fixture
async def softphone(anyio_backend: str, platform: Platform) -> AsyncIterator[Softphone]:
    """Acme's 1002 in a browser, registered."""
    chromium = os.environ.get("QVOICE_CHROMIUM") or shutil.which("chromium")
    assert chromium, "Chromium is missing. Run: sudo apt-get install -y chromium"
    await asyncio.to_thread(portal.build, print)
    node, _ = portal.node()
    device = platform.acme.device("1002")
    given = {"wss": platform.demo["sip"]["wss"], "user": device["username"], "password": device["password"]}
    process = await asyncio.create_subprocess_exec(
        str(node),
        str(Path(__file__).parent / "softphone.mjs"),
        json.dumps({**given, "realm": platform.acme.realm, "hertz": TONE}),
        env={**os.environ, "QVOICE_CHROMIUM": chromium},
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
    )
    made = Softphone(process)
    assert (await made.read())["registered"]
    yield made
    assert process.stdin
    process.stdin.close()
    await asyncio.wait_for(process.wait(), 30)


async def both_hear(call: Call, browser: Softphone) -> None:
    assert call.media
    call.media.tone(440)
    await call.media.hears(TONE)
    await browser.hears(440)


async def test_D18_a_browser_and_a_desk_phone_call_each_other_and_hear(
    platform: Platform, phone: Any, softphone: Softphone
) -> None:
    desk = await phone(platform.acme, "1000")
    call = await desk.call("1002")
    await call.wait_answered()
    await both_hear(call, softphone)
    await call.hang_up()
    await until(lambda: softphone.order("ended"), every=0.2, what="the browser's call over")

    await softphone.order("call", f"sip:1000@{platform.acme.realm}")
    incoming = await desk.incoming()
    incoming.ring()
    await incoming.answer()
    await both_hear(incoming, softphone)
    await softphone.order("hangUp")
    await incoming.wait_over()
