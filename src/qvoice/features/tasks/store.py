"""Tasks and their rows in the database."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import msgspec
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from qvoice.db.notices import notify_document
from qvoice.db.queue import defer
from qvoice.features.tasks.action import Added, Problem, Row
from qvoice.kit import ids
from qvoice.kit.clock import to_gregorian
from qvoice.kit.errors import Conflict, NotFound

RUN = "tasks.run"
RUNNING = ("pending", "executing")


class NoSuchTask(NotFound):
    """There is no such task in this account."""

    code = "bad_identifier"


class WrongState(Conflict):
    """The task is not in a state for this."""

    code = "task_state"


def json(value: Any) -> str:
    """Return JSON text for a jsonb parameter."""
    return msgspec.json.encode(value).decode()


async def create(
    s: AsyncSession,
    category: str,
    action: str,
    *,
    name: str = "",
    options: dict[str, Any] | None = None,
    notes: Sequence[dict[str, Any]] = (),
    rows: Sequence[tuple[Row, list[Problem]]] = (),
    steps: Sequence[Added] = (),
) -> str:
    """Write a pending task with its judged rows; return its id. `steps`: what each batch adds, see `RowsAction`."""
    scope, task_id = s.info["scope"], ids.new_id()
    bad = sum(any(problem.level == "error" for problem in problems) for _, problems in rows)
    await s.execute(
        text(
            "insert into tasks (id, account_id, category, action, name, options, notes, actor_id, actor_account_id,"
            " total, bad, steps) values (:id, :account, :category, :action, :name, cast(:options as jsonb),"
            " cast(:notes as jsonb), :actor, :actor_account, :total, :bad, cast(:steps as jsonb))"
        ),
        {
            "id": task_id, "account": scope.account_id, "category": category, "action": action, "name": name[:200],
            "options": json(options or {}), "notes": json(list(notes)), "actor": scope.actor_id,
            "actor_account": scope.actor_account_id, "total": len(rows), "bad": bad,
            "steps": json(list(steps)),
        },
    )  # fmt: skip
    if rows:
        await s.execute(
            text(
                "insert into task_rows (task_id, account_id, n, row, state, problems) select :task, :account, r.n,"
                " r.row, r.state, r.problems"
                " from jsonb_to_recordset(cast(:rows as jsonb)) as r(n integer, row jsonb, state text, problems jsonb)"
            ),
            {
                "task": task_id,
                "account": scope.account_id,
                "rows": json([_row(n, row, problems) for n, (row, problems) in enumerate(rows, 1)]),
            },
        )
    return task_id


def _row(n: int, row: Row, problems: list[Problem]) -> dict[str, Any]:
    bad = any(problem.level == "error" for problem in problems)
    told = [problem.told() for problem in problems]
    return {"n": n, "row": row, "state": "bad" if bad else "ready", "problems": told}


async def load(s: AsyncSession, task_id: str, *, lock: bool = False) -> Any:
    """Return a task's row; raises NoSuchTask."""
    row = None
    if ids.is_id(task_id):
        query = "select * from tasks where id = :id" + (" for update" if lock else "")
        row = (await s.execute(text(query), {"id": task_id})).one_or_none()
    if row is None:
        raise NoSuchTask
    return row


async def start(s: AsyncSession, task_id: str) -> Any:
    """Put a pending, stopped or failed task to work (or go on with it); raises NoSuchTask, WrongState."""
    task = await load(s, task_id, lock=True)
    if task.state not in ("pending", "stopped", "failure"):
        raise WrongState(f"the task is {task.state}: only a pending, stopped or failed one can be started")
    scope = s.info["scope"]
    await s.execute(
        text(
            "update tasks set state = 'executing', started = coalesce(started, now()), ended = null, problem = '',"
            " changed = now() where id = :id"
        ),
        {"id": task_id},
    )
    await defer(s, RUN, lock=f"tasks-{scope.account_id}", account_id=scope.account_id, path=scope.path, task_id=task_id)
    return await load(s, task_id)


async def stop(s: AsyncSession, task_id: str) -> Any:
    """Stop a task after the rows that are under way; raises NoSuchTask, WrongState."""
    task = await load(s, task_id, lock=True)
    if task.state not in RUNNING:
        raise WrongState(f"the task is {task.state}: there is nothing to stop")
    await s.execute(text("update tasks set state = 'stopped', changed = now() where id = :id"), {"id": task_id})
    return await load(s, task_id)


async def tell(s: AsyncSession, task_id: str) -> None:
    """Let portals know that a task went on."""
    await notify_document(
        s, account_id=s.info["scope"].account_id, type="tasks", id=task_id, action="edited", revision=0
    )


def shown(task: Any) -> dict[str, Any]:
    """Return a task as clients see it. `progress` is 0 to 100."""
    through = task.done + task.failed + task.bad
    ended = task.state in ("success", "partial")
    return {
        "id": task.id.hex,
        "category": task.category,
        "action": task.action,
        "status": task.state,
        "file_name": task.name,
        "total_count": task.total,
        "bad_count": task.bad,
        "success_count": task.done,
        "failure_count": task.failed,
        "progress": 100 if ended else min(99, 100 * through // task.total) if task.total and task.started else 0,
        "notes": [note if isinstance(note, str) else note["message"] for note in task.notes],
        "remarks": [note for note in task.notes if not isinstance(note, str)],
        "problem": task.problem or None,
        "output": {"name": task.file_name, "type": task.file_type, "size": task.file_size} if task.file_name else None,
        "submitted_at": to_gregorian(task.created),
        "start_timestamp": to_gregorian(task.started) if task.started else None,
        "end_timestamp": to_gregorian(task.ended) if task.ended else None,
    }
