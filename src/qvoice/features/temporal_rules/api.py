"""REST routes of temporal rules, and which of them are in force now."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Request, Response
from sqlalchemy import text

from qvoice.core.hours.ahead import next_change
from qvoice.core.hours.rule import in_force
from qvoice.features import documents
from qvoice.features.auth.permit import Context, permit
from qvoice.features.documents.routes import crossbar
from qvoice.features.temporal_rules.resource import RESOURCE
from qvoice.kit.clock import utcnow

router = APIRouter()


@router.get(
    "/accounts/{account_id}/temporal_rules/in_force", tags=["temporal_rules"],
    operation_id="list_temporal_rules_in_force", summary="Which rules are in force now, and when that changes",
)  # fmt: skip
async def state(request: Request, account_id: str, ctx: Context = permit("temporal_rules", "read")) -> Response:
    """For each rule `in_force` by the account's clock (or the override), and `until`, when that changes next; null when
    it does not within a year, or is overridden. `timezone`: whose clock that is.
    """
    now = utcnow()
    async with ctx.tx() as s:
        account = await documents.load(s, "accounts", account_id)
        timezone = account.doc.get("timezone") or "UTC"
        rows = await s.execute(
            text("select id, doc from temporal_rules where account_id = :id and deleted is null order by id"),
            {"id": account_id},
        )
        found: list[dict[str, Any]] = []
        for row in rows:
            until = next_change(row.doc, now, timezone)
            found.append({
                "id": row.id.hex, "in_force": in_force(row.doc, now, timezone), "until": until and until.isoformat(),
                "overridden": isinstance(row.doc.get("enabled"), bool),
            })  # fmt: skip
    return ctx.reply({"timezone": timezone, "rules": found})


router.include_router(crossbar(RESOURCE))
