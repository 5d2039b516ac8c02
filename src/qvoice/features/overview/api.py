"""`GET accounts/A/overview`: sums over the account and all below it; no tenant's rows, only counts by account.

The transaction's part of the tree bounds what the functions count (`qvoice.path`), so the answer cannot reach further
than the URL's account.
"""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Request, Response
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from qvoice.features.auth.permit import Context, permit
from qvoice.kit.clock import to_gregorian, utcnow

router = APIRouter(tags=["overview"])
MOST = 50
"""Accounts listed under each heading; the counts are of all."""


async def _accounts(s: AsyncSession) -> dict[str, int]:
    row = (
        await s.execute(
            text(
                "select count(*) filter (where parent_id is not null) as total,"
                " count(*) filter (where is_reseller and parent_id is not null) as resellers,"
                " count(*) filter (where not enabled) as disabled"
                " from accounts where deleted is null and id <> nullif(current_setting('qvoice.account'), '')::uuid"
            )
        )
    ).one()
    return {"total": row.total, "resellers": row.resellers, "disabled": row.disabled}


async def _named(s: AsyncSession, statement: str) -> tuple[int, list[dict[str, Any]]]:
    """Return how many accounts a statement finds (columns account_id and count), and the first of them by name."""
    rows = (
        await s.execute(
            text(
                "select f.account_id, f.count, a.name, count(*) over () as found"
                f" from ({statement}) f join accounts a on a.id = f.account_id and a.deleted is null"
                " order by f.count desc, a.name limit :most"
            ),
            {"most": MOST},
        )
    ).all()
    listed = [{"account_id": row.account_id.hex, "name": row.name, "count": row.count} for row in rows]
    return (rows[0].found if rows else 0), listed


ATTENTION = {
    "locked": "select account_id, 1 as count from tree_locks()",
    "disabled": "select id as account_id, 1 as count from accounts where not enabled and deleted is null",
    "no_numbers": "select a.id as account_id, 1 as count from accounts a where a.deleted is null and not a.is_reseller"
    " and a.parent_id is not null and a.enabled"
    " and not exists (select from phone_numbers n where n.account_id = a.id)",
    "mails_failed": "select account_id, failed as count from tree_failed_mails(cast(now() - interval '1 day' as"
    " timestamptz))",
}
"""What needs somebody: accounts locked against fraud, switched off, in service without a number, and with mails that
did not go out."""


@router.get(
    "/accounts/{account_id}/overview", operation_id="get_overview", summary="Calls and accounts of a part of the tree"
)
async def overview(request: Request, account_id: str, ctx: Context = permit("overview", "read")) -> Response:
    """Accounts; numbers, and how many of them lead nowhere; calls now, by account; calls of the last 24 hours by the
    hour (UTC, Gregorian seconds of its start); what needs attention, with the accounts concerned.
    """
    async with ctx.tx() as s:
        accounts = await _accounts(s)
        numbers = (
            await s.execute(text("select count(*) as total, count(*) filter (where used_by is null) as spare"
                                 " from phone_numbers"))
        ).one()  # fmt: skip
        found, now = await _named(s, "select account_id, calls as count from tree_calls()")
        total = (await s.execute(text("select coalesce(sum(calls), 0) from tree_calls()"))).scalar_one()
        hours = [
            {
                "start": to_gregorian(row.hour),
                "calls": row.calls,
                "answered": row.answered,
                "billing_seconds": row.seconds,
            }
            for row in await s.execute(
                text("select * from tree_call_hours(date_trunc('hour', now() - '23 h'::interval))")
            )
        ]
        attention = {}
        for kind, statement in ATTENTION.items():
            count, listed = await _named(s, statement)
            attention[kind] = {"count": count, "accounts": listed}
    return ctx.reply(
        {
            "accounts": accounts,
            "numbers": {"total": numbers.total, "spare": numbers.spare},
            "calls": {"now": int(total), "accounts": found, "by_account": now},
            "hour": to_gregorian(utcnow().replace(minute=0, second=0, microsecond=0)),
            "hours": hours,
            "attention": attention,
        }
    )
