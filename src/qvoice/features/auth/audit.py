"""The audit log: who (user and account of the token) did what in which account. Append-only, by the database's
rights (A6).
"""

from __future__ import annotations

from typing import Any

from fastapi import Request
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from qvoice.db import Database, Scope
from qvoice.features.documents import envelope

SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})

_APPEND = text(
    "insert into audit (account_id, actor_account_id, actor_id, auth_method, method, path, status, request_id, source)"
    " values (cast(:account as uuid), cast(:actor_account as uuid), cast(:actor as uuid), :auth, :method,"
    " :path, :status, :request_id, :source)"
)


def is_masqueraded_write(request: Request) -> bool:
    """Tell whether somebody writes in an account that is not the one they logged in to, or as a user they are not."""
    who: Any = getattr(request.state, "principal", None)
    account: Any = getattr(request.state, "account", None)
    if request.method in SAFE_METHODS or who is None:
        return False
    return bool(who.impersonated_by) or (account is not None and who.account_id != account.id)


async def append(
    session: AsyncSession,
    request: Request,
    status: int,
    *,
    account_id: str | None = None,
    actor_account_id: str | None = None,
    actor_id: str | None = None,
    auth_method: str | None = None,
) -> None:
    """Append this request to the audit log in the session's account; the named arguments stand in where there is no
    token yet.
    """
    who: Any = getattr(request.state, "principal", None)
    behind = (who and who.impersonated_by) or who
    await session.execute(
        _APPEND,
        {
            "account": account_id or session.info["scope"].account_id,
            "actor_account": actor_account_id or (behind and behind.account_id),
            "actor": actor_id or (behind and behind.owner_id),
            "auth": auth_method or (who.method if who else ""),
            "method": request.method,
            "path": _path(request),
            "status": status,
            "request_id": envelope.request_id(request),
            "source": request.client.host if request.client else "",
        },
    )


async def append_failure(db: Database, request: Request, status: int) -> None:
    """Append a masqueraded write that was refused or failed; in its own transaction, the failed one being gone."""
    account: Any = getattr(request.state, "account", None)
    who: Any = getattr(request.state, "principal", None)
    if account is None or who is None or getattr(request.state, "audited", False):
        return
    async with db.tx(Scope(account.id, account.path, who.owner_id, who.account_id)) as session:
        await append(session, request, status)


def _path(request: Request) -> str:
    """Return the path without the secret that some have in it: links and tokens are not for readers of the log."""
    path, token = request.url.path, request.path_params.get("token")
    if token:
        path = path.replace(str(token), "…")
    return path[:500].replace("\x00", "")
