"""`/accounts/{A}/port_outs`: who wants numbers of this account, the desk's board, and the account's PIN."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Request, Response
from sqlalchemy import text

from qvoice.db import Scope
from qvoice.features.auth.permit import Context, permit
from qvoice.features.carriers.adapter import PortOutNotice
from qvoice.features.documents.openapi import describe_model
from qvoice.features.documents.validate import validated
from qvoice.features.mail.queue_mail import base_of
from qvoice.features.port_outs import leave, rules
from qvoice.features.port_outs.schemas import AskedPortOut, PortOut, PortOutMove, PortOutProof
from qvoice.kit.clock import to_gregorian, utcnow
from qvoice.kit.errors import NotFound

router = APIRouter(tags=["port_outs"])
BASE = "/accounts/{account_id}/port_outs"


def _shown(ctx: Context, row: Any) -> dict[str, Any]:
    language = base_of(ctx.account.language if ctx.account else "en")
    return {
        "id": row.id.hex,
        "account_id": row.account_id.hex,
        "number": row.number,
        "state": row.state,
        **{key: row.doc.get(key, "") for key in ("winning_carrier", "end_user", "day", "reason")},
        "message": rules.REASONS.get(row.doc.get("reason", ""), {}).get(language, ""),
        "created": to_gregorian(row.created),
        "updated": to_gregorian(row.modified),
        "may_become": rules.next_of(row.state, by_platform=ctx.who.actor.is_master),
    }


@router.get(BASE, **describe_model(answer={"type": "array"}), operation_id="list_port_outs",
            summary="Who wants numbers of this account")  # fmt: skip
async def listed(request: Request, account_id: str, ctx: Context = permit("port_outs", "read")) -> Response:
    """The requests of other carriers, the newest first, and what became of each."""
    async with ctx.tx() as s:
        rows = (await s.execute(text("select * from port_outs order by created desc limit 1000"))).all()
    return ctx.reply([_shown(ctx, row) for row in rows])


@router.get("/accounts/{account_id}/descendants/port_outs", operation_id="list_port_outs_below",
            summary="Who wants numbers of this account and those below")  # fmt: skip
async def below(request: Request, account_id: str, ctx: Context = permit("port_outs", "read")) -> Response:
    """The board of whoever runs the desk. `overdue`: its day is past, and nobody said yet that the number has left."""
    today = utcnow().date().isoformat()
    async with ctx.tx() as s:
        rows = (await s.execute(text("select * from port_outs_below()"))).all()
    return ctx.reply(
        [
            {
                **_shown(ctx, row),
                "account_name": row.account_name,
                "overdue": row.state == "accepted" and row.doc.get("day", today) < today,
            }
            for row in rows
        ]
    )


@router.put(BASE, **describe_model(body=AskedPortOut, answer=PortOut, status=201), operation_id="add_port_out",
            summary="Enter a request of another carrier (master)")  # fmt: skip
async def enter_by_hand(request: Request, account_id: str, ctx: Context = permit("port_outs", "create")) -> Response:
    """Check what the other carrier gave, as if its notice had come by HTTP; the number's account is told at once."""
    given = AskedPortOut.model_validate(validated(AskedPortOut, ctx.data))
    owner = await ctx.db.fetch("select account_id from number_owner(:number)", {"number": given.number})
    scope = ctx.scope
    if owner:
        account = await ctx.directory.account(owner[0].account_id.hex)
        if account is None:
            raise NotFound("the account of this number is gone")
        scope = Scope(account.id, account.path, ctx.who.owner_id, ctx.who.account_id)
    asked = PortOutNotice("", **given.model_dump())
    async with ctx.tx(scope) as s:
        row = await leave.receive(s, asked, carrier_id=None, today=utcnow().date())
    return ctx.reply(_shown(ctx, row), status=201)


@router.get(f"{BASE}/proof", **describe_model(answer=PortOutProof), operation_id="get_port_out_proof",
            summary="What to give to the carrier that a number moves to")  # fmt: skip
async def proof(request: Request, account_id: str, ctx: Context = permit("port_out_proof", "update")) -> Response:
    """The account number and the PIN: whoever knows both can take unlocked numbers away."""
    async with ctx.tx() as s:
        pin = await leave.pin_of(s)
    return ctx.reply({"account_number": rules.account_number(ctx.account_id), "pin": pin})


@router.post(f"{BASE}/proof", **describe_model(body=PortOutProof, answer=PortOutProof),
             operation_id="set_port_out_proof", summary="Set the PIN")  # fmt: skip
async def set_proof(request: Request, account_id: str, ctx: Context = permit("port_out_proof", "update")) -> Response:
    """Set the PIN that another carrier has to give, or none (an empty one)."""
    pin = PortOutProof.model_validate(validated(PortOutProof, ctx.data)).pin
    async with ctx.tx() as s:
        await s.execute(
            text(
                "insert into port_out_pins (account_id, pin) values (cast(:account as uuid), :pin)"
                " on conflict (account_id) do update set pin = excluded.pin, modified = now()"
            ),
            {"account": ctx.account_id, "pin": pin},
        )
    return ctx.reply({"account_number": rules.account_number(ctx.account_id), "pin": pin})


@router.get(f"{BASE}/{{port_out_id}}", **describe_model(answer=PortOut), operation_id="get_port_out",
            summary="Read a request")  # fmt: skip
async def read(
    request: Request, account_id: str, port_out_id: str, ctx: Context = permit("port_outs", "read")
) -> Response:
    """One request."""
    async with ctx.tx() as s:
        row = await leave.load(s, port_out_id)
    return ctx.reply(_shown(ctx, row))


@router.patch(f"{BASE}/{{port_out_id}}/{{state}}", **describe_model(body=PortOutMove, answer=PortOut),
              operation_id="move_port_out", summary="Object to a request, or bring it to its end")  # fmt: skip
async def move_to(
    request: Request, account_id: str, port_out_id: str, state: str, ctx: Context = permit("port_outs", "update")
) -> Response:
    """`refused` by the account, which never asked for it; by the platform's desk also `accepted` (with another day),
    `canceled` and `completed`.
    """
    if state not in rules.STATES:
        raise NotFound(f"there is no state {state[:40]}: use one of {', '.join(rules.STATES)}")
    day = PortOutMove.model_validate(validated(PortOutMove, ctx.envelope.get("data") or {})).day
    async with ctx.tx() as s:
        row = await leave.move(s, port_out_id, state, by_platform=ctx.who.actor.is_master, day=day)
    return ctx.reply(_shown(ctx, row))
