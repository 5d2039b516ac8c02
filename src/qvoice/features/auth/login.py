"""Logging in: by the dialect's credential, by user name and password, by API key, by HTTP Basic."""

from __future__ import annotations

import base64
import binascii
import re
import secrets
import time
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from fastapi import Request
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from qvoice.db import Database, Scope
from qvoice.features.auth import audit, passwords, second_factor
from qvoice.features.auth.guard import LoginGuard
from qvoice.features.auth.permit import AccountDisabled, Principal, check_source, principal_of_key
from qvoice.features.auth.tokens import (
    DEFAULT_LIFETIME_S,
    KEY_PREFIX,
    LONGEST_S,
    SHORTEST_S,
    Behind,
    TokenKey,
    api_key_hash,
)
from qvoice.kit import ids
from qvoice.kit.clock import utcnow
from qvoice.kit.errors import Forbidden, Invalid, Unauthenticated
from qvoice.kit.text import clean_line

_HEX = re.compile(r"[0-9a-fA-F]{32}|[0-9a-fA-F]{40}")


class UserDisabled(Forbidden):
    """This user is disabled. Ask an administrator to enable it."""

    code = "account_disabled"


class WrongCredentials(Unauthenticated):
    """Account, user or password is wrong."""

    code = "invalid_credentials"


LINK = "qv_link"
"""Method of a log-in by a link (features/invitations)."""


@dataclass(frozen=True, slots=True)
class Found:
    """Who proved to be somebody, before the token is made. `secrets`: the identity secrets of account and user."""

    account_id: str
    path: str
    owner_id: str | None
    secrets: tuple[str, str | None]
    method: str
    api_key_id: str | None = None
    impersonated_by: Behind | None = None


@dataclass(frozen=True, slots=True)
class LoggedIn:
    """Who logged in and their token."""

    token: str
    account_id: str
    path: str
    owner_id: str | None
    only_enrol: bool = False


def name_key(name: str) -> str:
    """Return an account name as logins compare it: lower case, letters and digits only."""
    return "".join(c for c in name.lower() if c.isalnum())[:256]


def account_selector(data: dict[str, Any]) -> tuple[str, str]:
    """Return (kind, value) of the account a login names; raises Invalid when it names none."""
    for key, kind in (
        ("account_id", "id"),
        ("account_name", "name"),
        ("account_realm", "realm"),
        ("phone_number", "number"),
    ):
        value = data.get(key)
        if isinstance(value, str) and value.strip():
            value = value.strip()[:256]
            if kind == "name":
                value = name_key(value)
            elif kind == "id":
                value = (
                    f"{value[:8]}-{value[8:12]}-{value[12:16]}-{value[16:20]}-{value[20:]}" if ids.is_id(value) else "-"
                )
            elif kind == "number" and value.isdigit() and len(value) == 10:
                value = "+1" + value
            return kind, value
    raise Invalid.field("account_name", "required", "say which account: account_name, account_realm or phone_number")


def credential_of(data: dict[str, Any]) -> tuple[str, str, str]:
    """Return (`md5` or `sha1`, credential, user name or "") of a login body; raises Invalid."""
    given, username, password = data.get("credentials"), data.get("username"), data.get("password")
    if given is None and isinstance(username, str) and isinstance(password, str):
        if len(username) > 256 or len(password) > passwords.MAX_LENGTH:
            raise WrongCredentials
        return "md5", passwords.md5_credential(username.strip(), password), username.strip().lower()
    if not isinstance(given, str) or not given:
        raise Invalid.field(
            "credentials", "required", "send the md5 or sha1 of `username:password`, or username and password"
        )
    if _HEX.fullmatch(given) is None:
        raise Invalid.field(
            "credentials", "format", "credentials must be the md5 (32) or sha1 (40) hex of `username:password`"
        )
    return ("md5" if len(given) == 32 else "sha1"), given.lower(), ""


