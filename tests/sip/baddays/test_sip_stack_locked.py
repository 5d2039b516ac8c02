"""Asterisk's SIP stack locks up alone (its issue 2166): ARI goes on answering, so only silence by SIP tells."""

from __future__ import annotations

import asyncio
import dataclasses
import socket

import pytest

from qvoice.engine import health, images, programs, watch
from tests.fixtures.platform import Platform
from tests.sip.baddays.test_processes_killed import call_works
from tests.sip.conftest import Phones
from tests.sip.machine import processes
from tests.sip.scenes import eventually

pytestmark = [pytest.mark.anyio, pytest.mark.sip, pytest.mark.limit(300)]


async def test_an_asterisk_that_is_silent_by_sip_alone_is_killed_and_calls_work_again(
    platform: Platform, phone: Phones
) -> None:
    """The watch looks at a socket that says nothing in the place of Asterisk's SIP; everything else is real."""
    alice, bob = await phone(platform.acme, "1000"), await phone(platform.acme, "1001")
    await eventually(lambda: health.surely_asterisk(platform.settings).well, what="Asterisk answers both ways")
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as silent:
        silent.bind((platform.settings.network.private, 0))
        ports = dataclasses.replace(platform.settings.ports, media_sip=silent.getsockname()[1])
        settings = dataclasses.replace(platform.settings, ports=ports)
        programs_here = programs.of(settings, voice=images.path_of("voice"), store=images.path_of("store"))
        asterisk = next(one for one in programs_here if one.name == "asterisk")
        known: dict[str, watch.Silence] = {}

        async def found() -> dict[str, bool]:
            return await asyncio.to_thread(watch.look, settings, [asterisk], known)

        assert await found() == {}, "one look proves nothing"
        assert await found() == {"asterisk": True}
        before = processes(platform)["asterisk"]["pid"]
        watch.restart(settings, "asterisk", at_once=True)
    await eventually(lambda: processes(platform)["asterisk"]["pid"] != before, what="another Asterisk")
    await call_works(alice, "1001", bob)
