"""Reading a CSV file from anybody: any of the encodings and separators that spreadsheets write, never more than we can
bear, and a clear word about what is wrong with it.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping
from dataclasses import dataclass, field

from qvoice.features.tasks.action import Problem, Row
from qvoice.kit.errors import Invalid

MOST_ROWS = 20_000
LONGEST_CELL = 2_000


@dataclass(slots=True)
class Sheet:
    """The rows of a file by column, and what the reader should know. `crooked`: row number → what is wrong with it."""

    columns: list[str]
    rows: list[Row] = field(default_factory=list)
    notes: list[Problem] = field(default_factory=list)
    crooked: dict[int, Problem] = field(default_factory=dict)


def _refused(message: str, *, code: str, target: object = None) -> Invalid:
    return Invalid.field("csv", "format", message, code=code, target=target)


def decoded(raw: bytes) -> tuple[str, Problem | None]:
    """Return (text, what to say about the encoding); raises Invalid for what is no text."""
    note = None
    if raw.startswith((b"\xff\xfe", b"\xfe\xff")):
        try:
            text = raw.decode("utf-16")
        except UnicodeDecodeError:
            raise _refused(
                "the file says it is UTF-16 and is not: save it as CSV (UTF-8)", code="csv_no_text"
            ) from None
    else:
        try:
            text = raw.decode("utf-8-sig")
        except UnicodeDecodeError:
            said = "the file is not UTF-8: it was read as Windows-1252"
            text, note = raw.decode("cp1252", "replace"), Problem("", said, "warning", code="csv_windows")
    if "\x00" in text:
        raise _refused("the file is no text (it has NUL characters): save it as CSV (UTF-8)", code="csv_no_text")
    return text, note


def _separator(text: str) -> str:
    """Return which of , ; and tab the header line uses, outside quotes."""
    counts = {",": 0, ";": 0, "\t": 0}
    quoted = False
    for letter in text[:10_000]:
        if letter == '"':
            quoted = not quoted
        elif not quoted and letter in "\r\n":
            break
        elif not quoted and letter in counts:
            counts[letter] += 1
    return max(counts, key=lambda letter: counts[letter])


def header(cell: str, aliases: Mapping[str, str]) -> str:
    """Return a column's name as we compare it: `First Name` is `first_name`."""
    name = "_".join(cell.strip().lower().replace("-", " ").replace("_", " ").split())
    return aliases.get(name, name)


def read(raw: bytes, *, known: Mapping[str, str], required: tuple[str, ...], aliases: Mapping[str, str]) -> Sheet:
    """Return the file's rows with known columns; raises Invalid when the file as a whole is of no use."""
    text, note = decoded(raw)
    # Not strict: people's quotes stand anywhere. The size of a cell is what we guard.
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=_separator(text))
    try:
        first = next(reader, [])
        names = [header(cell, aliases) for cell in first]
        if not any(names):
            raise _refused("the file is empty: the first line names the columns", code="csv_empty")
        _check_header(names, known, required)
        sheet = Sheet([name for name in names if name in known], notes=[note] if note else [])
        strange = [cell.strip()[:40] for cell, name in zip(first, names, strict=True) if name not in known and cell]
        if strange:
            left_out = ", ".join(strange[:20])
            said = f"columns that mean nothing here are left out: {left_out}"
            sheet.notes.append(Problem("", said, "warning", code="csv_left_out", values={"target": left_out}))
        for cells in reader:
            if any(cell.strip() for cell in cells):
                _take(sheet, names, cells, reader.line_num)
    except csv.Error as problem:
        raise _refused(f"line {reader.line_num}: {problem}", code="csv_line", target=reader.line_num) from problem
    if not sheet.rows:
        raise _refused("the file has a header and no rows", code="csv_no_rows")
    return sheet


def _check_header(names: list[str], known: Mapping[str, str], required: tuple[str, ...]) -> None:
    twice = {name for name in names if name in known and names.count(name) > 1}
    if twice:
        raise _refused(f"the column {min(twice)} is there twice", code="csv_twice", target=min(twice))
    missing = [name for name in required if name not in names]
    if missing:
        why = f"the column {missing[0]} is missing; known columns: {', '.join(known)}"
        raise _refused(why, code="csv_missing", target=missing[0])


def _take(sheet: Sheet, names: list[str], cells: list[str], line: int) -> None:
    if len(sheet.rows) >= MOST_ROWS:
        raise _refused(f"the file has more than {MOST_ROWS} rows: split it", code="csv_rows", target=MOST_ROWS)
    number = len(sheet.rows)
    if len(cells) > len(names) and any(cell.strip() for cell in cells[len(names) :]):
        said = f"line {line} has more cells than the header: a quote or separator is out of place"
        sheet.crooked[number] = Problem("", said, code="csv_cells", values={"target": line})
    row = {name: cell.strip() for name, cell in zip(names, cells, strict=False) if name in sheet.columns}
    for name, cell in row.items():
        if len(cell) > LONGEST_CELL:
            row[name] = cell[:50]
            said = f"{name} has more than {LONGEST_CELL} characters (line {line}): is a quote missing?"
            sheet.crooked[number] = Problem(name, said, code="csv_long", values={"target": LONGEST_CELL})
    sheet.rows.append(row)
