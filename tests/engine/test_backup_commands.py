"""`qvoice backup` of a running installation and `qvoice restore` into a new folder, by the commands people type."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.fixtures.platform import ROOT, Platform
from tests.sip.agent import UserAgent
from tests.sip.calls.test_voicemail import Box, leave
from tests.sip.scenes import connected, eventually, talk

pytestmark = [pytest.mark.sip, pytest.mark.anyio, pytest.mark.limit(400)]

BESIDE = 137
"""Ports of the restored installation, counted from those of the one that runs on."""


async def registered(platform: Platform, extension: str) -> UserAgent:
    """A phone of Acme in that installation."""
    device = platform.acme.device(extension)
    agent = await UserAgent.start(
        proxy=platform.address(), user=device["username"], realm=platform.acme.realm, password=device["password"]
    )
    return await agent.registered()


def run(*arguments: str, environ: dict[str, str]) -> None:
    """Run `./qvoice …`; what it says goes to the terminal."""
    command = [str(ROOT / "qvoice"), *arguments]
    subprocess.run(command, env=environ, cwd=ROOT, stdout=sys.stderr, timeout=380, check=True)


@pytest.fixture
def beside(platform: Platform) -> Iterator[tuple[Path, dict[str, str]]]:
    """A folder and an environment for a second installation, which is taken down at the end. The folder's path is
    short: sockets lie in it.
    """
    offset = int(platform.environ["QVOICE_PORTS_OFFSET"]) + BESIDE
    environ = dict(platform.environ) | {"QVOICE_PORTS_OFFSET": str(offset)}
    with tempfile.TemporaryDirectory(prefix="qvoice-test-") as folder:
        data = Path(folder) / "restored"
        yield data, environ
        run("down", "--data", str(data), environ=environ)


async def test_what_was_backed_up_while_running_works_in_a_new_installation(
    platform: Platform, beside: tuple[Path, dict[str, str]], tmp_path: Path
) -> None:
    box = Box(platform.acme, "1003")
    box.account.rest.patch(box.path, {"is_setup": True})
    box.empty()
    async with await registered(platform, "1000") as alice:
        await leave(alice, "**1003", frequency=700, hang_up=True)
        (message,) = await eventually(box.messages)
    raw = f"{box.path}/messages/{message['media_id']}/raw"
    audio = box.account.rest.raw(raw, accept="audio/wav")
    users = box.account.rest.get(box.account.path("users"))
    archive = tmp_path / "qvoice.tar"
    platform.command("backup", str(archive))
    box.empty()

    data, environ = beside
    run("restore", str(archive), "--data", str(data), environ=environ)
    run("up", "--detach", "--data", str(data), environ=environ)
    restored = Platform(data, environ)
    assert restored.settings.ports.sip != platform.settings.ports.sip
    assert restored.acme.id == platform.acme.id
    assert restored.acme.rest.get(box.account.path("users")) == users
    assert restored.acme.rest.raw(raw, accept="audio/wav") == audio
    async with await registered(restored, "1000") as caller, await registered(restored, "1001") as callee:
        call, incoming = await connected(caller, "1001", callee)
        await talk(call, incoming)
        await call.hang_up()
        await incoming.wait_over()
    assert os.stat(archive).st_mode & 0o777 == 0o600
