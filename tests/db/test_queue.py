"""Jobs of a worker that died are done by one that was there before anybody could know of its death."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from typing import Any

import pytest
from sqlalchemy import text

from qvoice.db import SYSTEM, queue

LATER = datetime(2100, 1, 1, tzinfo=UTC)
SET = "update procrastinate_jobs set status = :status, worker_id = null where args ->> 'name' = :name"


@pytest.mark.anyio
@pytest.mark.db
async def test_jobs_of_a_worker_that_died_are_taken_up_by_one_that_runs(
    db: Any, database: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(queue, "LOOK_SECONDS", 0.1)
    begun: dict[str, int] = {}
    ran, release = {"first": asyncio.Event(), "left": asyncio.Event()}, asyncio.Event()

    async def work(name: str) -> None:
        begun[name] = begun.get(name, 0) + 1
        ran[name].set()
        if name == "first":
            await release.wait()

    async with db.tx(SYSTEM) as s:
        await queue.defer(s, "bench", name="first")
        await queue.defer(s, "bench", name="left", at=LATER)
    worker = asyncio.create_task(queue.run_worker(queue.worker_app(database.app_url, [queue.Task("bench", work)])))
    try:
        await asyncio.wait_for(ran["first"].wait(), 30)
        # Now two jobs are held by nobody: one that this worker runs (it slept, and was thought dead), and one of a
        # worker that was killed.
        async with db.tx(SYSTEM) as s:
            for name in ran:
                await s.execute(text(SET), {"status": "doing", "name": name})
        await asyncio.wait_for(ran["left"].wait(), 30)
        release.set()
    finally:
        worker.cancel()
        await asyncio.gather(worker, return_exceptions=True)
    assert begun == {"first": 1, "left": 1}
