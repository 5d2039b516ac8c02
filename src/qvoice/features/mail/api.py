"""`/accounts/{A}/mails`: which mails went out, and why one did not."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Request, Response
from sqlalchemy import text

from qvoice.features.auth.permit import Context, permit
from qvoice.features.mail import wording
from qvoice.kit.clock import to_gregorian
from qvoice.kit.errors import NotFound
from qvoice.kit.ids import is_id

router = APIRouter(tags=["mails"])
_COLUMNS = "id, kind, recipient, subject, state, problem, attempts, created, changed"
MOST = 200


def shown(row: Any) -> dict[str, Any]:
    """Return a mail as clients see it; its text is shown by the single GET only."""
    return {
        "id": row.id.hex,
        "kind": row.kind,
        "to": row.recipient,
        "subject": row.subject,
        "state": row.state,
        "problem": row.problem or None,
        "attempts": row.attempts,
        "created": to_gregorian(row.created),
        "changed": to_gregorian(row.changed),
    }


@router.get("/accounts/{account_id}/mails", operation_id="list_mails", summary="List the newest mails and their fate")
async def list_mails(request: Request, account_id: str, ctx: Context = permit("mails", "read")) -> Response:
    """The newest 200; `filter_state=failed` shows those that did not go out."""
    state = dict(ctx.query).get("filter_state")
    async with ctx.tx() as session:
        rows = await session.execute(
            text(
                f"select {_COLUMNS} from mails where cast(:state as text) is null or state = :state"
                " order by created desc, id limit :most"
            ),
            {"state": state, "most": MOST},
        )
        return ctx.reply([shown(row) for row in rows])


@router.get("/accounts/{account_id}/mails/{mail_id}", operation_id="get_mail", summary="Read one mail")
async def get_mail(request: Request, account_id: str, mail_id: str, ctx: Context = permit("mails", "read")) -> Response:
    """One mail with its text."""
    async with ctx.tx() as session:
        row = None
        if is_id(mail_id):
            found = await session.execute(text(f"select {_COLUMNS}, body from mails where id = :id"), {"id": mail_id})
            row = found.one_or_none()
        if row is None:
            raise NotFound("There is no such mail.", id=mail_id)
        return ctx.reply({**shown(row), "body": row.body})


router.include_router(wording.router)
