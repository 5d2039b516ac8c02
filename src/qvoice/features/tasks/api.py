"""`/accounts/{A}/tasks`: bulk work in the dialect (kazoo.md 2.4): judged, started, followed, stopped."""

from __future__ import annotations

import asyncio
import base64
import binascii
from collections.abc import AsyncIterator, Sequence
from typing import Any

from fastapi import APIRouter, Request, Response
from fastapi.responses import StreamingResponse
from pydantic import BaseModel, ConfigDict
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from qvoice.core.access import decide as access
from qvoice.features.auth.permit import Context, permit
from qvoice.features.documents import envelope
from qvoice.features.documents.openapi import describe_model
from qvoice.features.services.ahead import shown_charges
from qvoice.features.tasks import charges, sheet, store
from qvoice.features.tasks.action import Added, FileAction, Problem, Row, RowsAction, actions
from qvoice.kit.errors import Forbidden, Invalid, NotFound

router = APIRouter(tags=["tasks"])
MOST_LISTED = 200


class NewTask(BaseModel):
    """The rows: a CSV file as text (or send it as `text/csv`), or records; options of the action."""

    model_config = ConfigDict(extra="allow")
    csv: str | None = None
    records: list[dict[str, Any]] | None = None
    file_name: str | None = None
    options: dict[str, Any] | None = None


def _action(ctx: Context) -> RowsAction | FileAction:
    query = dict(ctx.query)
    found = actions().get((query.get("category", ""), query.get("action", "")))
    if found is None:
        known = ", ".join(f"{category}/{action}" for category, action in sorted(actions()))
        raise Invalid.field("action", "enum", f"there is no such bulk action; category/action are: {known}")
    return found


def _allowed(ctx: Context, permission: tuple[str, str]) -> None:
    """Refuse whoever may not do one by one what the task does in bulk."""
    assert ctx.account is not None
    target = access.Target(ctx.account.steps, *permission)
    answer = access.decide(ctx.who.actor, target)
    if isinstance(answer, access.Denied) or answer.only_owner is not None:
        raise Forbidden("you may not do this in bulk: you may not do it one by one either")


@router.get(
    "/accounts/{account_id}/tasks/catalogue", operation_id="list_bulk_actions", summary="What can be done in bulk"
)
async def catalogue(request: Request, account_id: str, ctx: Context = permit("tasks", "read")) -> Response:
    """Each bulk action with the columns of its file."""
    rows = [
        {
            "category": one.category,
            "action": one.action,
            **({"columns": dict(one.columns), "required": list(one.required)} if isinstance(one, RowsAction) else {}),
        }
        for one in actions().values()
    ]
    return ctx.reply(rows)


async def _raw(request: Request, data: dict[str, Any]) -> bytes:
    """Return the file's bytes: a raw body, or `csv` of the envelope (text, or a `data:` URL of the file)."""
    if request.headers.get("content-type", "").lower().startswith(("text/", "application/octet-stream")):
        return await request.body()
    given = data.get("csv")
    if not isinstance(given, str):
        raise Invalid.field("csv", "required", "send the file as text/csv, as data.csv, or data.records")
    if given.startswith("data:") and ";base64," in given[:200]:
        try:
            return base64.b64decode(given.partition(";base64,")[2], validate=True)
        except (binascii.Error, ValueError):
            raise Invalid.field("csv", "format", "the data: URL is not base64") from None
    return given.encode()


async def _sheet(request: Request, action: RowsAction, data: dict[str, Any]) -> sheet.Sheet:
    records = data.get("records")
    if records is not None:
        if not isinstance(records, list) or not records or not all(isinstance(one, dict) for one in records):
            raise Invalid.field("records", "type", "records must be a list of objects, at least one")
        if len(records) > sheet.MOST_ROWS:
            raise Invalid.field("records", "maxItems", f"at most {sheet.MOST_ROWS} records: split them")
        rows = [
            {key: str(value).strip() for key, value in one.items() if key in action.columns and value is not None}
            for one in records
        ]
        return sheet.Sheet([name for name in action.columns if any(name in row for row in rows)], rows)
    raw = await _raw(request, data)
    # A big file keeps a core busy for a while: not the one that answers everybody else.
    return await asyncio.to_thread(
        sheet.read, raw, known=action.columns, required=action.required, aliases=action.aliases
    )


