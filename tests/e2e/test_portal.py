"""The portal in a real Chromium against a real API with the demo accounts.

The installation is the one that all tests share (tests/fixtures/platform.py).
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from pathlib import Path

import pytest
from tests.fixtures.platform import Platform

from qvoice.engine import portal

pytestmark = pytest.mark.browser

HERE = Path(__file__).parent
SECONDS = 180


@pytest.fixture(scope="module")
def chromium() -> str:
    found = os.environ.get("QVOICE_CHROMIUM") or shutil.which("chromium")
    assert found, "Chromium is missing. Run: sudo apt-get install -y chromium"
    return found


def test_G2_A6_D1_an_operator_uses_an_account_and_adds_a_user_with_a_device(
    platform: Platform, chromium: str, tmp_path: Path
) -> None:
    portal.build(print)
    demo = platform.demo
    master, customer = demo["master"], demo["accounts"][0]
    walk = {
        "portal": demo["portal"],
        "username": master["username"],
        "password": master["password"],
        "account": master["account_name"],
        "customer": customer["name"],
    }
    picture = tmp_path / "failed.png"
    node, _ = portal.node()
    run = subprocess.run(
        [str(node), str(HERE / "portal.mjs"), json.dumps(walk)],
        env={**os.environ, "QVOICE_CHROMIUM": chromium, "QVOICE_E2E_PICTURE": str(picture)},
        capture_output=True,
        text=True,
        timeout=SECONDS,
        check=False,
    )
    assert run.returncode == 0, f"{run.stderr}\npicture: {picture}"
    seen = json.loads(run.stdout)
    assert seen["inaccessible"] == []
    assert seen["complaints"] == []
    assert seen["acting"] == customer["id"]
    assert customer["realm"] in seen["shown"]
    assert seen["extension"] in seen["shown"]
    assert any(len(text) == 20 for text in seen["shown"]), "no generated device password was shown"
