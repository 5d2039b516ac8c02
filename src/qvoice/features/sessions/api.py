"""`users/U/sessions`: where somebody is logged in; ending one or all others."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Request, Response
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from qvoice.db.notices import notify_document
from qvoice.features import documents
from qvoice.features.auth.permit import Context, permit
from qvoice.kit.errors import NotFound

router = APIRouter(tags=["sessions"])
PLACE = "/accounts/{account_id}/users/{user_id}/sessions"
_ROWS = (
    "select * from sessions s where user_id = cast(:user as uuid) and expires > now()"
    " and not exists (select from revoked_tokens r where r.token_id = s.token_id) order by created desc, token_id"
)


def _shown(row: Any, current: str) -> dict[str, Any]:
    return {
        "id": row.token_id,
        "method": row.method,
        "source": row.source,
        "user_agent": row.user_agent,
        "impersonated": bool(row.impersonated_by),
        "created": row.created.isoformat(),
        "expires": row.expires.isoformat(),
        "current": row.token_id == current,
    }


async def _open(s: AsyncSession, user_id: str) -> list[Any]:
    await documents.load(s, "users", user_id)
    return list((await s.execute(text(_ROWS), {"user": user_id})).all())


async def _end(ctx: Context, s: AsyncSession, rows: list[Any]) -> None:
    for row in rows:
        await s.execute(
            text("insert into revoked_tokens (token_id, expires) values (:id, :expires) on conflict do nothing"),
            {"id": row.token_id, "expires": row.expires},
        )
    if rows:
        # Told as a change of tokens, so that every process forgets them at once.
        await notify_document(
            s, account_id=ctx.account_id, type="tokens", id=rows[0].token_id, action="deleted", revision=1
        )
        s.info["touched"].add("tokens")


@router.get(PLACE, operation_id="list_sessions", summary="Where a user is logged in")
async def list_(
    request: Request, account_id: str, user_id: str, ctx: Context = permit("sessions", "read", own=True)
) -> Response:
    """Newest first; `current` is the one that asks."""
    ctx.check(document_id=user_id, owner_id=user_id)
    async with ctx.tx() as s:
        rows = await _open(s, user_id)
    return ctx.reply([_shown(row, ctx.who.token_id) for row in rows], page_size=len(rows))


@router.delete(PLACE + "/{session_id}", operation_id="end_session", summary="End one session")
async def end(
    request: Request, account_id: str, user_id: str, session_id: str,
    ctx: Context = permit("sessions", "delete", own=True),
) -> Response:  # fmt: skip
    """The token is worthless at once, in every process."""
    ctx.check(document_id=user_id, owner_id=user_id)
    async with ctx.tx() as s:
        rows = [row for row in await _open(s, user_id) if row.token_id == session_id]
        if not rows:
            raise NotFound("there is no such session")
        await _end(ctx, s, rows)
    return ctx.reply(_shown(rows[0], ctx.who.token_id))


@router.delete(PLACE, operation_id="end_sessions", summary="End all other sessions")
async def end_all(
    request: Request, account_id: str, user_id: str, ctx: Context = permit("sessions", "delete", own=True)
) -> Response:
    """End all of the user's sessions but the one that asks."""
    ctx.check(document_id=user_id, owner_id=user_id)
    async with ctx.tx() as s:
        rows = [row for row in await _open(s, user_id) if row.token_id != ctx.who.token_id]
        await _end(ctx, s, rows)
    return ctx.reply([_shown(row, ctx.who.token_id) for row in rows], page_size=len(rows))
