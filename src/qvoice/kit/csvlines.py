"""The lines of a CSV file that somebody pasted or sent as text, whatever wrote it."""

from __future__ import annotations

import csv
import io

from qvoice.kit.errors import Invalid


def csv_lines(given: str) -> list[list[str]]:
    """Return the rows that hold anything. Byte order mark, line ends of any system and `;` for `,` are understood.

    Raises Invalid (field `csv`) naming the line that cannot be read.
    """
    given = given.removeprefix("\ufeff")
    first = given.splitlines()[0] if given.strip() else ""
    reader = csv.reader(io.StringIO(given, newline=""), delimiter=";" if first.count(";") > first.count(",") else ",")
    try:
        return [[cell.replace("\0", "").strip() for cell in line] for line in reader if any(map(str.strip, line))]
    except csv.Error as problem:
        at = reader.line_num
        raise Invalid.field(
            "csv", "invalid", f"line {at} cannot be read ({problem}): is a quote missing?", code="csv_line", target=at
        ) from problem
