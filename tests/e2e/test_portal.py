"""The portal in a real Chromium against a real API with the demo accounts.

The installation is the one that all tests share (tests/fixtures/platform.py).
"""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.e2e.walks import walk
from tests.fixtures.platform import Platform

pytestmark = pytest.mark.browser


def test_G2_A6_D1_an_operator_uses_an_account_and_adds_a_user_with_a_device(platform: Platform, tmp_path: Path) -> None:
    demo = platform.demo
    master, customer = demo["master"], demo["accounts"][0]
    given = {
        "username": master["username"],
        "password": master["password"],
        "account": master["account_name"],
        "customer": customer["name"],
    }
    seen = walk("portal", given, tmp_path, platform)
    assert seen["acting"] == customer["id"]
    assert customer["realm"] in seen["shown"]
    assert seen["extension"] in seen["shown"]
    assert any(len(text) == 20 for text in seen["shown"]), "no generated device password was shown"
