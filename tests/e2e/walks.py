"""Starting a walk (`*.mjs`) with the packaged Node in Debian's Chromium, and judging what every walk must fulfil."""

from __future__ import annotations

import asyncio
import json
import os
import shutil
import subprocess
from pathlib import Path
from typing import Any

from tests.fixtures.platform import Platform

from qvoice.engine import portal

HERE = Path(__file__).parent
SECONDS = 180


def walk(name: str, given: dict[str, Any], tmp_path: Path, platform: Platform) -> dict[str, Any]:
    """Run `name`.mjs with `given`; return what it saw, after asserting that axe found nothing and the page complained
    about nothing.
    """
    chromium = os.environ.get("QVOICE_CHROMIUM") or shutil.which("chromium")
    assert chromium, "Chromium is missing. Run: sudo apt-get install -y chromium"
    portal.build(print)
    picture = tmp_path / f"{name}.png"
    node, _ = portal.node()
    run = subprocess.run(
        [
            str(node),
            str(HERE / f"{name}.mjs"),
            json.dumps({"portal": platform.demo["portal"], "api": platform.demo["api"], **given}),
        ],
        env={**os.environ, "QVOICE_CHROMIUM": chromium, "QVOICE_E2E_PICTURE": str(picture)},
        capture_output=True,
        text=True,
        timeout=SECONDS,
        check=False,
    )
    assert run.returncode == 0, f"{run.stderr}\npicture: {picture}"
    seen = json.loads(run.stdout)
    assert not seen["inaccessible"], "\n".join(seen["inaccessible"])
    assert not seen["complaints"], "\n".join(seen["complaints"])
    return seen


async def walk_aside(name: str, given: dict[str, Any], tmp_path: Path, platform: Platform) -> dict[str, Any]:
    """As `walk`, for tests that have phones on the same loop."""
    return await asyncio.to_thread(walk, name, given, tmp_path, platform)


def administrator(account: dict[str, Any]) -> dict[str, str]:
    """The part of `given` that signs in as a demo account's administrator."""
    return {
        "account": account["name"],
        "username": account["admin"]["username"],
        "password": account["admin"]["password"],
    }
