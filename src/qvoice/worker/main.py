"""The worker, put together: `python -m qvoice.worker.main --data DIR`.

`features/*/jobs.py` export `RESIDENT = [async fn(db, settings)]`, which run for ever, `PERIODIC = [(seconds, async
fn(db, settings))]`, and `TASKS = [db.queue.Task]`, the jobs that are put into the queue with a change.
"""

from __future__ import annotations

import argparse
import asyncio
import signal
from collections.abc import Awaitable, Callable
from pathlib import Path

from qvoice.db import Database
from qvoice.db.queue import QUEUES, Task, run_worker, worker_app
from qvoice.features.documents.resource import discover
from qvoice.kit import code, log
from qvoice.kit.settings import Settings, load

Job = Callable[[Database, Settings], Awaitable[None]]
BEAT_SECONDS = 5.0


async def resident(name: str, job: Job, db: Database, settings: Settings) -> None:
    """Run a job for ever; when it fails, say so and start it again after a moment."""
    while True:
        try:
            await job(db, settings)
        except Exception:  # noqa: BLE001 - whatever it was: it is told, and the other jobs go on
            log.get().exception("job.failed", job=name)
        await asyncio.sleep(1.0)


async def periodic(name: str, seconds: float, job: Job, db: Database, settings: Settings) -> None:
    """Run a job every so many seconds, the first time soon after the start."""
    await asyncio.sleep(min(seconds, 10.0))
    while True:
        try:
            await job(db, settings)
        except Exception:  # noqa: BLE001 - whatever it was: it is told, and the other jobs go on
            log.get().exception("job.failed", job=name)
        await asyncio.sleep(seconds)


async def beat(file: Path) -> None:
    """Show that the event loop moves: the health check looks at this file's time."""
    while True:
        await asyncio.to_thread(file.touch)
        await asyncio.sleep(BEAT_SECONDS)


async def run(settings: Settings, *, stop: asyncio.Event) -> None:
    """Run all jobs until `stop`."""
    db = Database(settings.dsn(), pool_size=5, overflow=5)
    tasks = [asyncio.create_task(beat(settings.run / "worker.beat"), name="beat")]
    queued: list[Task] = []
    for module in discover("jobs"):
        queued += getattr(module, "TASKS", ())
        feature = module.__name__.split(".")[-2]
        for job in getattr(module, "RESIDENT", ()):
            name = f"{feature}.{job.__name__}"
            tasks.append(asyncio.create_task(resident(name, job, db, settings), name=name))
        for seconds, job in getattr(module, "PERIODIC", ()):
            name = f"{feature}.{job.__name__}"
            tasks.append(asyncio.create_task(periodic(name, seconds, job, db, settings), name=name))

    def working(name: str, at_once: int) -> Job:
        async def work(db: Database, settings: Settings) -> None:
            await run_worker(worker_app(settings.dsn(), queued, db, settings), queue=name, at_once=at_once)

        return work

    for name, at_once in QUEUES.items():
        job = resident(f"queue-{name}", working(name, at_once), db, settings)
        tasks.append(asyncio.create_task(job, name=f"queue-{name}"))
    log.get().info("worker.up", jobs=[task.get_name() for task in tasks])
    await stop.wait()
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    await db.close()
    log.get().info("worker.down")


def main() -> None:
    """Read the command line and run."""
    parser = argparse.ArgumentParser(prog="qvoice.worker")
    parser.add_argument("--data", type=Path, required=True, help="the installation's data folder")
    settings = load(parser.parse_args().data)
    log.configure("worker", level=settings.log.level)
    code.load("qvoice.core", "qvoice.features", "qvoice.worker")
    for part in ("answers", "bulk", "resource", "watch"):
        discover(part)

    async def body() -> None:
        stop = asyncio.Event()
        for number in (signal.SIGTERM, signal.SIGINT):
            asyncio.get_running_loop().add_signal_handler(number, stop.set)
        await run(settings, stop=stop)

    asyncio.run(body())


if __name__ == "__main__":
    main()
