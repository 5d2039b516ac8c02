"""What the worker does: run tasks, a batch of rows in each transaction, so that nothing is lost or done twice."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from typing import Any

from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncSession

from qvoice.db import Database, Scope
from qvoice.db.queue import Backoff, Task
from qvoice.features.auth.tokens import TokenKey
from qvoice.features.services.watch import ChargesNotAccepted
from qvoice.features.tasks import charges, store
from qvoice.features.tasks.action import FileAction, Problem, RowsAction, actions
from qvoice.kit import log
from qvoice.kit.errors import Conflict, Invalid, QvoiceError, Unavailable
from qvoice.kit.settings import Settings

KEEP_DAYS = 30
PART = 8 * 1024 * 1024
"""Bytes of a file in one row of the database."""


async def run(db: Database, settings: Settings, *, account_id: str, path: str, task_id: str) -> None:
    """Run a task to its end, or until somebody stops it. Begun again after a crash it goes on where it was."""
    scope = Scope(account_id, path)
    async with db.tx(scope) as s:
        try:
            task = await store.load(s, task_id)
        except store.NoSuchTask:
            return
    if task.state != "executing":
        return
    action = actions().get((task.category, task.action))
    scope = Scope(
        account_id, path, task.actor_id and task.actor_id.hex, task.actor_account_id and task.actor_account_id.hex
    )
    if isinstance(action, RowsAction):
        key = TokenKey(settings.secret("token-key"))
        try:
            while await _batch(db, scope, action, task, key):
                pass
        except ChargesNotAccepted as refused:
            # Nothing of the batch is left. Whoever goes on sees the new charges first.
            await _end(db, scope, task_id, "stopped", refused.message)
    elif isinstance(action, FileAction):
        await _file(db, settings, scope, action, task_id)
    else:
        await _end(db, scope, task_id, "failure", "this installation knows no such bulk action any more")


async def _batch(db: Database, scope: Scope, action: RowsAction, task: Any, key: TokenKey) -> bool:
    """Do a batch of rows; tell whether there may be more. The rows' marks commit with what they did and what it costs.

    Raises ChargesNotAccepted when that is more than was accepted; then nothing of it is left.
    """
    async with db.tx(scope) as s:
        s.info["token_key"] = key
        now = await store.load(s, task.id.hex, lock=True)
        if now.state != "executing":
            return False
        rows = (
            await s.execute(
                text("select n, row from task_rows where task_id = :id and state = 'ready' order by n limit :most"),
                {"id": task.id, "most": action.batch},
            )
        ).all()
        bound = await charges.begin(s, now, action) if rows else None
        marks = await _together(s, action, rows, task.options)
        if marks is None:
            marks = [await _row(s, action, row, task.options) for row in rows]
        if marks:
            await s.execute(
                text(
                    "update task_rows r set state = m.state, result = m.result, problems = r.problems || m.problems"
                    " from jsonb_to_recordset(cast(:marks as jsonb))"
                    " as m(n integer, state text, result jsonb, problems jsonb)"
                    " where r.task_id = :id and r.n = m.n"
                ),
                {"id": task.id, "marks": store.json(marks)},
            )
        done = sum(mark["state"] == "done" for mark in marks)
        last = len(rows) < action.batch
        await s.execute(
            text(
                "update tasks set done = done + :done, failed = failed + :failed, changed = now(),"
                " state = case when not :last then state when failed + :failed + bad = 0 then 'success'"
                " when done + :done = 0 then 'failure' else 'partial' end,"
                " ended = case when :last then now() end where id = :id"
            ),
            {"id": task.id, "done": done, "failed": len(marks) - done, "last": last},
        )
        await store.tell(s, task.id.hex)
        if bound is not None:
            await charges.settle(s, task.id.hex, bound)
    return not last


async def _together(
    s: AsyncSession, action: RowsAction, rows: Sequence[Any], options: dict[str, Any]
) -> list[dict[str, Any]] | None:
    """Do a batch in one go; None when something in it is refused, and then nothing of it is left."""
    if action.run_many is None or len(rows) < 2:
        return None
    try:
        async with s.begin_nested():
            results = await action.run_many(s, [row.row for row in rows], options)
    except (Unavailable, Conflict):
        raise  # not the rows' fault: the whole batch is tried again
    except (QvoiceError, DBAPIError) as refused:
        if isinstance(refused, DBAPIError) and refused.connection_invalidated:
            raise
        log.get().info("tasks.batch_refused", rows=len(rows), error=str(refused)[:300])
        return None
    return [
        {"n": row.n, "state": "done", "result": result, "problems": []}
        for row, result in zip(rows, results, strict=True)
    ]


async def _row(s: AsyncSession, action: RowsAction, row: Any, options: dict[str, Any]) -> dict[str, Any]:
    """Do one row in a savepoint: a refused row leaves nothing behind and does not stop the others."""
    try:
        async with s.begin_nested():
            return {"n": row.n, "state": "done", "result": await action.run(s, row.row, options), "problems": []}
    except (Unavailable, Conflict):
        raise  # not the row's fault: the whole batch is tried again
    except Invalid as refused:
        problems = [
            Problem(field, rule["message"], code=name, values={"target": rule.get("target")}).told()
            for field, rules in refused.fields.items()
            for name, rule in rules.items()
        ]
    except QvoiceError as refused:
        problems = [Problem("", refused.message, code=refused.code).told()]
    except DBAPIError as refused:
        if refused.connection_invalidated:
            raise
        log.get().warning("tasks.row_refused", row=row.n, error=str(refused.orig)[:300])
        problems = [Problem("", "the database refused this row: a value cannot be stored", code="not_stored").told()]
    return {"n": row.n, "state": "failed", "result": {}, "problems": problems}


async def _file(db: Database, settings: Settings, scope: Scope, action: FileAction, task_id: str) -> None:
    """Make the file, part by part; what an interrupted try left is thrown away first."""
    async with db.tx(scope) as s:
        await s.execute(text("delete from task_parts where task_id = :id"), {"id": task_id})

    async def tell(done: int, total: int) -> None:
        async with db.tx(scope) as s:
            await s.execute(
                text("update tasks set done = :done, total = :total, changed = now() where id = :id"),
                {"id": task_id, "done": done, "total": total},
            )
            await store.tell(s, task_id)

    size, number, waiting = 0, 0, bytearray()
    try:
        async for piece in action.make(db, settings, scope, tell):
            waiting += piece
            while len(waiting) >= PART:
                await _part(db, scope, task_id, number, bytes(waiting[:PART]))
                del waiting[:PART]
                number, size = number + 1, size + PART
                if not await _goes_on(db, scope, task_id):
                    return
    except QvoiceError as problem:
        if isinstance(problem, Unavailable):
            raise
        await _end(db, scope, task_id, "failure", problem.message)
        return
    await _part(db, scope, task_id, number, bytes(waiting))
    async with db.tx(scope) as s:
        await s.execute(
            text("update tasks set file_name = :name, file_type = :type, file_size = :size where id = :id"),
            {"id": task_id, "name": action.file_name, "type": action.file_type, "size": size + len(waiting)},
        )
    await _end(db, scope, task_id, "success", "")


async def _part(db: Database, scope: Scope, task_id: str, number: int, data: bytes) -> None:
    async with db.tx(scope) as s:
        await s.execute(
            text("insert into task_parts (task_id, account_id, n, data) values (:id, :account, :n, :data)"),
            {"id": task_id, "account": scope.account_id, "n": number, "data": data},
        )


async def _goes_on(db: Database, scope: Scope, task_id: str) -> bool:
    async with db.tx(scope) as s:
        return (await store.load(s, task_id)).state == "executing"


async def _end(db: Database, scope: Scope, task_id: str, state: str, problem: str) -> None:
    async with db.tx(scope) as s:
        await s.execute(
            text(
                "update tasks set state = :state, problem = :problem, ended = now(), changed = now()"
                " where id = :id and state = 'executing'"
            ),
            {"id": task_id, "state": state, "problem": problem[:500]},
        )
        await store.tell(s, task_id)


Tell = Callable[[int, int], Awaitable[None]]
TASKS = [Task(store.RUN, run, Backoff(first=5, longest=300, tries=40))]
