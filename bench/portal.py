"""The portal in a real Chromium: what a first visit loads, how soon each page can be used, how soon it answers hands.

One account as a large customer has it (`USERS` users with device, box and route, `CALLS` detail records, a callflow of
`STEPS` steps), made through the data layer; then `portal.mjs` visits the production build that the installation's API
serves. Times are the browser's own, from the navigation (or the key, the click) to the picture after it.
"""

from __future__ import annotations

import asyncio
import json
import os
import secrets
import shutil
import subprocess
import time
from pathlib import Path
from typing import Any

from bench.figures import Figure, percentile
from bench.installation import Failed, Installation, LeftOut
from qvoice.db import Database, Scope
from qvoice.engine import portal
from qvoice.features import documents
from qvoice.features.accounts.store import create_account
from qvoice.features.auth.tokens import TokenKey
from qvoice.features.cdrs.record import LegRecord, row
from qvoice.features.channels.write import Batch, write

HERE = Path(__file__).parent
USERS, CALLS, STEPS, ROUNDS = 500, 2_000, 300, 5
WITHIN_S = 900


def measure(installation: Installation) -> list[Figure]:
    """Make the account (it stays in the installation) and visit every page of it some times."""
    chromium = os.environ.get("QVOICE_CHROMIUM") or shutil.which("chromium")
    if not chromium:
        raise LeftOut("Chromium is missing. Run: sudo apt-get install -y chromium")
    users, calls, rounds = (20, 60, 1) if installation.quick else (USERS, CALLS, ROUNDS)
    demo = installation.demo
    portal.build(print)
    given = asyncio.run(seed(installation, demo["master"]["account_id"], users=users, calls=calls))
    given |= {"portal": demo["portal"], "api": demo["api"], "rounds": rounds}
    run = subprocess.run(
        [str(portal.node()[0]), str(HERE / "portal.mjs"), json.dumps(given)],
        env={**os.environ, "QVOICE_CHROMIUM": chromium},
        capture_output=True,
        text=True,
        timeout=WITHIN_S,
        check=False,
    )
    if run.returncode != 0:
        raise Failed(f"the walk through the portal failed:\n{run.stderr[-2000:]}")
    return figures(json.loads(run.stdout), f"{users} users, {calls} calls, {STEPS} steps")


def figures(seen: dict[str, Any], note: str) -> list[Figure]:
    """What the browser saw, as figures; the wishes are issue 3's section 2.4."""
    made = [
        Figure("first load: JavaScript, compressed", seen["script_bytes"] / 1000, "kB", ("<=", 300), "as transferred"),
        Figure("first load: everything", seen["all_bytes"] / 1000, "kB", note=f"{seen['requests']} requests"),
        Figure("first load: until usable, empty cache", seen["first_ms"], "ms", ("<=", 1000), note),
    ]
    for page, times in seen["pages"].items():
        worst = f"slowest {max(times):.0f}"
        made.append(Figure(f"open {page}", percentile(times, 0.5), "ms", ("<=", 1000), worst))
    for what, times in seen["latencies"].items():
        wish = 100 if what.startswith("a key") else 500
        made.append(Figure(what, percentile(times, 0.5), "ms", ("<=", wish), f"slowest {max(times):.0f}"))
    for what, drawn in seen["frames"].items():
        made.append(
            Figure(f"{what}: pictures", drawn["fps"], "/s", (">=", 30), f"longest {drawn['longest_ms']:.0f} ms")
        )
    return made


async def seed(installation: Installation, master: str, *, users: int, calls: int) -> dict[str, Any]:
    """Make the account; return its id, its administrator and the large callflow."""
    settings = installation.settings
    key = TokenKey(settings.secret("token-key"))
    db = Database(settings.dsn(), pool_size=2, overflow=2, info={"token_key": key})
    mark, password = secrets.token_hex(3), secrets.token_urlsafe(12)
    try:
        async with db.tx(Scope(master, master)) as s:
            name = f"Bench portal {mark}"
            account, _ = await create_account(s, key, {"name": name, "realm": f"{mark}.example.test"})
            admin = {
                "first_name": "Bench", "last_name": "Admin", "username": "admin", "password": password,
                "priv_level": "admin",
            }  # fmt: skip
            await documents.create(s, "users", admin)
            people = [await person(s, number) for number in range(users)]
            big = await documents.create(s, "callflows", {"name": "Large", "numbers": ["9000"], "flow": tree(STEPS)})
        await write(db, Batch("bench", cdrs=list(records(account.id, people, calls))).encode())
    finally:
        await db.close()
    return {"account": account.id, "name": name, "username": "admin", "password": password, "flow": big.id}


async def person(s: Any, number: int) -> str:
    """Make a user with what belongs to one; returns the id."""
    extension = str(1000 + number)
    name = {"first_name": f"First{number}", "last_name": f"Last{number}"}
    user = await documents.create(s, "users", name | {"presence_id": extension, "email": f"u{number}@example.test"})
    box = await documents.create(s, "vmboxes", {"owner_id": user.id, "mailbox": extension, "name": f"Box {number}"})
    leave = {"module": "voicemail", "data": {"id": box.id}, "children": {}}
    flow = {
        "name": f"First{number} Last{number}", "numbers": [extension], "owner_id": user.id, "type": "mainUserCallflow",
        "flow": {"module": "user", "data": {"id": user.id}, "children": {"_": leave}},
    }  # fmt: skip
    await documents.create(s, "callflows", flow)
    sip = {"username": f"b{number}{secrets.token_hex(3)}", "password": secrets.token_urlsafe(12), "method": "password"}
    device = {"name": f"Desk {number}", "owner_id": user.id, "device_type": "sip_device", "sip": sip}
    await documents.create(s, "devices", device)
    return user.id


def records(account: str, people: list[str], calls: int) -> Any:
    """Detail records of the last days, one leg a call."""
    now, mark = time.time(), f"bench-{account[:8]}"
    for number in range(calls):
        began = now - number * 60
        answered = number % 4 > 0
        yield row(
            LegRecord(
                uuid=f"{mark}-{number}", account_id=account, interaction_id=f"{mark}-{number}",
                direction="inbound", created=began, rang=began + 1, answered=began + 5 if answered else 0,
                ended=began + 65, cause="NORMAL_CLEARING" if answered else "NO_ANSWER", sip_code=200, other="",
                node="bench", caller_name=f"Caller {number}", caller_number=f"+1416555{number % 10_000:04d}",
                callee_number=str(1000 + number % len(people)), owner_id=people[number % len(people)],
            )
        )  # fmt: skip


def tree(steps: int) -> dict[str, Any]:
    """Menus of nine keys whose branches are chains of pauses, until there are so many steps."""
    root: dict[str, Any] = {"module": "menu", "data": {}, "children": {}}
    left, ends = steps - 1, [root]
    while left > 0:
        at = ends.pop(0)
        keys = [str(key) for key in range(1, 10)] if at["module"] == "menu" else ["_"]
        for place, key in enumerate(keys[:left]):
            module = "menu" if place == 0 and at["module"] == "sleep" and left > 40 else "sleep"
            at["children"][key] = {"module": module, "data": {}, "children": {}}
            ends.append(at["children"][key])
        left -= len(keys[:left])
    return root
