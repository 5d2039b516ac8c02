"""How people sign in: the account's settings (`security`, `multi_factor`), attempts, and one's own second factors."""

from __future__ import annotations

import secrets
import time
from typing import Annotated, Any

from fastapi import APIRouter, Request, Response
from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from qvoice.core.access import otp
from qvoice.features import documents
from qvoice.features.auth import login, passkeys, second_factor
from qvoice.features.auth.permit import Context, permit
from qvoice.features.auth.tokens import DEFAULT_LIFETIME_S, LONGEST_S, SHORTEST_S
from qvoice.features.documents import body
from qvoice.features.documents.openapi import describe_model
from qvoice.features.documents.validate import validated
from qvoice.features.softphones.api import qr
from qvoice.features.tasks.store import json
from qvoice.kit import ids
from qvoice.kit.errors import Forbidden, Invalid, LimitReached, NotFound

router = APIRouter(tags=["security"])
CODES = 10
MOST_FACTORS = 10


class Lenient(BaseModel):
    """Unknown keys are kept."""

    model_config = ConfigDict(extra="allow")


class MultiFactor(Lenient):
    """Whether a second factor is wanted of everybody, here and (if so said) in all accounts below."""

    enabled: bool = False
    include_subaccounts: bool = False


class SignIn(Lenient):
    """Signing in by user and password. `max_token_auth_expiry_s`: how many seconds a session may last at most, here
    and in all accounts below.
    """

    multi_factor: MultiFactor | None = None
    max_token_auth_expiry_s: Annotated[int, Field(ge=SHORTEST_S, le=LONGEST_S)] | None = None


class Modules(Lenient):
    """The dialect's names of ways to sign in."""

    cb_user_auth: SignIn | None = None


class SecuritySettings(Lenient):
    """The account's settings."""

    auth_modules: Modules | None = None


class NewFactor(Lenient):
    """What to set up: `otp` or `passkey`, and how to call it."""

    kind: str = "otp"
    name: Annotated[str, Field(max_length=64)] = ""


class Proof(Lenient):
    """The first code of the authenticator, or the browser's answer with its `state`."""

    code: str | None = None
    state: str | None = None
    credential: dict[str, Any] | None = None


async def _settings(s: AsyncSession, account_id: str) -> dict[str, Any]:
    found = await s.execute(text("select doc from security_settings where account_id = :id"), {"id": account_id})
    return found.scalar() or {}


async def _shown(s: AsyncSession, account_id: str) -> dict[str, Any]:
    """Return the account's own settings (with the life of its tokens, of the account's document) and what holds."""
    own = await _settings(s, account_id)
    account = await documents.load(s, "accounts", account_id)
    life = account.doc.get("token_auth_expiry_s")
    if life:
        own = body.merged(own, {"auth_modules": {"cb_user_auth": {"token_auth_expiry_s": life}}})
    wanted = await second_factor.wanted(s, account_id)
    sign_in = {
        "enabled": True, "token_auth_expiry_s": DEFAULT_LIFETIME_S, "multi_factor": {"enabled": wanted},
        "max_token_auth_expiry_s": await login.session_ceiling(s, account_id) or LONGEST_S,
    }  # fmt: skip
    return {"account": own, "inherited_config": {"auth_modules": {"cb_user_auth": sign_in}}}


@router.get("/accounts/{account_id}/security", operation_id="get_security", summary="How people sign in")
async def security(request: Request, account_id: str, ctx: Context = permit("security", "read")) -> Response:
    """The account's own settings, and what holds with those of the accounts above."""
    async with ctx.tx() as s:
        return ctx.reply(await _shown(s, account_id))


async def _write(ctx: Context, doc: dict[str, Any]) -> Response:
    body.check_tree(doc, max_depth=body.MAX_DEPTH)
    clean = validated(SecuritySettings, body.public_part(doc))
    async with ctx.tx() as s:
        await s.execute(
            text(
                "insert into security_settings (account_id, doc) values (:id, cast(:doc as jsonb))"
                " on conflict (account_id) do update set doc = excluded.doc, changed = now()"
            ),
            {"id": ctx.account_id, "doc": json(clean)},
        )
        return ctx.reply(await _shown(s, ctx.account_id))


@router.post(
    "/accounts/{account_id}/security", **describe_model(body=SecuritySettings, answer={"type": "object"}),
    operation_id="replace_security", summary="Set how people sign in",
)  # fmt: skip
async def replace(request: Request, account_id: str, ctx: Context = permit("security", "update")) -> Response:
    """Replace the account's own settings."""
    return await _write(ctx, ctx.data)


