"""Login, API keys, tokens."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from fastapi import APIRouter, Request, Response
from pydantic import BaseModel, ConfigDict
from sqlalchemy import text

from qvoice.db import SYSTEM
from qvoice.db.notices import notify_document
from qvoice.features.auth import login
from qvoice.features.auth.permit import Context, permit, principal_of_token
from qvoice.features.auth.session import session_data
from qvoice.features.auth.tokens import KEY_PREFIX
from qvoice.features.documents.openapi import describe_model
from qvoice.kit.errors import Invalid, NotFound, Unauthenticated

router = APIRouter(tags=["auth"])


class Login(BaseModel):
    """Either `credentials` (md5 or sha1 hex of `username:password`) or `username` and `password`; and one way to
    name the account.
    """

    model_config = ConfigDict(extra="allow")
    credentials: str | None = None
    username: str | None = None
    password: str | None = None
    account_name: str | None = None
    account_realm: str | None = None
    phone_number: str | None = None
    method: str | None = None


class ApiKey(BaseModel):
    """An account's API key, 64 hex."""

    api_key: str


class TokenText(BaseModel):
    """A token to look at."""

    token: str


async def _answer(ctx: Context, found: login.LoggedIn, method: str) -> Response:
    account = await ctx.directory.account(found.account_id)
    if account is None:
        raise login.WrongCredentials
    data = await session_data(ctx.db, account, found.owner_id, method=method)
    if found.only_enrol:
        data["second_factor_wanted"] = True
    return ctx.reply(data, status=201, auth_token=found.token)


@router.put(
    "/user_auth",
    **describe_model(body=Login, answer={"type": "object"}, status=201),
    operation_id="login",
    summary="Log in with a password",
)
async def user_auth(request: Request, ctx: Context = permit("user_auth", "create", public=True)) -> Response:
    """Log in; the token is in `auth_token` of the envelope."""
    return await _answer(ctx, await login.by_password(request, ctx.data), "cb_user_auth")


@router.get("/user_auth/{token}", operation_id="get_login", summary="What a login answered, for a token")
async def get_user_auth(request: Request, token: str, ctx: Context = permit("user_auth", "read", own=True)) -> Response:
    """Return the login data of one's own token again."""
    who = await principal_of_token(ctx.key, ctx.directory, token)
    if who is None or (who.account_id, who.owner_id) != (ctx.who.account_id, ctx.who.owner_id):
        raise NotFound("there is no such token, or it has expired")
    account = await ctx.directory.account(who.account_id)
    if account is None:
        raise Unauthenticated
    return ctx.reply(await session_data(ctx.db, account, who.owner_id, method=who.method))


@router.delete("/token_auth", operation_id="logout", summary="Log out")
async def token_auth(request: Request, ctx: Context = permit("token_auth", "delete")) -> Response:
    """Make the token of this request worthless."""
    async with ctx.tx(SYSTEM) as s:
        await s.execute(text("delete from revoked_tokens where expires < now()"))
        await s.execute(
            text("insert into revoked_tokens (token_id, expires) values (:id, :expires) on conflict do nothing"),
            {"id": ctx.who.token_id, "expires": datetime.fromtimestamp(ctx.who.expires, UTC)},
        )
        # Told as a change of the account, so that every process forgets the token at once.
        await notify_document(
            s, account_id=ctx.who.account_id, type="tokens", id=ctx.who.token_id, action="deleted", revision=1
        )
        s.info["touched"].add("tokens")
    request.state.auth_token = None
    return ctx.reply({})


@router.put(
    "/api_auth",
    **describe_model(body=ApiKey, answer={"type": "object"}, status=201),
    operation_id="login_by_api_key",
    summary="Log in with an account's API key",
)
async def api_auth(request: Request, ctx: Context = permit("api_auth", "create", public=True)) -> Response:
    """Log in as the account."""
    key = ctx.data.get("api_key")
    if not isinstance(key, str) or not key:
        raise Invalid.field("api_key", "required", "send the account's api_key")
    key = key.strip().lower()
    method = "qv_api_key" if key.startswith(KEY_PREFIX) else "cb_api_auth"
    return await _answer(ctx, await login.by_api_key(request, key), method)


async def _tokeninfo(ctx: Context, token: Any) -> Response:
    if not isinstance(token, str) or not token:
        raise Invalid.field("token", "required", "send the token to look at")
    who = await principal_of_token(ctx.key, ctx.directory, token)
    if who is None:
        raise Unauthenticated("the token is wrong or expired")
    claims = {
        "account_id": who.account_id,
        "owner_id": who.owner_id,
        "method": who.method,
        "expires": who.expires,
        "exp": who.expires,
    }
    return ctx.reply(claims, auth_token=token)


@router.get("/auth/tokeninfo", operation_id="get_tokeninfo", summary="What a token says")
async def get_tokeninfo(request: Request, ctx: Context = permit("tokeninfo", "read", public=True)) -> Response:
    """Return the claims of `token` (query)."""
    return await _tokeninfo(ctx, request.query_params.get("token") or request.query_params.get("auth_token"))


@router.post(
    "/auth/tokeninfo",
    **describe_model(body=TokenText, answer={"type": "object"}),
    operation_id="post_tokeninfo",
    summary="What a token says",
)
async def post_tokeninfo(request: Request, ctx: Context = permit("tokeninfo", "read", public=True)) -> Response:
    """Return the claims of `data.token`; whoever holds a token may read it."""
    return await _tokeninfo(ctx, ctx.data.get("token"))