async def by_password(request: Request, data: dict[str, Any], *, method: str = "cb_user_auth") -> LoggedIn:
    """Log in; raises WrongCredentials (same answer and same work whatever is wrong), TooManyAttempts, AccountDisabled.

    The login is written to the audit log of the account.
    """
    db: Database = request.app.state.db
    key: TokenKey = request.app.state.token_key
    guard: LoginGuard = request.app.state.login_guard
    kind, value = account_selector(data)
    how, credential, username = credential_of(data)
    source = request.client.host if request.client else ""
    guard.check(f"{kind}:{value}", username, source, time.monotonic())
    rows = await db.fetch(
        "select * from login_candidates(:kind, :value, :key)",
        {"kind": kind, "value": value.replace("\x00", ""), "key": key.credential_key(how, credential)},
    )
    found = None
    for row in rows:
        if await passwords.verify(row.password_hash, credential) and found is None:
            found = row
    if not rows:
        await passwords.verify(passwords.DUMMY_HASH, credential)
    if found is None:
        guard.wrong(f"{kind}:{value}", username, source, credential, time.monotonic())
        raise WrongCredentials
    if not found.account_enabled:
        raise AccountDisabled(account={"disabled": {"message": "the account is disabled"}})
    if not found.user_enabled:
        raise UserDisabled(user={"disabled": {"message": "the user is disabled"}})
    who = Found(
        found.account_id.hex, found.path, found.user_id.hex, (found.account_identity, found.user_identity), method
    )
    try:
        async with db.tx(Scope(who.account_id, who.path)) as s:
            proof = await second_factor.check(s, request, data, str(who.owner_id))
            logged_in = await complete(s, request, who, proof=proof)
    except second_factor.WrongFactor:
        guard.wrong(f"{kind}:{value}", username, source, str(data.get("multi_factor_response"))[:256], time.monotonic())
        async with db.tx(Scope(who.account_id, who.path)) as s:
            await attempted(s, request, who, "second_factor")
        raise
    guard.right(f"{kind}:{value}", username, source)
    return logged_in


async def by_link(request: Request, scope: Scope, user_id: str) -> Found:
    """Return whom a link stands for, for `complete`; raises AccountDisabled, UserDisabled, WrongCredentials."""
    holder = await request.app.state.directory.holder(scope.account_id, user_id, "")
    if holder is None or holder.user_id is None:
        raise WrongCredentials
    if not holder.account_enabled:
        raise AccountDisabled(account={"disabled": {"message": "the account is disabled"}})
    if not holder.user_enabled:
        raise UserDisabled(user={"disabled": {"message": "the user is disabled"}})
    return Found(scope.account_id, scope.path, user_id, (holder.account_identity, holder.user_identity), LINK)


async def finish(request: Request, who: Found) -> LoggedIn:
    """Make the token in a transaction of its own, and write the log-in down."""
    db: Database = request.app.state.db
    async with db.tx(Scope(who.account_id, who.path)) as s:
        return await complete(s, request, who)


async def complete(
    s: AsyncSession, request: Request, who: Found, *, proof: str = "", lifetime_s: int | None = None
) -> LoggedIn:
    """Make the token of somebody who has proved who they are; the log-in goes to the account's audit log.

    `proof`: how the second factor was proved; `none` where the account wants one gives a token that only sets one up.
    """
    key: TokenKey = request.app.state.token_key
    await check_source(request, request.app.state.directory, who.account_id, who.api_key_id)
    only_enrol = proof == "none" and await second_factor.wanted(s, who.account_id)
    token_id, lifetime = secrets.token_hex(16), lifetime_s or await token_lifetime(s, who.account_id)
    token = key.issue(
        account_id=who.account_id,
        owner_id=who.owner_id,
        method=who.method,
        identity=key.identity(*who.secrets),
        now=utcnow(),
        lifetime_s=lifetime,
        api_key_id=who.api_key_id,
        impersonated_by=who.impersonated_by,
        only_enrol=only_enrol,
        token_id=token_id,
    )
    await s.execute(
        text(
            "insert into sessions (token_id, account_id, user_id, method, source, user_agent, impersonated_by, expires)"
            " values (:id, :account, :user, :method, :source, :agent, :by, :expires)"
        ),
        {
            "id": token_id, "account": who.account_id, "user": who.owner_id, "method": who.method,
            "source": request.client.host if request.client else "",
            "by": who.impersonated_by.id if who.impersonated_by else "",
            "agent": clean_line(request.headers.get("user-agent", ""), 200),
            "expires": utcnow() + timedelta(seconds=lifetime),
        },
    )  # fmt: skip
    await attempted(s, request, who, "success")
    await audit.append(
        s,
        request,
        201,
        account_id=who.account_id,
        actor_account_id=who.account_id,
        actor_id=who.owner_id,
        auth_method=who.method,
    )
    return LoggedIn(token, who.account_id, who.path, who.owner_id, only_enrol)


async def renewed(s: AsyncSession, request: Request, who: Principal) -> str:
    """Return a token like the one that asks, without its restriction: the second factor is there now."""
    holder = await request.app.state.directory.holder(who.account_id, who.owner_id, "")
    if holder is None:
        raise WrongCredentials
    scope: Scope = s.info["scope"]
    found = Found(who.account_id, scope.path, who.owner_id, (holder.account_identity, holder.user_identity), who.method)
    return (await complete(s, request, found, lifetime_s=max(60, who.expires - int(utcnow().timestamp())))).token


