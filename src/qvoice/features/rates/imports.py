"""Importing a sheet of rates: kept in pieces as it comes, then read by the worker in steps that each commit, so that an
import goes on where it was after any crash. Nothing is in force until all of it is read and the index is built.
"""

from __future__ import annotations

import csv
from dataclasses import dataclass
from typing import Any

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from qvoice.core.rating.sheet import BadRow, BadSheet, Row, read_head, read_line
from qvoice.db.engine import Database, Scope
from qvoice.db.queue import GiveUp, defer
from qvoice.features.documents import load
from qvoice.features.rates import build
from qvoice.features.rates.rows import insert
from qvoice.kit import log
from qvoice.kit.clock import to_gregorian
from qvoice.kit.errors import Conflict, Invalid, NotFound
from qvoice.kit.ids import is_id, new_id
from qvoice.kit.settings import Settings

TASK = "rates.import"
STEP = 512 * 1024
"""Bytes read in one transaction: some ten thousand lines."""
PROBLEMS_KEPT = 10_000
"""Bad rows that are listed; all are counted."""
MAX_LINE = 16 * 1024


class WrongPiece(Conflict):
    """The piece does not follow what is here already."""

    code = "wrong_piece"


async def start(
    s: AsyncSession, deck_id: str, *, bytes: int, file_name: str = "", mode: str = "replace", strict: bool = False
) -> str:
    """Begin an import into a deck and return its id; the sheet comes by `add_piece`. Raises DocumentNotFound."""
    await load(s, "ratedecks", deck_id)
    version, id = await build.new_version(s, deck_id), new_id()
    await s.execute(
        text(
            "insert into ratedeck_imports (id, account_id, ratedeck_id, version_id, state, mode, strict, file_name,"
            " bytes) values (cast(:id as uuid), cast(:account as uuid), cast(:deck as uuid), cast(:version as uuid),"
            " 'pending', :mode, :strict, :file_name, :bytes)"
        ),
        {
            "id": id, "account": s.info["scope"].account_id, "deck": deck_id, "version": version, "mode": mode,
            "strict": strict, "file_name": file_name, "bytes": bytes,
        },
    )  # fmt: skip
    return id


async def add_piece(s: AsyncSession, import_id: str, at: int, data: bytes) -> int:
    """Keep a piece of the sheet; returns how many bytes are here. With the last one the worker begins.

    A piece that is here already is passed over, so that a client may send it again. Raises WrongPiece, Invalid.
    """
    row = await find(s, import_id, lock=True)
    have = (
        await s.execute(
            text("select coalesce(sum(octet_length(data)), 0) from ratedeck_uploads where import_id = :id"),
            {"id": row.id},
        )
    ).scalar_one()
    if at + len(data) <= have:
        return have
    if row.state != "pending" or at != have:
        raise WrongPiece(f"send the piece that starts at byte {have}", next=have)
    if not data or have + len(data) > row.bytes:
        raise Invalid.field("body", "size", f"{row.bytes - have} bytes are to come")
    await s.execute(
        text(
            "insert into ratedeck_uploads (import_id, account_id, start, data)"
            " values (:id, cast(:account as uuid), :start, :data)"
        ),
        {"id": row.id, "account": s.info["scope"].account_id, "start": at, "data": data},
    )
    if have + len(data) == row.bytes:
        scope: Scope = s.info["scope"]
        await s.execute(text("update ratedeck_imports set state = 'executing' where id = :id"), {"id": row.id})
        await defer(s, TASK, lock=f"rates.{row.ratedeck_id.hex}", account_id=scope.account_id, path=scope.path,
                    import_id=import_id)  # fmt: skip
    return have + len(data)


async def find(s: AsyncSession, import_id: str, *, lock: bool = False) -> Any:
    """Return an import's row; raises NotFound."""
    query = "select * from ratedeck_imports where id = cast(:id as uuid)" + (" for update" if lock else "")
    row = (await s.execute(text(query), {"id": import_id})).first() if is_id(import_id) else None
    if row is None:
        raise NotFound("there is no such import")
    return row


def shown(row: Any) -> dict[str, Any]:
    """Return an import as clients see it; `progress` from 0 to 1."""
    over = row.ended is not None
    return {
        "id": row.id.hex,
        "ratedeck_id": row.ratedeck_id.hex,
        "state": row.state,
        "mode": row.mode,
        "strict": row.strict,
        "file_name": row.file_name,
        "bytes": row.bytes,
        "progress": 1.0 if over else round(row.bytes_done / max(row.bytes, 1), 4),
        "total_rows": row.accepted + row.rejected,
        "success_count": row.accepted,
        "failure_count": row.rejected,
        "message": row.message,
        "created": to_gregorian(row.created),
        "ended": to_gregorian(row.ended) if over else None,
    }


async def stop(s: AsyncSession, import_id: str) -> Any:
    """Stop an import that is not over; the deck stays as it is. Returns its row."""
    row = await find(s, import_id, lock=True)
    if row.ended is None:
        await _end(s, row, "stopped", "stopped before its end; the deck is as it was")
    return await find(s, import_id)


# --- the worker's part ------------------------------------------------------------------------------------------------


@dataclass(slots=True)
class _Read:
    """What came of a step."""

    rows: list[Row]
    problems: list[dict[str, Any]]
    lines: int
    bytes: int


async def run(db: Database, settings: Settings, *, account_id: str, path: str, import_id: str) -> None:
    """Read an import to its end, or go on with it. The job of the queue."""
    scope = Scope(account_id, path)
    while True:
        try:
            async with db.tx(scope) as s:
                if await _step(s, import_id):
                    return
        except NotFound:
            raise GiveUp("the import is gone") from None


