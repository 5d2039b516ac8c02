"""The job queue (procrastinate, in our PostgreSQL): a job commits with the change that caused it, or not at all.

`defer(session, …)` puts a job into the transaction that is open. The worker runs what `features/*/jobs.py` declare as
`TASKS`. A job may run twice (a worker that dies after the deed and before the book-keeping), so it must bear that.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import lru_cache, partial
from typing import Any

import procrastinate
from procrastinate.jobs import Job
from sqlalchemy.ext.asyncio import AsyncSession

JOBS_AT_ONCE = 8
QUEUES = {"default": JOBS_AT_ONCE, "web": 16}
"""Queue → how many of its jobs run at once."""


class GiveUp(Exception):
    """Raised by a task that makes no sense to repeat; its text goes to the log."""


@dataclass(frozen=True, slots=True)
class Backoff:
    """Seconds before each further try: `first`, then twice as long each time up to `longest`, `tries` in all."""

    first: int = 10
    longest: int = 3600
    tries: int = 12

    def wait(self, attempts: int) -> int | None:
        """Return the wait after `attempts` failed ones, None when it is over."""
        return None if attempts >= self.tries else min(self.longest, self.first * 2 ** max(0, attempts - 1))


@dataclass(frozen=True, slots=True)
class Task:
    """`run(db, settings, **arguments)`; a failure is logged and tried again by `backoff`, GiveUp is not."""

    name: str
    run: Callable[..., Awaitable[None]]
    backoff: Backoff = field(default_factory=Backoff)
    queue: str = "default"
    """Jobs that wait for strangers' machines have a queue of their own (`web`): they keep nobody else waiting."""


class _Retry(procrastinate.BaseRetryStrategy):
    def __init__(self, backoff: Backoff) -> None:
        self.backoff = backoff

    def get_retry_decision(self, *, exception: BaseException, job: Job) -> procrastinate.RetryDecision | None:
        """procrastinate: whether and when to try again."""
        wait = None if isinstance(exception, GiveUp) else self.backoff.wait(job.attempts + 1)
        return None if wait is None else procrastinate.RetryDecision(retry_in={"seconds": wait})


@lru_cache(maxsize=1)
def _unopened() -> procrastinate.App:
    """An app that only defers, on connections it is handed."""
    return procrastinate.App(connector=procrastinate.PsycopgConnector())


async def defer(
    session: AsyncSession,
    task: str,
    *,
    lock: str | None = None,
    at: datetime | None = None,
    queue: str = "default",
    **arguments: Any,
) -> None:
    """Put a job into the session's transaction. `lock`: jobs with the same one run one after the other, in order.
    `queue`: the task's own.
    """
    raw = await (await session.connection()).get_raw_connection()
    job = _unopened().configure_task(
        task, lock=lock, schedule_at=at, queue=queue, connection=raw.driver_connection
    )
    await job.defer_async(**arguments)


def worker_app(dsn: str, tasks: Sequence[Task], *given: Any) -> procrastinate.App:
    """Return the app that runs `tasks`, each called with `given` and its own arguments."""
    app = procrastinate.App(connector=procrastinate.PsycopgConnector(conninfo=dsn, min_size=1, max_size=4))
    for task in tasks:
        _register(app, task, given)
    return app


def _register(app: procrastinate.App, task: Task, given: tuple[Any, ...]) -> None:
    @app.task(name=task.name, retry=_Retry(task.backoff))
    async def run(**arguments: Any) -> None:
        await task.run(*given, **arguments)


async def run_worker(app: procrastinate.App, *, queue: str | None = None, at_once: int = JOBS_AT_ONCE) -> None:
    """Run the jobs of a queue (None: of all) until cancelled; jobs of workers that died are taken up again."""
    async with app.open_async():
        for job in await app.job_manager.get_stalled_jobs(queue=queue):
            await app.job_manager.retry_job(job)
        work = partial(
            app.run_worker_async,
            concurrency=at_once,
            install_signal_handlers=False,
            delete_jobs="successful",
            shutdown_graceful_timeout=5,
        )
        await (work(queues=[queue]) if queue else work())
