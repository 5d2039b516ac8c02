"""The portal in a real Chromium against a real API with the demo accounts.

An installation of its own is started for it. To use one that runs already, put the output of `./qvoice demo --json`
into a file and name it in `QVOICE_E2E_DEMO`.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from qvoice.engine import portal
from qvoice.engine.tools import root_of_project

pytestmark = pytest.mark.browser

HERE = Path(__file__).parent
SECONDS = 180
START_SECONDS = 900
OFFSET = "1700"


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict]:
    named = os.environ.get("QVOICE_E2E_DEMO")
    if named:
        yield json.loads(Path(named).read_text())
        return
    data = tmp_path_factory.mktemp("installation") / "var"
    environment = {**os.environ, "QVOICE_PORTS_OFFSET": OFFSET}

    def qvoice(*words: str) -> str:
        command = [str(root_of_project() / "qvoice"), *words, "--data", str(data)]
        run = subprocess.run(
            command, env=environment, capture_output=True, text=True, timeout=START_SECONDS, check=False
        )
        assert run.returncode == 0, f"{' '.join(words)}: {run.stdout}{run.stderr}"
        return run.stdout

    qvoice("up", "--detach")
    try:
        yield json.loads(qvoice("demo", "--json"))
    finally:
        qvoice("down")


@pytest.fixture(scope="module")
def chromium() -> str:
    found = os.environ.get("QVOICE_CHROMIUM") or shutil.which("chromium")
    assert found, "Chromium is missing. Run: sudo apt-get install -y chromium"
    return found


def test_G2_A6_D1_an_operator_uses_an_account_and_adds_a_user_with_a_device(
    demo: dict, chromium: str, tmp_path: Path
) -> None:
    portal.build(print)
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