@router.patch(
    "/accounts/{account_id}/security", **describe_model(answer={"type": "object"}),
    operation_id="patch_security", summary="Change how people sign in",
)  # fmt: skip
async def patch(request: Request, account_id: str, ctx: Context = permit("security", "update")) -> Response:
    """Merge into the account's own settings."""
    async with ctx.tx() as s:
        old = await _settings(s, account_id)
    return await _write(ctx, body.merged(old, ctx.data))


@router.delete("/accounts/{account_id}/security", operation_id="delete_security", summary="Back to what is inherited")
async def delete(request: Request, account_id: str, ctx: Context = permit("security", "update")) -> Response:
    """Drop the account's own settings."""
    return await _write(ctx, {})


@router.get("/accounts/{account_id}/multi_factor", operation_id="list_multi_factor", summary="Second factors there are")
async def multi_factor(request: Request, account_id: str, ctx: Context = permit("multi_factor", "read")) -> Response:
    """None to configure: authenticator apps and passkeys are there for everybody (`users/U/second_factors`)."""
    return ctx.reply({"configured": [], "multi_factor_providers": []})


@router.get(
    "/accounts/{account_id}/security/attempts", operation_id="list_login_attempts", summary="Log-ins, newest first"
)
async def attempts(request: Request, account_id: str, ctx: Context = permit("security", "read")) -> Response:
    """The newest 200 log-ins, and wrong second factors."""
    async with ctx.tx() as s:
        rows = await s.execute(
            text("select * from login_attempts where account_id = :id order by at desc, id limit 200"),
            {"id": account_id},
        )
        found = [
            {
                "id": row.id.hex, "user_id": row.user_id and row.user_id.hex, "at": row.at.isoformat(),
                "method": row.method, "outcome": row.outcome, "source": row.source, "user_agent": row.user_agent,
            }
            for row in rows
        ]  # fmt: skip
    return ctx.reply(found, page_size=len(found))


def _mine(ctx: Context, account_id: str, user_id: str) -> None:
    who = ctx.who
    if who.owner_id != user_id or who.account_id != account_id or who.impersonated_by:
        raise Forbidden("second factors are set up by their owner only")


def _shown_factor(row: Any) -> dict[str, Any]:
    return {
        "id": row.id.hex,
        "kind": row.kind,
        "name": row.name,
        "created": row.created.isoformat(),
        "last_used": row.last_used.isoformat() if row.last_used else None,
    }


FACTORS = "/accounts/{account_id}/users/{user_id}/second_factors"


@router.get(FACTORS, operation_id="list_second_factors", summary="A user's second factors")
async def factors(
    request: Request, account_id: str, user_id: str, ctx: Context = permit("second_factors", "read", own=True)
) -> Response:
    """The confirmed ones, and how many recovery codes are left."""
    ctx.check(document_id=user_id, owner_id=user_id)
    async with ctx.tx() as s:
        await documents.load(s, "users", user_id)
        found = await second_factor.factors(s, user_id)
        left = await s.execute(
            text("select count(*) from recovery_codes where user_id = :user and used is null"), {"user": user_id}
        )
        answer = {"factors": [_shown_factor(row) for row in found], "recovery_codes_left": left.scalar_one()}
    return ctx.reply(answer)


@router.put(
    FACTORS, **describe_model(body=NewFactor, answer={"type": "object"}, status=201),
    operation_id="create_second_factor", summary="Begin to set up a second factor",
)  # fmt: skip
async def create(
    request: Request, account_id: str, user_id: str, ctx: Context = permit("second_factors", "create", own=True)
) -> Response:
    """`otp`: the secret, its address and QR code. `passkey`: what `navigator.credentials.create` takes. It counts only
    once it is proved (`POST`).
    """
    _mine(ctx, account_id, user_id)
    wanted = NewFactor.model_validate(validated(NewFactor, ctx.data))
    if wanted.kind not in ("otp", "passkey"):
        raise Invalid.field("kind", "enum", "kind must be otp or passkey", target=["otp", "passkey"])
    factor_id = ids.new_id()
    async with ctx.tx() as s:
        user = await documents.load(s, "users", user_id, lock=True)
        await s.execute(text("delete from second_factors where user_id = :user and not confirmed"), {"user": user_id})
        known = await second_factor.factors(s, user_id)
        if len(known) >= MOST_FACTORS:
            raise LimitReached("there are ten second factors already: remove one first")
        name = user.doc.get("username") or user.doc.get("email") or user.doc["first_name"]
        if wanted.kind == "passkey":
            rows = [row for row in known if row.kind == "passkey"]
            made: dict[str, Any] = passkeys.registration(request, ctx.key, user_id, name, rows)
            secret = b""
        else:
            secret = secrets.token_bytes(20)
            account = ctx.account
            issuer = f"QVOICE {account.name}" if account else "QVOICE"
            link = otp.address(secret, issuer=issuer, name=name)
            made = {"secret": otp.to_base32(secret), "address": link, "qr": qr(link)}
        await s.execute(
            text(
                "insert into second_factors (id, account_id, user_id, kind, name, secret)"
                " values (:id, :account, :user, :kind, :name, :secret)"
            ),
            {
                "id": factor_id, "account": account_id, "user": user_id, "kind": wanted.kind,
                "name": wanted.name, "secret": ctx.key.seal(secret, context=factor_id),
            },
        )  # fmt: skip
    return ctx.reply({"id": factor_id, "kind": wanted.kind, **made}, status=201)