@router.put(
    "/accounts/{account_id}/tasks",
    **describe_model(body=NewTask, answer={"type": "object"}, status=201),
    operation_id="create_task",
    summary="Hand in bulk work: every row is judged, nothing is written yet",
)
async def create(request: Request, account_id: str, ctx: Context = permit("tasks", "create")) -> Response:
    """Judge the rows and keep the task. `PATCH` starts it; rows with errors stay out."""
    action = _action(ctx)
    _allowed(ctx, action.permission)
    data = ctx.envelope.get("data")
    data = data if isinstance(data, dict) else {}
    options = data.get("options") or {}
    if not isinstance(options, dict):
        raise Invalid.field("options", "type", "options must be an object")
    name = str(data.get("file_name") or dict(ctx.query).get("file_name") or "")
    if isinstance(action, FileAction):
        async with ctx.tx() as s:
            task_id = await store.create(s, action.category, action.action, options=options)
            return ctx.reply(store.shown(await store.load(s, task_id)), status=201)
    found = await _sheet(request, action, data)
    async with ctx.tx() as s:
        verdicts = await action.check(s, found.rows, options)
        for number, problem in found.crooked.items():
            verdicts[number] = [problem, *verdicts[number]]
        judged = list(zip(found.rows, verdicts, strict=True))
        task_id = await store.create(
            s, action.category, action.action, name=name, options=options,
            notes=[note.told() for note in found.notes], rows=judged,
            steps=await _steps(s, action, judged, options),
        )  # fmt: skip
        task = await _shown(ctx, s, await store.load(s, task_id))
        task["rows"] = await _rows(s, task_id, state="bad", most=50)
    return ctx.reply(task, status=201)


async def _steps(
    s: AsyncSession, action: RowsAction, judged: Sequence[tuple[Row, list[Problem]]], options: dict[str, Any]
) -> Sequence[Added]:
    """Return what each batch of the good rows adds of things that cost."""
    if action.adds is None:
        return ()
    good = [row for row, problems in judged if not any(problem.level == "error" for problem in problems)]
    return await action.adds(s, [good[n : n + action.batch] for n in range(0, len(good), action.batch)], options)


async def _shown(ctx: Context, s: AsyncSession, task: Any) -> dict[str, Any]:
    """Return a task with the charges that must be accepted before it starts, or goes on."""
    action = actions().get((task.category, task.action))
    return {**store.shown(task), "charges": await charges.asked(s, task, action, ctx.who.actor.path)}


async def _rows(s: Any, task_id: str, *, state: str | None, most: int, after: int = 0) -> list[dict[str, Any]]:
    rows = await s.execute(
        text(
            "select n, row, state, problems, result from task_rows where task_id = :id and n > :after"
            " and (cast(:state as text) is null or state = :state) order by n limit :most"
        ),
        {"id": task_id, "after": after, "state": state, "most": most},
    )
    return [
        {"row": one.n, "state": one.state, "values": one.row, "problems": one.problems, "result": one.result}
        for one in rows
    ]


@router.get("/accounts/{account_id}/tasks", operation_id="list_tasks", summary="Bulk work, newest first")
async def list_(request: Request, account_id: str, ctx: Context = permit("tasks", "read")) -> Response:
    """The newest 200."""
    async with ctx.tx() as s:
        rows = await s.execute(text("select * from tasks order by created desc, id limit :most"), {"most": MOST_LISTED})
        return ctx.reply([store.shown(row) for row in rows])


@router.get("/accounts/{account_id}/tasks/{task_id}", operation_id="get_task", summary="One task: how far it is")
async def read(request: Request, account_id: str, task_id: str, ctx: Context = permit("tasks", "read")) -> Response:
    """A task with its counts, and in `charges` the invoices that must be accepted before it starts or goes on."""
    async with ctx.tx() as s:
        return ctx.reply(await _shown(ctx, s, await store.load(s, task_id)))


@router.get("/accounts/{account_id}/tasks/{task_id}/rows", operation_id="list_task_rows", summary="Rows with verdicts")
async def rows(request: Request, account_id: str, task_id: str, ctx: Context = permit("tasks", "read")) -> Response:
    """Rows in order; `filter_state` is ready, bad, done or failed; `start_key` the row to go on after."""
    query = dict(ctx.query)
    size, after = query.get("page_size", "50"), query.get("start_key") or "0"
    if not (size.isdigit() and 0 < int(size) <= 1000 and after.isdigit() and len(after) < 9):
        raise Invalid.field("page_size", "range", "page_size is 1 to 1000, start_key a row's number")
    async with ctx.tx() as s:
        await store.load(s, task_id)
        found = await _rows(s, task_id, state=query.get("filter_state"), most=int(size) + 1, after=int(after))
    page = found[: int(size)]
    extra: dict[str, Any] = {"next_start_key": str(page[-1]["row"])} if len(found) > len(page) else {}
    return ctx.reply(page, page_size=len(page), **extra)


