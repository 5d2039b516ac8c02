"""Invitations for administrators, and the page behind a link for whoever holds it.

`GET onboarding/{token}` tells the page whom to greet and changes nothing; `POST` uses the link up and logs in.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any, Literal

from fastapi import APIRouter, Request, Response
from pydantic import BaseModel, ConfigDict
from sqlalchemy import text

from qvoice.core.access.roles import Role, role_of
from qvoice.features import documents
from qvoice.features.auth import login, second_factor
from qvoice.features.auth.permit import Context, permit
from qvoice.features.auth.session import session_data
from qvoice.features.documents.openapi import describe_model
from qvoice.features.invitations import invite, links, recovery
from qvoice.kit import ids
from qvoice.kit.errors import Invalid, NotFound

router = APIRouter(tags=["invitations"])
MOST_USERS = 20_000
CHANNELS = ("email", "sms")


class Invite(BaseModel):
    """Whom to invite: ids, or `all` for every enabled user who has not accepted an invitation yet; and how."""

    model_config = ConfigDict(extra="allow")
    users: list[str] | Literal["all"]
    channel: Literal["email", "sms"] = "email"


class InviteOne(BaseModel):
    """How to invite one user."""

    model_config = ConfigDict(extra="allow")
    channel: Literal["email", "sms"] = "email"


class Recovery(BaseModel):
    """Whose password is forgotten: an account (name, realm or number) and a user name or e-mail address."""

    model_config = ConfigDict(extra="allow")
    account_name: str | None = None
    account_realm: str | None = None
    phone_number: str | None = None
    username: str


class ResetId(BaseModel):
    """The token of the link in the mail."""

    reset_id: str


def _channel(data: dict[str, Any]) -> Any:
    channel = data.get("channel", "email")
    if channel not in CHANNELS:
        raise Invalid.field("channel", "enum", "channel must be email or sms", target=list(CHANNELS))
    return channel


async def _users(s: Any, wanted: Any) -> list[documents.Document]:
    if wanted == "all":
        found = await documents.find(s, "users", enabled=True, limit=MOST_USERS)
        accepted = await s.execute(
            text("select distinct user_id from login_links where used is not null and kind <> 'recovery'")
        )
        known = {row.user_id.hex for row in accepted}
        return [user for user in found if user.id not in known]
    if not isinstance(wanted, list) or not wanted or not all(isinstance(one, str) and ids.is_id(one) for one in wanted):
        raise Invalid.field("users", "type", 'users must be a list of user ids, or "all"')
    found = await documents.find(s, "users", id=wanted[:MOST_USERS])
    missing = set(wanted) - {user.id for user in found}
    if missing:
        raise Invalid.field("users", "not_found", f"there is no user {min(missing)} in this account")
    return found


@router.put(
    "/accounts/{account_id}/invitations",
    **describe_model(body=Invite, answer={"type": "object"}, status=201),
    operation_id="create_invitations",
    summary="Invite users by mail or text message",
)
async def create(request: Request, account_id: str, ctx: Context = permit("users", "invite")) -> Response:
    """Invite; answers how many, and who was passed over with the reason. Earlier unused links of these users end."""
    channel = _channel(ctx.data)
    async with ctx.tx() as s:
        users = await _users(s, ctx.data.get("users"))
        made, skipped = await invite.invite(s, ctx.key, users, channel=channel)
    passed = [{"user_id": one.user_id, "name": one.name, "reason": one.reason} for one in skipped]
    return ctx.reply({"invited": len(made), "invitations": made[:200], "skipped": passed}, status=201)


@router.put(
    "/accounts/{account_id}/users/{user_id}/invitation",
    **describe_model(body=InviteOne, answer={"type": "object"}, status=201),
    operation_id="invite_user",
    summary="Invite one user",
)
async def create_one(
    request: Request, account_id: str, user_id: str, ctx: Context = permit("users", "invite")
) -> Response:
    """Invite one user; 400 when there is nowhere to send it."""
    channel = _channel(ctx.data)
    async with ctx.tx() as s:
        user = await documents.load(s, "users", user_id)
        made, skipped = await invite.invite(s, ctx.key, [user], channel=channel)
        if skipped:
            field = "email" if channel == "email" else "mobile"
            raise Invalid.field(field, "required", f"{skipped[0].reason}: there is nowhere to send it")
        row = (await s.execute(text(f"{links.ROWS} where l.id = :id"), {"id": made[0]})).one()
    return ctx.reply(links.shown(row), status=201)


@router.get("/accounts/{account_id}/invitations", operation_id="list_invitations", summary="Invitations and their fate")
async def list_(request: Request, account_id: str, ctx: Context = permit("users", "read")) -> Response:
    """Newest first. `filter_user_id`; `page_size` (at most 1000) and `start_key` as everywhere."""
    query = dict(ctx.query)
    user, size = query.get("filter_user_id"), query.get("page_size", "50")
    if not size.isdigit() or not 0 < int(size) <= 1000:
        raise Invalid.field("page_size", "range", "page_size must be 1 to 1000")
    if user is not None and not ids.is_id(user):
        raise Invalid.field("filter_user_id", "format", "filter_user_id must be the id of a user")
    at, last = _start(query.get("start_key"))
    async with ctx.tx() as s:
        rows = (
            await s.execute(
                text(
                    f"{links.ROWS} where l.kind <> 'recovery' and (cast(:user as uuid) is null or l.user_id = :user)"
                    " and (cast(:at as timestamptz) is null or (l.created, l.id) <= (:at, cast(:last as uuid)))"
                    " order by l.created desc, l.id desc limit :most"
                ),
                {"user": user, "at": at, "last": last, "most": int(size) + 1},
            )
        ).all()
    found = [links.shown(row) for row in rows[: int(size)]]
    extra: dict[str, Any] = {"page_size": len(found)}
    if len(rows) > int(size):
        extra["next_start_key"] = f"{rows[-1].created.isoformat()},{rows[-1].id.hex}"
    return ctx.reply(found, **extra)


def _start(key: str | None) -> tuple[datetime | None, str | None]:
    if not key:
        return None, None
    at, _, last = key.partition(",")
    try:
        parsed = datetime.fromisoformat(at)
    except ValueError:
        parsed = None
    if parsed is None or not ids.is_id(last):
        raise Invalid.field("start_key", "format", "start_key must be the next_start_key of the page before")
    return parsed, last


@router.delete(
    "/accounts/{account_id}/invitations/{invitation_id}", operation_id="revoke_invitation", summary="Take one back"
)
async def revoke(
    request: Request, account_id: str, invitation_id: str, ctx: Context = permit("users", "invite")
) -> Response:
    """Make the link worthless; what it was used for stays."""
    async with ctx.tx() as s:
        row = None
        if ids.is_id(invitation_id):
            await s.execute(
                text("update login_links set revoked = now() where id = :id and used is null and revoked is null"),
                {"id": invitation_id},
            )
            row = (await s.execute(text(f"{links.ROWS} where l.id = :id"), {"id": invitation_id})).one_or_none()
    if row is None:
        raise NotFound("there is no such invitation in this account")
    return ctx.reply(links.shown(row))


async def _link(ctx: Context, token: str) -> links.Link:
    link = await links.find(ctx.db, token)
    if link is None:
        raise links.LinkGone("there is no such link: copy the whole address from the mail, or ask for a new one")
    return link


@router.get("/onboarding/{token}", operation_id="get_onboarding", summary="Whom a link greets (changes nothing)")
async def look(request: Request, token: str, ctx: Context = permit("onboarding", "read", public=True)) -> Response:
    """Return whom the page greets. A link that is used, expired or taken back says only that."""
    link = await _link(ctx, token)
    account = await ctx.directory.account(link.scope.account_id)
    if account is None:
        raise links.LinkGone
    async with ctx.db.tx(link.scope) as s:
        user = await documents.load(s, "users", link.user_id)
    language = user.doc.get("language") or account.language
    if link.state != "open":
        return ctx.reply({"state": link.state, "kind": link.kind, "language": language})
    if request.method == "GET":
        await links.opened(ctx.db, link)
    greeting = {
        "state": link.state,
        "kind": link.kind,
        "language": language,
        "first_name": user.doc.get("first_name", ""),
        "account_name": account.name,
        "username": user.doc.get("username") or user.doc.get("email") or "",
        "is_admin": role_of(user.doc) != Role.USER,
        "expires": link.expires.isoformat(),
    }
    return ctx.reply(greeting)


async def _use(request: Request, ctx: Context, token: str) -> Response:
    link = await _link(ctx, token)
    if link.state != "open":
        raise links.LinkGone(f"this link is {link.state}: ask for a new one", state=link.state)
    source = request.client.host if request.client else ""
    found = await login.by_link(request, link.scope, link.user_id)
    account = await ctx.directory.account(link.scope.account_id)
    assert account is not None  # by_link has just looked
    async with ctx.db.tx(link.scope) as s:
        # Whoever reads somebody's mail has not their second factor; the link stays good until it is proved.
        given = ctx.envelope.get("data") or {}
        proof = await second_factor.check(s, request, given if isinstance(given, dict) else {}, link.user_id)
        await links.use(s, link, source)
        logged_in = await login.complete(s, request, found, proof=proof)
    data = await session_data(ctx.db, account, link.user_id, method=login.LINK)
    if link.kind == "recovery":
        data["require_password_update"] = True
    if logged_in.only_enrol:
        data["second_factor_wanted"] = True
    return ctx.reply({**data, "kind": link.kind}, auth_token=logged_in.token)


@router.post("/onboarding/{token}", operation_id="use_onboarding", summary="Use a link up: log in without a password")
async def use(request: Request, token: str, ctx: Context = permit("onboarding", "create", public=True)) -> Response:
    """Log in. The link is worthless afterwards; 404 `link_gone` when it is already."""
    return await _use(request, ctx, token)


@router.put(
    "/user_auth/recovery",
    **describe_model(body=Recovery, answer={"type": "object"}, status=201),
    operation_id="ask_recovery",
    summary="Ask for a mail with a link to choose a new password",
)
async def ask_recovery(request: Request, ctx: Context = permit("user_auth", "recover", public=True)) -> Response:
    """Always the same answer: it does not tell whether there is such an account or user. `ui_url` is not heeded: a
    link never leads to where a stranger says.
    """
    source = request.client.host if request.client else ""
    await recovery.ask(ctx.db, ctx.data, source=source)
    return ctx.reply({"message": "If there is such a user with an e-mail address, a mail is on its way."}, status=201)


@router.post(
    "/user_auth/recovery",
    **describe_model(body=ResetId, answer={"type": "object"}),
    operation_id="use_recovery",
    summary="Log in by the link of a recovery mail",
)
async def use_recovery(request: Request, ctx: Context = permit("user_auth", "recover", public=True)) -> Response:
    """Use the link up; the answer says `require_password_update`."""
    reset_id = ctx.data.get("reset_id")
    if not isinstance(reset_id, str) or not reset_id:
        raise Invalid.field("reset_id", "required", "send the reset_id of the link in the mail")
    return await _use(request, ctx, reset_id)
