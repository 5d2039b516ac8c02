"""The job queue (procrastinate, in our PostgreSQL): a job commits with the change that caused it, or not at all.

`defer(session, …)` puts a job into the transaction that is open. The worker runs what `features/*/jobs.py` declare as
`TASKS`. A job may run twice (a worker that dies after the deed and before the book-keeping), so it must bear that.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import lru_cache, partial
from typing import Any

import procrastinate
from procrastinate.exceptions import ConnectorException
from procrastinate.jobs import Job
from sqlalchemy.ext.asyncio import AsyncSession

from qvoice.kit import log

JOBS_AT_ONCE = 8
QUEUES = {"default": JOBS_AT_ONCE, "web": 16}
"""Queue → how many of its jobs run at once."""

LOOK_SECONDS = 10.0
"""How often jobs of workers that died are looked for; such a worker has not been heard of for 30 s."""
_running: set[int] = set()
"""Jobs that this process runs now: a machine that slept for a minute must not think itself dead."""


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


async def defer_many(
    session: AsyncSession, task: str, arguments: Sequence[dict[str, Any]], *, queue: str = "default"
) -> None:
    """Put many jobs of one task into the session's transaction by one statement, one for each of `arguments`."""
    if arguments:
        raw = await (await session.connection()).get_raw_connection()
        job = _unopened().configure_task(task, queue=queue, connection=raw.driver_connection)
        await job.batch_defer_async(*arguments)


def worker_app(dsn: str, tasks: Sequence[Task], *given: Any) -> procrastinate.App:
    """Return the app that runs `tasks`, each called with `given` and its own arguments."""
    app = procrastinate.App(connector=procrastinate.PsycopgConnector(conninfo=dsn, min_size=1, max_size=4))
    for task in tasks:
        _register(app, task, given)
    return app


def _register(app: procrastinate.App, task: Task, given: tuple[Any, ...]) -> None:
    @app.task(name=task.name, retry=_Retry(task.backoff), pass_context=True)
    async def run(context: procrastinate.JobContext, **arguments: Any) -> None:
        id = context.job.id
        assert id is not None, "a job that runs is in the database"
        _running.add(id)
        try:
            await task.run(*given, **arguments)
        finally:
            _running.discard(id)


async def run_worker(app: procrastinate.App, *, queue: str | None = None, at_once: int = JOBS_AT_ONCE) -> None:
    """Run the jobs of a queue (None: of all) until cancelled; jobs of workers that died are taken up again."""
    async with app.open_async():
        work = partial(
            app.run_worker_async,
            concurrency=at_once,
            install_signal_handlers=False,
            delete_jobs="successful",
            shutdown_graceful_timeout=5,
        )
        looking = asyncio.create_task(_take_up(app, queue), name=f"take-up-{queue or 'all'}")
        try:
            await (work(queues=[queue]) if queue else work())
        finally:
            looking.cancel()
            await asyncio.gather(looking, return_exceptions=True)


async def _take_up(app: procrastinate.App, queue: str | None) -> None:
    """Put jobs of workers that died back into the queue, for ever: who starts again at once is not known to have died
    until half a minute later.
    """
    while True:
        try:
            for job in await app.job_manager.get_stalled_jobs(queue=queue):
                if job.id not in _running:
                    log.get().warning("job.taken_up", job=job.task_name, id=job.id)
                    await app.job_manager.retry_job(job)
        except ConnectorException as problem:  # the worker itself says more, and is started again
            log.get().warning("job.look_failed", problem=str(problem)[:200])
        await asyncio.sleep(LOOK_SECONDS)
