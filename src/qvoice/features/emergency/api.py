"""`GET accounts/A/emergency_calls`: the record of emergency calls, newest first. There is no way to change it."""

from __future__ import annotations

from fastapi import APIRouter, Request, Response
from sqlalchemy import text

from qvoice.features.auth.permit import Context, permit
from qvoice.kit.clock import GREGORIAN_OFFSET

router = APIRouter(tags=["emergency_calls"])
MAX_ROWS = 1000


@router.get(
    "/accounts/{account_id}/emergency_calls", operation_id="list_emergency_calls", summary="List emergency calls"
)
async def list_emergency_calls(
    request: Request, account_id: str, ctx: Context = permit("emergency_calls", "read")
) -> Response:
    """The last calls to emergency numbers: who, from which phone, which number was shown, from where."""
    async with ctx.tx() as s:
        rows = await s.execute(
            text("select call_id, facts, started from emergency_calls order by started desc limit :most"),
            {"most": MAX_ROWS},
        )
        found = [
            {**row.facts, "call_id": row.call_id, "timestamp": int(row.started.timestamp()) + GREGORIAN_OFFSET}
            for row in rows
        ]
    return ctx.reply(found, page_size=len(found))
