"""Users from a file: rows a second, each with extension, voicemail box, callflow, directory entry and a phone; done by
the worker's own code in a database of the installation.
"""

from __future__ import annotations

import asyncio
import time

from bench.figures import Figure
from bench.installation import Installation
from qvoice.db import Database, Scope
from qvoice.features.accounts.store import create_account
from qvoice.features.auth.tokens import TokenKey
from qvoice.features.tasks import jobs, store
from qvoice.features.users import bulk
from qvoice.kit.ids import new_id
from qvoice.kit.settings import Settings


async def run(db: Database, settings: Settings, master: str, rows: int) -> tuple[float, float]:
    """Judge and make `rows` users in a new account; return the seconds that each of the two took."""
    mark = new_id()[:8]
    row = (await db.fetch("select path from account_scope(cast(:id as uuid))", {"id": master}))[0]
    async with db.tx(Scope(master, row.path)) as s:
        key = TokenKey(settings.secret("token-key"))
        _, scope = await create_account(s, key, {"name": f"bench {mark}", "realm": f"{mark}.invalid"})
    people = [
        {
            "first_name": f"First{n}", "last_name": f"Last{n}", "email": f"p{n}@bench.example",
            "extension": str(10_000 + n), "device": "softphone",
        }
        for n in range(rows)
    ]  # fmt: skip
    began = time.perf_counter()
    async with db.tx(scope) as s:
        verdicts = await bulk.check(s, people, {})
        task = await store.create(s, "users", "import", rows=list(zip(people, verdicts, strict=True)))
        assert not any(verdicts)
    judged = time.perf_counter() - began
    async with db.tx(scope) as s:
        await store.start(s, task)
    began = time.perf_counter()
    await jobs.run(db, settings, account_id=scope.account_id, path=scope.path, task_id=task)
    took = time.perf_counter() - began
    async with db.tx(scope) as s:
        ended = await store.load(s, task)
    assert (ended.state, ended.done) == ("success", rows), ended
    return judged, took


async def _measure(installation: Installation, rows: int) -> tuple[float, float]:
    settings = installation.settings
    key = TokenKey(settings.secret("token-key"))
    db = Database(settings.dsn(), pool_size=2, overflow=2, info={"token_key": key})
    try:
        return await run(db, settings, installation.demo["master"]["account_id"], rows)
    finally:
        await db.close()


def measure(installation: Installation) -> list[Figure]:
    """Judge a file and make its users."""
    rows = 500 if installation.quick else 5_000
    judged, took = asyncio.run(_measure(installation, rows))
    note = f"{rows} rows, each with box, callflow, directory entry and phone"
    return [
        Figure("users from a file, judged", rows / judged, "rows/s"),
        Figure("users from a file, made", rows / took, "rows/s", (">=", 100), note),
    ]
