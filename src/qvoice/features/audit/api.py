"""`/accounts/{A}/audit`: who did what here, and what this account's people did in accounts below."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from fastapi import APIRouter, Request, Response
from sqlalchemy import text

from qvoice.features.auth.permit import Context, permit
from qvoice.features.documents import envelope
from qvoice.kit import ids
from qvoice.kit.clock import from_gregorian
from qvoice.kit.errors import Invalid

router = APIRouter(tags=["audit"])
MOST = 1000
_IDS = ("account_id", "actor_account_id", "actor_id")
_QUERY = text(
    "select id, at, account_id, actor_account_id, actor_id, auth_method, method, path, status, request_id, source"
    " from audit where (cast(:before as bigint) is null or id <= :before)"
    " and (cast(:actor as uuid) is null or actor_id = :actor)"
    " and (cast(:actor_account as uuid) is null or actor_account_id = :actor_account)"
    " and (cast(:account as uuid) is null or account_id = :account)"
    " and (cast(:method as text) is null or method = :method)"
    " and (cast(:path as text) is null or strpos(path, :path) > 0)"
    " and (cast(:source as text) is null or source = :source)"
    " and (cast(:failed as boolean) is null or (status >= 400) = :failed)"
    " and (cast(:since as timestamptz) is null or at >= :since)"
    " and (cast(:until as timestamptz) is null or at < :until)"
    " order by id desc limit :most"
)


def _time(name: str, value: str | None) -> datetime | None:
    """Return a time given in Gregorian seconds (the dialect's) or ISO 8601."""
    if not value:
        return None
    try:
        at = from_gregorian(int(value)) if value.isdigit() else datetime.fromisoformat(value)
    except ValueError:
        at = None
    if at is None or at.tzinfo is None:
        raise Invalid.field(name, "format", f"{name} must be Gregorian seconds, or a time such as 2027-01-31T00:00:00Z")
    return at


def _id(query: dict[str, str], name: str) -> str | None:
    value = query.get(name)
    if value is not None and not ids.is_id(value):
        raise Invalid.field(name, "format", f"{name} must be an id of 32 hex characters")
    return value


def _filters(query: dict[str, str]) -> dict[str, Any]:
    size, start, failed = query.get("page_size", "200"), query.get("start_key"), query.get("filter_failed")
    if not (size.isdigit() and 0 < int(size) <= MOST):
        raise Invalid.field("page_size", "range", f"page_size must be 1 to {MOST}")
    if start and not (start.isdigit() and len(start) < 19):
        raise Invalid.field("start_key", "format", "start_key must be the next_start_key of the page before")
    if failed not in (None, "true", "false"):
        raise Invalid.field("filter_failed", "enum", "filter_failed is true or false")
    method = query.get("filter_method")
    return {
        "before": int(start) if start else None,
        "most": int(size) + 1,
        "actor": _id(query, "filter_actor_id"),
        "actor_account": _id(query, "filter_actor_account_id"),
        "account": _id(query, "filter_account_id"),
        "method": method.upper() if method else None,
        "path": query.get("filter_path"),
        "source": query.get("filter_source"),
        "failed": None if failed is None else failed == "true",
        "since": _time("created_from", query.get("created_from")),
        "until": _time("created_to", query.get("created_to")),
    }


def _shown(row: Any) -> dict[str, Any]:
    values = dict(row._mapping)
    return {
        **values,
        **{name: values[name].hex if values[name] else None for name in _IDS},
        "at": row.at.isoformat(),
    }


@router.get("/accounts/{account_id}/audit", operation_id="list_audit", summary="Who did what in this account")
async def list_audit(request: Request, account_id: str, ctx: Context = permit("audit", "read")) -> Response:
    """Newest first, 200 a page. Filters: `filter_actor_id`, `filter_actor_account_id`, `filter_account_id`,
    `filter_method`, `filter_path` (part of it), `filter_source`, `filter_failed`, `created_from`, `created_to`;
    `accept=text/csv` gives a file.
    """
    filters = _filters(dict(ctx.query))
    async with ctx.tx() as s:
        rows = (await s.execute(_QUERY, filters)).all()
    page = [_shown(row) for row in rows[: filters["most"] - 1]]
    if envelope.wants_csv(request):
        return envelope.as_csv(page, name="audit")
    extra = {"next_start_key": str(rows[-1].id)} if len(rows) > len(page) else {}
    return ctx.reply(page, page_size=len(page), **extra)
