"""Numbers added by the thousand: every row gets its verdict first, then the good ones are added, and a run that was cut
off goes on where it was.

Rows lie in a table. A step takes the next few hundred, decides or adds them and moves the counters, all in one
transaction: whatever dies, no row is done twice and none is left out.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from typing import Any

import msgspec
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from qvoice.core.access.tree import Path
from qvoice.db import Database, Scope
from qvoice.db.queue import defer
from qvoice.features.numbers import charges, table
from qvoice.features.numbers.rules import CREATED_IN, e164
from qvoice.features.services.watch import ChargesNotAccepted
from qvoice.kit.csvlines import csv_lines
from qvoice.kit.errors import Conflict, Invalid, NotFound
from qvoice.kit.ids import is_id
from qvoice.kit.settings import Settings

IMPORT = "numbers.import"
MAX_ROWS = 100_000
STEP = charges.STEP
COLUMNS = ("number", "state", "account", "carrier_name", "locality")
_NAMES = {"e164": "number", "did": "number", "tn": "number", "account_id": "account", "realm": "account"}
READY, ADDED = "ready", "added"
"""Verdicts of good rows, before and after; those of bad ones: invalid, duplicate, exists, account, state."""

Row = dict[str, str]


def rows_of_csv(given: str) -> list[Row]:
    """Read a CSV whose first line names its columns (one of them `number`), or which is one column of numbers."""
    lines = csv_lines(given)
    if not lines:
        raise Invalid.field("csv", "required", "the file has no rows: write one number a line", code="csv_no_rows")
    names = [_NAMES.get(name, name) for name in (cell.strip().lower() for cell in lines[0])]
    if "number" not in names:
        if any(cell.strip().lstrip("+").replace(" ", "").isdigit() for cell in lines[0]):
            return _bounded({"number": line[0].strip()} for line in lines)
        raise Invalid.field(
            "csv", "required", "the first line must name the columns, `number` among them", code="csv_missing",
            target="number",
        )  # fmt: skip
    unknown = sorted({name for name in names if name and name not in COLUMNS})
    if unknown:
        said = f"no such column: {', '.join(unknown)[:200]}; there are {', '.join(COLUMNS)}"
        raise Invalid.field("csv", "enum", said, code="csv_unknown", target=", ".join(unknown)[:200])
    return _bounded(
        {name: cell.strip()[:200] for name, cell in zip(names, line, strict=False) if name} for line in lines[1:]
    )


def rows_of_range(first: str, last: str) -> list[Row]:
    """Return every number from `first` to `last`, both included; raises Invalid."""
    try:
        start, end = e164(first), e164(last)
    except ValueError as problem:
        raise Invalid.field("range", "invalid", f"{first[:40]} to {last[:40]}: {problem}") from problem
    low, high = int(start[1:]), int(end[1:])
    if len(start) != len(end) or high < low:
        raise Invalid.field("range", "invalid", "the last number must follow the first, with as many digits")
    if high - low >= MAX_ROWS:
        raise Invalid.field("range", "maximum", f"a range has at most {MAX_ROWS} numbers", target=MAX_ROWS)
    return [{"number": f"+{each}"} for each in range(low, high + 1)]


def _bounded(rows: Iterable[Row]) -> list[Row]:
    found = list(rows)
    if len(found) > MAX_ROWS:
        raise Invalid.field(
            "csv", "maxItems", f"a file has at most {MAX_ROWS} rows: split it", code="csv_rows", target=MAX_ROWS
        )
    if not found:
        raise Invalid.field("csv", "required", "the file has no rows below its first line", code="csv_no_rows")
    return found


async def begin(
    s: AsyncSession, rows: list[Row], *, account_id: str, state: str, start: bool, path: Path, accepts: bool = False
) -> str:
    """Write an import down and have it checked; with `start` the good rows are added right after, unless they cost
    something that somebody at `path` has not accepted. Returns its id.
    """
    if state not in CREATED_IN:
        raise Invalid.field("state", "enum", f"state must be one of {', '.join(sorted(CREATED_IN))}")
    scope: Scope = s.info["scope"]
    import_id = uuid.uuid4().hex
    await s.execute(
        text(
            "insert into number_imports (id, account_id, state, doc, total)"
            " values (cast(:id as uuid), cast(:holder as uuid), 'checking', cast(:doc as jsonb), :total)"
        ),
        {
            "id": import_id,
            "holder": scope.account_id,
            "total": len(rows),
            "doc": msgspec.json.encode(
                {"account_id": account_id, "state": state, "start": start, "path": list(path), "accepts": accepts}
            ).decode(),
        },
    )
    await s.execute(
        text(
            "insert into number_import_rows (import_id, account_id, n, given)"
            " select cast(:id as uuid), cast(:holder as uuid), r.n, r.given"
            " from jsonb_array_elements(cast(:rows as jsonb)) with ordinality as r (given, n)"
        ),
        {"id": import_id, "holder": scope.account_id, "rows": msgspec.json.encode(rows).decode()},
    )
    await _go_on(s, import_id)
    return import_id


async def _go_on(s: AsyncSession, import_id: str) -> None:
    scope: Scope = s.info["scope"]
    await defer(
        s,
        IMPORT,
        lock=f"number-import-{import_id}",
        account_id=scope.account_id,
        path=scope.path,
        actor_id=scope.actor_id,
        actor_account_id=scope.actor_account_id,
        import_id=import_id,
    )


async def load(s: AsyncSession, import_id: str, *, lock: bool = False) -> Any:
    """Return an import's row; raises NotFound."""
    row = None
    if is_id(import_id):
        more = " for update" if lock else ""
        row = (
            await s.execute(text(f"select * from number_imports where id = cast(:id as uuid){more}"), {"id": import_id})
        ).first()
    if row is None:
        raise NotFound("there is no such import")
    return row


