"""The callflow builder in a real Chromium, and real calls through what was built there (G3, D10, D11, D19)."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from tests.fixtures.platform import Platform
from tests.sip.conftest import Phones, phone  # noqa: F401 - a fixture
from tests.sip.features import Made
from tests.sip.scenes import talk

from qvoice.engine import portal

pytestmark = [pytest.mark.browser, pytest.mark.anyio]

HERE = Path(__file__).parent
SECONDS = 240
STEPS = 300


@pytest.fixture
def made(platform: Platform) -> Iterator[dict[str, Any]]:
    """A group with 1001 and 1002, its base group callflow on 2600 (as SmartPBX writes it), and a flow of 300 steps."""
    acme, made = platform.acme, Made(platform.acme)
    users = [acme.user(extension)["id"] for extension in ("1001", "1002")]
    group = made.add("groups", name="Browser sales", endpoints={user: {"type": "user"} for user in users})
    members = [{"id": user, "endpoint_type": "user", "delay": 0, "timeout": 5} for user in users]
    ring = {"name": "Browser sales", "strategy": "simultaneous", "timeout": 20, "endpoints": members}
    base = made.add(
        "callflows",
        name="Browser sales Base Group",
        numbers=["2600"],
        type="baseGroup",
        group_id=group["id"],
        flow={"module": "ring_group", "data": ring, "children": {}},
    )
    big = made.add("callflows", name="Browser big", numbers=["2601"], flow=_tree(STEPS))
    yield {"group": "Browser sales", "base": {"id": base["id"], "name": base["name"]}, "big": big["id"]}
    for row in acme.rest.get(acme.path("callflows")):
        if "500" in row["numbers"]:
            acme.rest.delete(acme.path("callflows", row["id"]))
    made.clear()
    acme.rest.patch(acme.path("users", acme.user("1001")["id"]), {"call_forward": {"enabled": False, "number": None}})


def _tree(steps: int) -> dict[str, Any]:
    """Menus of nine keys whose branches are chains, until there are so many steps."""
    root: dict[str, Any] = {"module": "menu", "data": {}, "children": {}}
    left, ends = steps - 1, [root]
    while left > 0:
        node = ends.pop(0)
        keys = [str(key) for key in range(1, 10)] if node["module"] == "menu" else ["_"]
        for place, key in enumerate(keys[:left]):
            module = "menu" if place == 0 and node["module"] == "sleep" and left > 40 else "sleep"
            node["children"][key] = {"module": module, "data": {}, "children": {}}
            ends.append(node["children"][key])
        left -= len(keys[:left])
    return root


async def test_G3_D10_D11_D19_the_specifications_two_walkthroughs_are_done_in_the_builder_and_called(
    platform: Platform,
    phone: Phones,  # noqa: F811
    made: dict[str, Any],
    tmp_path: Path,
) -> None:
    chromium = os.environ.get("QVOICE_CHROMIUM") or shutil.which("chromium")
    assert chromium, "Chromium is missing. Run: sudo apt-get install -y chromium"
    portal.build(print)
    acme = platform.acme
    walk = {
        **made,
        "portal": platform.demo["portal"],
        "api": platform.demo["api"],
        "account": acme.id,
        "admin": {**acme.document["admin"], "account_name": acme.document["name"]},
    }
    picture = tmp_path / "failed.png"
    node, _ = portal.node()
    run = subprocess.run(
        [str(node), str(HERE / "callflows.mjs"), json.dumps(walk)],
        env={**os.environ, "QVOICE_CHROMIUM": chromium, "QVOICE_E2E_PICTURE": str(picture)},
        capture_output=True,
        text=True,
        timeout=SECONDS,
        check=False,
    )
    assert run.returncode == 0, f"{run.stderr}\npicture: {picture}"
    seen = json.loads(run.stdout)
    sys.stdout.write(f"builder with {seen['figures']}\n")
    assert seen["inaccessible"] == []
    assert seen["complaints"] == []
    assert seen["figures"]["steps"] == STEPS

    caller, bob, carol, alice = [await phone(acme, extension) for extension in ("1003", "1001", "1002", "1000")]
    call = await caller.call("2600")
    first = await bob.incoming()
    first.ring()
    second = await carol.incoming()  # in order: only when the first one's five seconds are over
    await first.wait_over()
    second.ring()
    await call.wait_status(180)
    picker = await alice.call("500")
    await picker.wait_answered()
    await call.wait_answered()
    await talk(call, picker)
    await second.wait_over()
    await picker.hang_up()
    await call.wait_over()