async def attempted(s: AsyncSession, request: Request, who: Found, outcome: str) -> None:
    """Write a log-in down where administrators see it (`security/attempts`)."""
    await s.execute(
        text(
            "insert into login_attempts (id, account_id, user_id, method, outcome, source, user_agent)"
            " values (:id, :account, :user, :method, :outcome, :source, :agent)"
        ),
        {
            "id": ids.new_id(), "account": who.account_id, "user": who.owner_id, "method": who.method,
            "outcome": outcome, "source": request.client.host if request.client else "",
            "agent": clean_line(request.headers.get("user-agent", ""), 200),
        },
    )  # fmt: skip


async def by_api_key(request: Request, api_key: str) -> LoggedIn:
    """Log in with an account's API key, or one with scopes; raises WrongCredentials, TooManyAttempts,
    AccountDisabled.
    """
    db: Database = request.app.state.db
    guard: LoginGuard = request.app.state.login_guard
    source = request.client.host if request.client else ""
    guard.check("api_key", "", source, time.monotonic())
    if api_key.startswith(KEY_PREFIX):
        return await _by_scoped_key(request, api_key, source)
    rows = await db.fetch("select * from api_key_account(:hash)", {"hash": api_key_hash(api_key)})
    if not rows:
        guard.wrong("api_key", "", source, api_key[:256], time.monotonic())
        raise WrongCredentials
    account_id = rows[0].account_id.hex
    account = await request.app.state.directory.account(account_id)
    if account is None or not account.enabled:
        raise AccountDisabled(account={"disabled": {"message": "the account is disabled"}})
    return await finish(request, Found(account_id, account.path, None, (rows[0].account_identity, None), "cb_api_auth"))


async def _by_scoped_key(request: Request, api_key: str, source: str) -> LoggedIn:
    who = await principal_of_key(request.app.state.directory, api_key)
    if who is None or who.api_key_id is None:
        request.app.state.login_guard.wrong("api_key", "", source, api_key[:256], time.monotonic())
        raise WrongCredentials
    holder = await request.app.state.directory.holder(who.account_id, None, who.api_key_id)
    secrets_ = (holder.account_identity, None)
    path = ".".join(who.actor.path)
    async with request.app.state.db.tx(Scope(who.account_id, path)) as s:
        await s.execute(text("update api_keys set last_used = now() where id = :id"), {"id": who.api_key_id})
        left = max(60, who.expires - int(utcnow().timestamp())) if who.expires else None
        lifetime = min(left, await token_lifetime(s, who.account_id)) if left else None
        found = Found(who.account_id, path, None, secrets_, "qv_api_key", who.api_key_id)
        return await complete(s, request, found, lifetime_s=lifetime)


async def token_for_basic(request: Request, encoded: str) -> str:
    """Return a token for HTTP Basic: `<account id or name>:<md5 of username:password>`; raises Unauthenticated.

    Each request costs a password check: clients should log in instead.
    """
    try:
        text = base64.b64decode(encoded, validate=True).decode()
    except (binascii.Error, ValueError):
        raise Unauthenticated("the Basic authorisation is not base64 of account:credentials") from None
    account, _, credential = text.partition(":")
    if not account or _HEX.fullmatch(credential) is None:
        raise Unauthenticated("Basic authorisation takes the account and the md5 of `username:password`")
    selector = {"account_id": account} if ids.is_id(account) else {"account_name": account}
    return (await by_password(request, {**selector, "credentials": credential}, method="cb_basic_auth")).token


async def token_lifetime(s: AsyncSession, account_id: str) -> int:
    """Return the life of new tokens in seconds: the account's `token_auth_expiry_s` (300 s to 30 days), else an
    hour; never more than what the account and those above it allow.
    """
    from qvoice.features.accounts.store import load_account  # imported late: accounts build on auth

    account = await load_account(s, account_id)
    value = account.doc.get("token_auth_expiry_s")
    life = DEFAULT_LIFETIME_S
    if isinstance(value, int) and not isinstance(value, bool):
        life = min(max(value, SHORTEST_S), LONGEST_S)
    ceiling = await session_ceiling(s, account_id)
    return life if ceiling is None else min(life, ceiling)


async def session_ceiling(s: AsyncSession, account_id: str) -> int | None:
    """Return the seconds that a session may last at most by the settings of the account and of those above it."""
    found = await s.execute(text("select session_ceiling(cast(:account as uuid))"), {"account": account_id})
    return found.scalar()