async def steer(
    s: AsyncSession, import_id: str, action: str, *, path: Path, accepts: bool = False, shown: Any = None
) -> None:
    """`start` (or go on) or `stop`; raises Conflict when that makes no sense now, ChargesNotAccepted when the rows cost
    something that somebody at `path` does not accept, or more than the invoices that were `shown`.
    """
    row = await load(s, import_id, lock=True)
    if action == "start" and row.state in ("checked", "stopped"):
        whole = row.checked == row.total
        if whole:
            await charges.accept(s, row, path, accepts=accepts, shown=shown)
        await _set(s, import_id, state="running" if whole else "checking")
        await charges.note(s, row, start=True, path=list(path), accepts=accepts)
        await _go_on(s, import_id)
    elif action == "stop" and row.state in ("checking", "running"):
        await _set(s, import_id, state="stopped")
    else:
        raise Conflict(f"an import that is {row.state} cannot {action}")


async def _set(s: AsyncSession, import_id: str, *, state: str) -> None:
    await s.execute(
        text("update number_imports set state = :state, modified = now() where id = cast(:id as uuid)"),
        {"id": import_id, "state": state},
    )


async def run(
    db: Database,
    settings: Settings,
    *,
    account_id: str,
    path: str,
    import_id: str,
    actor_id: str | None = None,
    actor_account_id: str | None = None,
) -> None:
    """The worker's part: step after step until the import is done, stopped, or waits to be started."""
    scope = Scope(account_id, path, actor_id, actor_account_id)
    try:
        while await _step(db, scope, import_id):
            pass
    except ChargesNotAccepted as refused:
        # Nothing of the step is left. Whoever goes on sees the new charges first.
        async with db.tx(scope) as s:
            job = await load(s, import_id, lock=True)
            if job.state == "running":
                await _set(s, import_id, state="stopped")
                await charges.note(s, job, problem=refused.message)


async def _step(db: Database, scope: Scope, import_id: str) -> bool:
    """Judge or add the next rows, in one transaction; tell whether there may be more."""
    async with db.tx(scope) as s:
        job = await load(s, import_id, lock=True)
        if job.state == "checking":
            if not await _check(s, job):
                go = job.doc.get("start") and await charges.may_begin(s, job)
                await _set(s, import_id, state="running" if go else "checked")
        elif job.state == "running":
            bound = charges.begin(s, job)
            if not await _add(s, job):
                await _set(s, import_id, state="done")
            await charges.settle(s, job, bound)
        return job.state in ("checking", "running")


async def _next(s: AsyncSession, job: Any, condition: str) -> list[Any]:
    return list(
        (
            await s.execute(
                text(
                    f"select n, given, number, target from number_import_rows where import_id = :id and {condition}"
                    " order by n limit :step"
                ),
                {"id": job.id, "step": STEP},
            )
        ).all()
    )