@router.post(
    FACTORS + "/{factor_id}", **describe_model(body=Proof, answer={"type": "object"}),
    operation_id="confirm_second_factor", summary="Prove a second factor: from now on it is asked for",
)  # fmt: skip
async def confirm(
    request: Request, account_id: str, user_id: str, factor_id: str,
    ctx: Context = permit("second_factors", "update", own=True),
) -> Response:  # fmt: skip
    """Confirm; the first one brings ten recovery codes, shown this once, and a token without restrictions."""
    _mine(ctx, account_id, user_id)
    async with ctx.tx() as s:
        row = None
        if ids.is_id(factor_id):
            row = (
                await s.execute(
                    text("select * from second_factors where id = :id and user_id = :user for update"),
                    {"id": factor_id, "user": user_id},
                )
            ).one_or_none()
        if row is None or row.confirmed:
            raise NotFound("there is no such second factor to confirm")
        step, secret = 0, bytes(row.secret)
        if row.kind == "otp":
            step = (
                otp.step_of(
                    ctx.key.unseal(secret, context=factor_id), str(ctx.data.get("code", "")), time.time(), after=0
                )
                or 0
            )
            if not step:
                raise Invalid.field("code", "invalid", "the code is wrong: is your phone's clock right?")
        else:
            made = await passkeys.registered(s, request, ctx.key, user_id, ctx.data)
            secret = ctx.key.seal(made, context=factor_id)
        await s.execute(
            text("update second_factors set confirmed = true, last_step = :step, secret = :secret where id = :id"),
            {"id": factor_id, "step": step, "secret": secret},
        )
        first = len(await second_factor.factors(s, user_id)) == 1
        codes = await _new_codes(s, ctx, user_id) if first else None
        fresh = await login.renewed(s, request, ctx.who)
    request.state.auth_token = fresh
    return ctx.reply({"id": factor_id, "kind": row.kind, "recovery_codes": codes}, auth_token=fresh)


@router.delete(FACTORS + "/{factor_id}", operation_id="delete_second_factor", summary="Remove a second factor")
async def remove(
    request: Request, account_id: str, user_id: str, factor_id: str,
    ctx: Context = permit("second_factors", "delete", own=True),
) -> Response:  # fmt: skip
    """Remove one. An administrator may do that for somebody who lost the phone; the audit log keeps it."""
    ctx.check(document_id=user_id, owner_id=user_id)
    async with ctx.tx() as s:
        gone = None
        if ids.is_id(factor_id):
            gone = (
                await s.execute(
                    text("delete from second_factors where id = :id and user_id = cast(:user as uuid) returning *"),
                    {"id": factor_id, "user": user_id if ids.is_id(user_id) else None},
                )
            ).one_or_none()
        if gone is None:
            raise NotFound("there is no such second factor")
        if not await second_factor.factors(s, user_id):
            await s.execute(text("delete from recovery_codes where user_id = :user"), {"user": user_id})
    return ctx.reply(_shown_factor(gone))


@router.put(
    "/accounts/{account_id}/users/{user_id}/recovery_codes",
    operation_id="create_recovery_codes", summary="Make new recovery codes; the old ones end", status_code=201,
)  # fmt: skip
async def recovery_codes(
    request: Request, account_id: str, user_id: str, ctx: Context = permit("second_factors", "create", own=True)
) -> Response:
    """Ten codes, shown this once."""
    _mine(ctx, account_id, user_id)
    async with ctx.tx() as s:
        if not await second_factor.factors(s, user_id):
            raise Invalid.field("data", "required", "set up a second factor first")
        return ctx.reply({"recovery_codes": await _new_codes(s, ctx, user_id)}, status=201)


async def _new_codes(s: AsyncSession, ctx: Context, user_id: str) -> list[str]:
    await s.execute(text("delete from recovery_codes where user_id = :user"), {"user": user_id})
    codes = [f"{ids.new_password(5)}-{ids.new_password(5)}-{ids.new_password(5)}" for _ in range(CODES)]
    await s.execute(
        text("insert into recovery_codes (user_id, account_id, code_hash) values (:user, :account, :hash)"),
        [
            {"user": user_id, "account": ctx.account_id, "hash": second_factor.recovery_hash(ctx.key, user_id, code)}
            for code in codes
        ],
    )
    return codes