async def _step(s: AsyncSession, import_id: str) -> bool:
    """Read the next lines, or finish; True when the import is over."""
    row = await find(s, import_id, lock=True)
    if row.ended is not None:
        return True
    if row.bytes_done >= row.bytes:
        await _finish(s, row)
        return True
    part = await _bytes(s, row.id, row.bytes_done)
    try:
        cells, separator = _cells(await _first_line(s, row.id))
        last = row.bytes_done + len(part) >= row.bytes
        read = _read(read_head(cells), separator, part, row.line, last=last)
    except (BadSheet, UnicodeDecodeError) as problem:
        await _end(s, row, "failure", str(problem) if isinstance(problem, BadSheet) else "the sheet is not UTF-8")
        return True
    if read.rows:
        await insert(s, row.version_id.hex, read.rows)
    await _note(s, row, read)
    return False


async def _bytes(s: AsyncSession, id: Any, start: int) -> bytes:
    rows = await s.execute(
        text(
            "select substring(data from greatest(cast(:start as bigint) - start, 0)::integer + 1 for :most) as part"
            " from ratedeck_uploads where import_id = :id and start + octet_length(data) > :start"
            " order by start limit 2"
        ),
        {"id": id, "start": start, "most": STEP},
    )
    return b"".join(bytes(row.part) for row in rows)[:STEP]


async def _first_line(s: AsyncSession, id: Any) -> bytes:
    return (await _bytes(s, id, 0))[:MAX_LINE].split(b"\n", 1)[0]


def _cells(line: bytes) -> tuple[list[str], str]:
    """Return the names of the columns, and what separates them."""
    text_ = line.decode("utf-8-sig").strip("\r\n")
    separator = max(",;\t", key=text_.count)
    return next(csv.reader([text_], delimiter=separator), []), separator


def _read(head: dict[str, int], separator: str, part: bytes, before: int, *, last: bool) -> _Read:
    """Read whole lines of `part`; `before`: lines read until now (0: the first one is the head)."""
    whole = part if last else part[: part.rfind(b"\n") + 1]
    if not whole:
        raise BadSheet(f"line {before + 1} is longer than {STEP} bytes: this is no sheet of rates")
    lines = whole.decode("utf-8-sig" if not before else "utf-8").removesuffix("\n").split("\n")
    found = _Read([], [], before + len(lines), len(whole))
    for number, line in enumerate(lines, before + 1):
        text_ = line.rstrip("\r")
        if number == 1 or not text_.strip():
            continue
        try:
            found.rows.append(read_line(head, next(csv.reader([text_], delimiter=separator))))
        except BadRow as problem:
            found.problems.append(
                {"line": number, "field": problem.column, "message": str(problem), "row": text_[:500]}
            )
        except csv.Error as problem:
            found.problems.append({"line": number, "field": "", "message": str(problem), "row": text_[:500]})
    return found


async def _note(s: AsyncSession, row: Any, read: _Read) -> None:
    kept = read.problems[: max(PROBLEMS_KEPT - row.rejected, 0)]
    if kept:
        await s.execute(
            text(
                "insert into ratedeck_problems (import_id, account_id, line, field, message, row)"
                " values (:id, cast(:account as uuid), :line, :field, :message, :row)"
            ),
            [{"id": row.id, "account": s.info["scope"].account_id, **one, "row": one["row"].replace("\x00", "")}
             for one in kept],
        )  # fmt: skip
    await s.execute(
        text(
            "update ratedeck_imports set bytes_done = bytes_done + :bytes, line = :line,"
            " accepted = accepted + :accepted, rejected = rejected + :rejected where id = :id"
        ),
        {
            "id": row.id, "bytes": read.bytes, "line": read.lines, "accepted": len(read.rows),
            "rejected": len(read.problems),
        },
    )  # fmt: skip


async def _finish(s: AsyncSession, row: Any) -> None:
    """Everything is read: build the index and put the version in force, all in one transaction."""
    if not row.accepted or (row.strict and row.rejected):
        why = "no line could be used" if not row.accepted else f"{row.rejected} lines are wrong"
        await _end(s, row, "failure", f"{why}; the deck is as it was")
        return
    deck_id, version_id = row.ratedeck_id.hex, row.version_id.hex
    if row.mode == "merge":
        await s.execute(
            text(
                "insert into rates (account_id, version_id, prefix, cost, surcharge, minimum, increment, nocharge,"
                " weight, name, more) select o.account_id, :fresh, o.prefix, o.cost, o.surcharge, o.minimum,"
                " o.increment, o.nocharge, o.weight, o.name, o.more from ratedecks d join rates o"
                " on o.version_id = d.version_id where d.id = :deck and not exists"
                " (select from rates n where n.version_id = :fresh and n.prefix = o.prefix)"
            ),
            {"fresh": row.version_id, "deck": row.ratedeck_id},
        )
    size = await build.build(s, version_id)
    await build.put_in_force(s, deck_id, version_id)
    log.get().info("rates.imported", deck=deck_id, rates=size, rejected=row.rejected)
    await _end(s, row, "partial" if row.rejected else "success", f"the deck has {size} rates now", keep=True)


async def _end(s: AsyncSession, row: Any, state: str, message: str, *, keep: bool = False) -> None:
    await s.execute(
        text("update ratedeck_imports set state = :state, message = :message, ended = now() where id = :id"),
        {"id": row.id, "state": state, "message": message[:500]},
    )
    await s.execute(text("delete from ratedeck_uploads where import_id = :id"), {"id": row.id})
    if not keep:
        await s.execute(text("delete from ratedeck_versions where id = :id"), {"id": row.version_id})