async def _check(s: AsyncSession, job: Any) -> bool:
    """Give the next rows their verdicts; False when none was left."""
    rows = await _next(s, job, "verdict is null")
    if not rows:
        return False
    accounts = await _accounts(s, {str(row.given.get("account") or "") for row in rows} | {job.doc["account_id"]})
    read = [_read(row, job, accounts) for row in rows]
    numbers = [row["number"] for row in read if row["number"]]
    here = set((await s.scalars(text("select number from phone_numbers where number = any(:n)"), {"n": numbers})).all())
    before = set(
        (
            await s.scalars(
                text("select number from number_import_rows where import_id = :id and number = any(:n)"),
                {"id": job.id, "n": numbers},
            )
        ).all()
    )
    for row in read:
        if row["verdict"] != READY:
            continue
        if row["number"] in before:
            row |= {"verdict": "duplicate", "message": "an earlier row has this number: remove one", "number": None}
        elif row["number"] in here:
            row |= {"verdict": "exists", "message": "the platform has this number already"}
        before.add(row["number"])
    await s.execute(
        text(
            "update number_import_rows r set verdict = v.verdict, message = v.message, number = v.number,"
            " target = v.target from jsonb_to_recordset(cast(:rows as jsonb))"
            " as v (n integer, verdict text, message text, number text, target uuid)"
            " where r.import_id = :id and r.n = v.n"
        ),
        {"id": job.id, "rows": msgspec.json.encode(read).decode()},
    )
    refused = sum(row["verdict"] != READY for row in read)
    await s.execute(
        text(
            "update number_imports set checked = checked + :all, refused = refused + :bad, modified = now()"
            " where id = :id"
        ),
        {"id": job.id, "all": len(read), "bad": refused},
    )
    return True


async def _accounts(s: AsyncSession, named: set[str]) -> dict[str, str]:
    """Return name as given → id for accounts of this part of the tree, by id or realm."""
    rows = await s.execute(
        text("select id, realm from accounts where deleted is null and (id::text = any(:ids) or realm = any(:realms))"),
        {
            "ids": [str(uuid.UUID(name)) for name in named if is_id(name)],
            "realms": [name.lower() for name in named if name],
        },
    )
    found: dict[str, str] = {}
    for row in rows:
        found[row.id.hex] = found[row.realm] = row.id.hex
    return found


def _read(row: Any, job: Any, accounts: dict[str, str]) -> dict[str, Any]:
    verdict: dict[str, Any] = {"n": row.n, "verdict": READY, "message": "", "number": None, "target": None}
    given: Row = row.given
    try:
        verdict["number"] = e164(given.get("number") or "")
    except ValueError as problem:
        return verdict | {"verdict": "invalid", "message": str(problem)}
    state = given.get("state") or job.doc["state"]
    if state not in CREATED_IN:
        return verdict | {"verdict": "state", "message": f"state must be one of {', '.join(sorted(CREATED_IN))}"}
    name = given.get("account") or job.doc["account_id"]
    verdict["target"] = accounts.get(name if is_id(name) else name.lower())
    if verdict["target"] is None:
        return verdict | {"verdict": "account", "message": "no such account: give its id or realm"}
    return verdict


async def _add(s: AsyncSession, job: Any) -> bool:
    """Add the next good rows; False when none was left."""
    rows = await _next(s, job, f"verdict = '{READY}'")
    if not rows:
        return False
    added: list[int] = []
    for row in rows:
        doc = {key: row.given[key] for key in ("carrier_name", "locality") if row.given.get(key)}
        made = await table.insert_new(
            s, row.number, account_id=row.target.hex, state=row.given.get("state") or job.doc["state"], doc=doc
        )
        if made is not None:
            added.append(row.n)
    await s.execute(
        text(
            f"update number_import_rows set verdict = case when n = any(:added) then '{ADDED}' else 'exists' end,"
            " message = case when n = any(:added) then '' else 'the platform has this number already' end"
            " where import_id = :id and n = any(:rows)"
        ),
        {"id": job.id, "added": added, "rows": [row.n for row in rows]},
    )
    await s.execute(
        text("update number_imports set added = added + :n, refused = refused + :bad, modified = now() where id = :id"),
        {"id": job.id, "n": len(added), "bad": len(rows) - len(added)},
    )
    return True
