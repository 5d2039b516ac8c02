"""Port orders from a CSV file, one row a number (peers.md 2(h)): every row gets its verdict before anything is made."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from pydantic import ValidationError

from qvoice.features.documents.validate import to_invalid
from qvoice.features.numbers.rules import NoNumber, e164
from qvoice.features.port_requests.schemas import PortRequest
from qvoice.kit.csvlines import csv_lines
from qvoice.kit.errors import Invalid

MAX_ROWS = 5_000
COLUMNS = (
    "tn", "losing_carrier", "account_number", "btn", "pin", "end_user", "auth_name", "service_street", "unit", "city",
    "region", "postal", "country", "rate_center", "type", "new_btn", "desired_foc", "tenant", "assign_to", "sms",
    "e911_location",
)  # fmt: skip
_SAME = ("losing_carrier", "account_number", "end_user", "auth_name", "service_street", "city", "region", "postal")
NEEDED = ("tn", *_SAME)
GROUP = (*_SAME, "type", "tenant")


@dataclass(frozen=True, slots=True)
class Wrong:
    """What is wrong with a cell. `code` is stable, and `target` is what the message says in it: clients word it in
    other languages by them.
    """

    column: str
    message: str
    code: str
    target: Any = None


def _told(why: Sequence[Wrong]) -> dict[str, Any]:
    """Return what a verdict says: a sentence, and each problem by itself."""
    return {
        "message": "; ".join(f"{one.column}: {one.message}" for one in why)[:500],
        "problems": [
            {"column": one.column, "message": one.message, "code": one.code, "values": {"target": one.target}}
            for one in why
        ],
    }


@dataclass(slots=True)
class Read:
    """What a file says: a verdict for each row, and the cells of each good one beside it (None for a bad one)."""

    verdicts: list[dict[str, Any]] = field(default_factory=list)
    rows: list[dict[str, str] | None] = field(default_factory=list)

    def refuse(self, place: int, *why: Wrong) -> None:
        """Take back the good verdict of a row."""
        self.rows[place] = None
        self.verdicts[place] |= {"verdict": "bad", **_told(why)}

    @property
    def orders(self) -> list[tuple[str, dict[str, Any]]]:
        """The orders that the good rows make, each with its row's `tenant` ('' = the account of the request)."""
        groups = dict[tuple[str, ...], list[dict[str, str]]]()
        for row in self.rows:
            if row is not None:
                groups.setdefault(tuple(row.get(key, "").lower() for key in GROUP), []).append(row)
        return [(rows[0].get("tenant", ""), _order(rows)) for rows in groups.values()]

    @property
    def refused(self) -> int:
        """How many rows are bad."""
        return sum(row["verdict"] != "ok" for row in self.verdicts)


def read(given: str) -> Read:
    """Read a file; raises Invalid when it is none."""
    lines = csv_lines(given)
    names = [name.lower() for name in lines[0]] if lines else []
    missing = [name for name in NEEDED if name not in names]
    unknown = [name for name in names if name not in COLUMNS]
    if missing or unknown:
        why = f"missing: {', '.join(missing)}" if missing else f"unknown: {', '.join(unknown)[:200]}"
        code, names = ("csv_missing", missing) if missing else ("csv_unknown", unknown)
        said = f"the first line must name the columns; {why}"
        raise Invalid.field("csv", "columns", said, code=code, target=", ".join(names)[:200])
    found, seen = Read(), set[str]()
    for n, line in enumerate(lines[1:], start=1):
        if n > MAX_ROWS:
            raise Invalid.field(
                "csv", "maxItems", f"a file has at most {MAX_ROWS} rows: split it", code="csv_rows", target=MAX_ROWS
            )
        row = {key: value[:200] for key, value in zip(names, line, strict=False)}
        why = _why(row, seen)
        if any(line[len(names) :]):
            why = [Wrong("tn", "the row has more cells than the header: is a quote missing?", "csv_cells", n)]
        verdict = "bad" if why else "ok"
        found.verdicts.append({"row": n, "number": row.get("tn", ""), "verdict": verdict, **_told(why)})
        found.rows.append(None if why else row)
        if not why:
            seen.add(row["tn"])
    if not found.verdicts:
        raise Invalid.field("csv", "required", "the file has no rows below its first line", code="csv_no_rows")
    return found


def _why(row: dict[str, str], seen: set[str]) -> list[Wrong]:
    """Return what is wrong with a row; the row's number is written in E.164."""
    try:
        row["tn"] = e164(row.get("tn", ""))
    except NoNumber as problem:
        return [Wrong("tn", str(problem), problem.code)]
    if row["tn"] in seen:
        return [Wrong("tn", "an earlier row has this number", code="row_twice")]
    empty = [Wrong(name, "fill in", code="required") for name in NEEDED if not row.get(name)]
    if empty:
        return empty
    try:
        PortRequest.model_validate(_order([row]))
    except ValidationError as problem:
        fields = to_invalid(problem).fields
        first = {name: next(iter(rules.items())) for name, rules in fields.items()}
        return [
            Wrong(name, told["message"], told.get("code", rule), told.get("target"))
            for name, (rule, told) in first.items()
        ]
    return []


def _order(rows: list[dict[str, str]]) -> dict[str, Any]:
    first = rows[0]
    street = " ".join(part for part in (first["service_street"], first.get("unit", "")) if part)
    bill = {
        "name": first["end_user"], "carrier": first["losing_carrier"], "account_number": first["account_number"],
        "pin": first.get("pin", ""), "btn": first.get("btn", ""), "street_address": street, "locality": first["city"],
        "region": first["region"], "postal_code": first["postal"],
    }  # fmt: skip
    return {
        "name": f"{first['losing_carrier']} {first['account_number']}"[:128],
        "numbers": {row["tn"]: _facts(row) for row in rows},
        "type": first.get("type") or "full",
        "new_btn": first.get("new_btn", ""),
        "transfer_date": first.get("desired_foc", ""),
        "signee_name": first["auth_name"],
        "bill": {key: value for key, value in bill.items() if value},
    }


def _facts(row: dict[str, str]) -> dict[str, Any]:
    messaging = row.get("sms", "").lower() in ("y", "yes", "1")
    return {"messaging": messaging, **({"assign_to": row["assign_to"]} if row.get("assign_to") else {})}
