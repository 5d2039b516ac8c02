"""`users/U/password`: choosing a password. All other sessions of the user end; the answer brings a new token."""

from __future__ import annotations

import time
from typing import Any

from fastapi import APIRouter, Request, Response
from pydantic import BaseModel
from sqlalchemy import text

from qvoice.features import documents
from qvoice.features.auth import login, passwords
from qvoice.features.auth.permit import Context, permit
from qvoice.features.documents.openapi import describe_model
from qvoice.kit.clock import utcnow
from qvoice.kit.errors import Forbidden, Invalid

router = APIRouter(tags=["users"])


class NewPassword(BaseModel):
    """The new password; the `current` one too, unless one has just come in by a link or has none yet; a `username` when
    there is none.
    """

    password: str
    current: str | None = None
    username: str | None = None


class WrongPassword(Forbidden):
    """The current password is wrong."""

    code = "wrong_password"


@router.put(
    "/accounts/{account_id}/users/{user_id}/password",
    **describe_model(body=NewPassword, answer={"type": "object"}, status=201),
    operation_id="change_password",
    summary="Choose a new password for oneself",
)
async def change(
    request: Request, account_id: str, user_id: str, ctx: Context = permit("passwords", "update", own=True)
) -> Response:
    """Change one's own password; administrators set others' by changing the user."""
    who = ctx.who
    if who.owner_id != user_id or who.account_id != account_id or who.impersonated_by:
        raise Forbidden("this is for one's own password: an administrator changes the user document")
    data = ctx.data
    async with ctx.tx() as s:
        user = await documents.load(s, "users", user_id, lock=True)
        username = user.doc.get("username") or data.get("username") or user.doc.get("email")
        stored = await s.execute(
            text("select md5_hash from user_secrets where user_id = cast(:user as uuid)"), {"user": user_id}
        )
        known = stored.scalar()
        if known is not None and who.method != login.LINK:
            await _check_current(request, known, str(user.doc.get("username") or ""), data.get("current"), account_id)
        if not username:
            raise Invalid.field("username", "required", "choose a user name to log in with")
        changes = {"password": data.get("password"), "username": username, "require_password_update": False}
        if not isinstance(changes["password"], str):
            raise Invalid.field("password", "required", "send the new password")
        await documents.merge(s, "users", user_id, changes)
        secret = (
            await s.execute(
                text(
                    "select k.identity as account, u.identity as person from account_secrets k join user_secrets u"
                    " on u.user_id = cast(:user as uuid) where k.account_id = cast(:account as uuid)"
                ),
                {"user": user_id, "account": account_id},
            )
        ).one()
        found = login.Found(account_id, ctx.scope.path, user_id, (secret.account, secret.person), who.method)
        fresh = await login.complete(s, request, found)
    request.state.auth_token = fresh.token
    return ctx.reply({"username": username, "changed": utcnow().isoformat()}, status=201, auth_token=fresh.token)


async def _check_current(request: Request, known: str, username: str, current: Any, account_id: str) -> None:
    """Refuse who does not know the present password: a session left open must not become somebody's account."""
    guard, source = request.app.state.login_guard, request.client.host if request.client else ""
    guard.check(f"password:{account_id}", username, source, time.monotonic())
    if not isinstance(current, str) or not current:
        raise Invalid.field("current", "required", "send the current password too")
    if len(current) > passwords.MAX_LENGTH or not await passwords.verify(
        known, passwords.md5_credential(username, current)
    ):
        guard.wrong(f"password:{account_id}", username, source, current[: passwords.MAX_LENGTH], time.monotonic())
        raise WrongPassword(current={"invalid": {"message": "the current password is wrong"}})
    guard.right(f"password:{account_id}", username, source)