@router.patch("/accounts/{account_id}/tasks/{task_id}", operation_id="start_task", summary="Start a task, or go on")
async def start(request: Request, account_id: str, task_id: str, ctx: Context = permit("tasks", "start")) -> Response:
    """Start; rows with errors stay out. 402 with the invoices when the rows cost something: nothing is done until it is
    said again with `accept_charges: true`, and if wanted with the `charges` that were looked at: more than those is not
    accepted. Should the rows come to cost more than was accepted, the task stops and asks anew.
    """
    shown = shown_charges(ctx.envelope.get("data"))
    async with ctx.tx() as s:
        task = await store.load(s, task_id, lock=True)
        action = actions().get((task.category, task.action))
        if action is not None:
            _allowed(ctx, action.permission)
        await charges.accept(s, task, action, ctx.who.actor.path, accepted=ctx.accepts_charges, shown=shown)
        return ctx.reply(store.shown(await store.start(s, task_id)))


@router.patch("/accounts/{account_id}/tasks/{task_id}/stop", operation_id="stop_task", summary="Stop a task")
async def stop(request: Request, account_id: str, task_id: str, ctx: Context = permit("tasks", "stop")) -> Response:
    """Stop after the rows under way; `PATCH` on the task goes on."""
    async with ctx.tx() as s:
        return ctx.reply(store.shown(await store.stop(s, task_id)))


@router.delete("/accounts/{account_id}/tasks/{task_id}", operation_id="delete_task", summary="Forget a task")
async def delete(request: Request, account_id: str, task_id: str, ctx: Context = permit("tasks", "delete")) -> Response:
    """Forget a task and its files; what it did stays."""
    async with ctx.tx() as s:
        task = await store.load(s, task_id, lock=True)
        if task.state == "executing":
            raise store.WrongState("the task is executing: stop it first")
        for table in ("task_rows", "task_parts"):
            await s.execute(text(f"delete from {table} where task_id = :id"), {"id": task_id})
        await s.execute(text("delete from tasks where id = :id"), {"id": task_id})
        return ctx.reply(store.shown(task))


@router.get("/accounts/{account_id}/tasks/{task_id}/input", operation_id="get_task_input", summary="The rows handed in")
async def given(request: Request, account_id: str, task_id: str, ctx: Context = permit("tasks", "read")) -> Response:
    """The rows as CSV."""
    async with ctx.tx() as s:
        task = await store.load(s, task_id)
        found = await _rows(s, task_id, state=None, most=sheet.MOST_ROWS)
    columns = list(dict.fromkeys(name for one in found for name in one["values"]))
    return envelope.as_csv([one["values"] for one in found], columns, name=f"{task.category}-input")


@router.get("/accounts/{account_id}/tasks/{task_id}/output", operation_id="get_task_output", summary="The result file")
async def output(request: Request, account_id: str, task_id: str, ctx: Context = permit("tasks", "read")) -> Response:
    """What became of each row as CSV (cells that a spreadsheet would run are defused), or the file that was made."""
    async with ctx.tx() as s:
        task = await store.load(s, task_id)
        action = actions().get((task.category, task.action))
        if action is not None:
            _allowed(ctx, action.permission if isinstance(action, FileAction) else ("tasks", "read"))
        found = await _rows(s, task_id, state=None, most=sheet.MOST_ROWS) if task.file_name is None else []
    if task.file_name is not None:
        headers = {
            "content-disposition": f'attachment; filename="{task.file_name}"',
            "content-length": str(task.file_size),
        }
        return StreamingResponse(_parts(ctx, task_id), media_type=task.file_type, headers=headers)
    if not found:
        raise NotFound("the task has made no file yet")
    columns = list(dict.fromkeys(name for one in found for name in one["values"]))
    results = list(dict.fromkeys(name for one in found for name in one["result"]))
    table = [
        {
            "row": one["row"],
            "outcome": {"ready": "waiting", "bad": "left out"}.get(one["state"], one["state"]),
            "message": "; ".join(
                f"{problem['column']}: {problem['message']}" if problem["column"] else problem["message"]
                for problem in one["problems"]
            ),
            **one["result"],
            **{f"given_{name}": one["values"].get(name) for name in columns},
        }
        for one in found
    ]
    given_columns = [f"given_{name}" for name in columns]
    return envelope.as_csv(
        table, ["row", "outcome", "message", *results, *given_columns], name=f"{task.category}-result"
    )


async def _parts(ctx: Context, task_id: str) -> AsyncIterator[bytes]:
    number = 0
    while True:
        async with ctx.db.tx(ctx.scope) as s:
            part = await s.execute(
                text("select data from task_parts where task_id = :id and n = :n"), {"id": task_id, "n": number}
            )
            data = part.scalar()
        if data is None:
            return
        yield bytes(data)
        number += 1
