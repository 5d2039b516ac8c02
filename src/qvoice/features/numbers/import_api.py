"""`/accounts/{A}/phone_numbers/imports`: single numbers, ranges and CSV files, by the master only (B1)."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Request, Response
from sqlalchemy import text

from qvoice.features.accounts.schemas import Lenient
from qvoice.features.auth.permit import Context, permit
from qvoice.features.documents import envelope
from qvoice.features.documents.openapi import describe_model
from qvoice.features.documents.validate import validated
from qvoice.features.numbers import charges, imports
from qvoice.features.numbers.asked import own_scope, target_of
from qvoice.features.services.ahead import shown_charges
from qvoice.kit.clock import to_gregorian
from qvoice.kit.errors import Invalid

router = APIRouter(tags=["phone_numbers"])
BASE = "/accounts/{account_id}/phone_numbers/imports"
RESULT_COLUMNS: tuple[str, ...] = ("row", "number", "verdict", "message")


class Range(Lenient):
    """From a first to a last number, both included."""

    first: str
    last: str


class NumberImport(Lenient):
    """Give one of `numbers`, `range` or `csv`. Rows without an account go to the account of the URL. `start` false:
    the rows are only checked, until PATCH says `{"action": "start"}`.
    """

    numbers: list[str] | None = None
    range: Range | None = None
    csv: str | None = None
    state: str = "available"
    start: bool = True


@router.put(
    BASE, **describe_model(body=NumberImport, answer={"type": "object"}, status=201),
    operation_id="import_numbers", summary="Import numbers (master)",
)  # fmt: skip
async def begin(request: Request, account_id: str, ctx: Context = permit("phone_numbers", "create")) -> Response:
    """Begin an import; GET it for progress and the verdict of each row. When the good rows cost the account that gets
    them something, it waits as `checked`, with the invoices in `charges`, unless this said `accept_charges: true`.
    """
    data = validated(NumberImport, ctx.data)
    rows = _rows(data)
    async with ctx.tx(own_scope(ctx)) as s:
        import_id = await imports.begin(
            s, rows, account_id=target_of(ctx).id, state=data["state"], start=data.get("start") is not False,
            path=ctx.who.actor.path, accepts=ctx.accepts_charges,
        )  # fmt: skip
        row = await imports.load(s, import_id)
    return ctx.reply(_shown(row), status=201)


def _rows(data: dict[str, Any]) -> list[imports.Row]:
    given = [key for key in ("numbers", "range", "csv") if data.get(key)]
    if len(given) != 1:
        raise Invalid.field("numbers", "required", "give exactly one of numbers, range and csv")
    if given == ["csv"]:
        return imports.rows_of_csv(data["csv"])
    if given == ["range"]:
        return imports.rows_of_range(data["range"]["first"], data["range"]["last"])
    if len(data["numbers"]) > imports.MAX_ROWS:
        raise Invalid.field("numbers", "maxItems", f"give at most {imports.MAX_ROWS} numbers", target=imports.MAX_ROWS)
    return [{"number": number[:64]} for number in data["numbers"]]


def _shown(row: Any) -> dict[str, Any]:
    return {
        "id": row.id.hex,
        "state": row.state,
        "account_id": row.doc["account_id"],
        "total": row.total,
        "checked": row.checked,
        "refused": row.refused,
        "added": row.added,
        "problem": row.doc.get("problem") or None,
        "created": to_gregorian(row.created),
        "modified": to_gregorian(row.modified),
    }


@router.get(BASE, operation_id="list_number_imports", summary="List imports (master)")
async def listed(request: Request, account_id: str, ctx: Context = permit("number_imports", "read")) -> Response:
    """The latest hundred."""
    async with ctx.tx(own_scope(ctx)) as s:
        rows = (await s.execute(text("select * from number_imports order by created desc limit 100"))).all()
    return ctx.reply([_shown(row) for row in rows])


@router.get(f"{BASE}/{{import_id}}", operation_id="get_number_import", summary="Progress and verdicts (master)")
async def read(
    request: Request, account_id: str, import_id: str, ctx: Context = permit("number_imports", "read")
) -> Response:
    """Progress, with the rows that were refused; `accept=text/csv`: every row with its verdict, as a file."""
    as_file = envelope.wants_csv(request)
    async with ctx.tx(own_scope(ctx)) as s:
        row = await imports.load(s, import_id)
        which = "" if as_file else " and verdict is not null and verdict not in ('ready', 'added')"
        rows = await s.execute(
            text(
                "select n, coalesce(number, given ->> 'number', ''), coalesce(verdict, ''), message"
                f" from number_import_rows where import_id = :id{which} order by n{'' if as_file else ' limit 1000'}"
            ),
            {"id": row.id},
        )
        verdicts = [dict(zip(RESULT_COLUMNS, line, strict=True)) for line in rows]
        costs = [] if as_file else await charges.asked(s, row, ctx.who.actor.path)
    if as_file:
        return envelope.as_csv(verdicts, RESULT_COLUMNS, name=f"import-{import_id}")
    return ctx.reply({**_shown(row), "problems": verdicts, "charges": costs})


@router.patch(
    f"{BASE}/{{import_id}}", **describe_model(answer={"type": "object"}), operation_id="steer_number_import",
    summary="Start or stop an import (master)",
)  # fmt: skip
async def steer(
    request: Request, account_id: str, import_id: str, ctx: Context = permit("phone_numbers", "create")
) -> Response:
    """`{"action": "start"}` adds the rows that were found good, or goes on; `stop` halts. 402 with the
    invoices when the rows cost something and it does not say `accept_charges: true`.
    """
    action = ctx.data.get("action")
    if action not in ("start", "stop"):
        raise Invalid.field("action", "enum", "action must be start or stop")
    async with ctx.tx(own_scope(ctx)) as s:
        await imports.steer(
            s, import_id, action, path=ctx.who.actor.path, accepts=ctx.accepts_charges,
            shown=shown_charges(ctx.data),
        )  # fmt: skip
        row = await imports.load(s, import_id)
    return ctx.reply(_shown(row))
