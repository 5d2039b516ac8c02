"""`/accounts/{A}/api_keys`: make, list, change, end. The key itself is shown once; only its hash is stored."""

from __future__ import annotations

import re
import secrets
from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Request, Response
from pydantic import AfterValidator, BaseModel, ConfigDict, Field
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from qvoice.core.access import addresses
from qvoice.db.notices import notify_document
from qvoice.features.auth.permit import Context, permit
from qvoice.features.auth.tokens import KEY_PREFIX, api_key_hash
from qvoice.features.documents.openapi import describe_model
from qvoice.features.documents.validate import validated
from qvoice.kit import ids
from qvoice.kit.clock import utcnow
from qvoice.kit.errors import Forbidden, Invalid, LimitReached, NotFound

router = APIRouter(tags=["api_keys"])
MOST = 100
_SCOPE = re.compile(r"(\*|[a-z_]{1,40}):(\*|[a-z_]{1,40})")


def _scope(value: str) -> str:
    if _SCOPE.fullmatch(value) is None:
        raise ValueError(f"{value[:60]!r} is no scope: use resource:action, such as users:read, cdrs:* or *:read")
    return value


def _cidr(value: str) -> str:
    return str(addresses.network(value))


def _expires(value: str | None) -> str | None:
    if value is None:
        return None
    try:
        at = datetime.fromisoformat(value)
    except ValueError:
        raise ValueError("expires must be a time such as 2027-01-31T00:00:00Z") from None
    if at.tzinfo is None:
        raise ValueError("say the time zone of expires: 2027-01-31T00:00:00Z")
    return at.isoformat()


class NewApiKey(BaseModel):
    """What the key is for. `scopes`: `resource:action` as the routes declare them, `*` for any."""

    model_config = ConfigDict(extra="allow")
    name: Annotated[str, Field(min_length=1, max_length=64)]
    scopes: Annotated[list[Annotated[str, AfterValidator(_scope)]], Field(min_length=1, max_length=100)]
    cidrs: Annotated[list[Annotated[str, AfterValidator(_cidr)]], Field(max_length=100)] = Field(default_factory=list)
    expires: Annotated[str | None, AfterValidator(_expires)] = None
    enabled: bool = True


def _shown(row: Any) -> dict[str, Any]:
    return {
        "id": row.id.hex,
        "name": row.name,
        "hint": row.hint,
        "scopes": list(row.scopes),
        "cidrs": list(row.cidrs),
        "enabled": row.enabled,
        "expires": row.expires.isoformat() if row.expires else None,
        "expired": bool(row.expires and row.expires <= utcnow()),
        "created": row.created.isoformat(),
        "last_used": row.last_used.isoformat() if row.last_used else None,
    }


def _no_key(ctx: Context) -> None:
    """A key makes and changes no keys: one that leaks must not outlive itself."""
    if ctx.who.api_key_id:
        raise Forbidden("an API key cannot manage API keys: log in as an administrator")


async def _tell(ctx: Context, s: AsyncSession, key_id: str) -> None:
    await notify_document(s, account_id=ctx.account_id, type="tokens", id=key_id, action="edited", revision=0)
    s.info["touched"].add("tokens")


def _values(data: dict[str, Any]) -> dict[str, Any]:
    clean = NewApiKey.model_validate(validated(NewApiKey, data))
    expires = datetime.fromisoformat(clean.expires) if clean.expires else None
    if expires is not None and expires <= utcnow():
        raise Invalid.field("expires", "past", "expires lies in the past: choose a later time")
    return {"name": clean.name, "scopes": sorted(set(clean.scopes)), "cidrs": clean.cidrs, "expires": expires,
            "enabled": clean.enabled}  # fmt: skip


@router.get("/accounts/{account_id}/api_keys", operation_id="list_api_keys", summary="The account's API keys")
async def list_(request: Request, account_id: str, ctx: Context = permit("api_keys", "read")) -> Response:
    """Without the keys themselves."""
    async with ctx.tx() as s:
        rows = await s.execute(text("select * from api_keys where deleted is null order by created, id"))
        found = [_shown(row) for row in rows]
    return ctx.reply(found, page_size=len(found))


@router.put(
    "/accounts/{account_id}/api_keys", **describe_model(body=NewApiKey, answer={"type": "object"}, status=201),
    operation_id="create_api_key", summary="Make an API key",
)  # fmt: skip
async def create(request: Request, account_id: str, ctx: Context = permit("api_keys", "manage")) -> Response:
    """Make a key; `api_key` of the answer is shown this once."""
    _no_key(ctx)
    values = _values(ctx.data)
    key, key_id = KEY_PREFIX + secrets.token_hex(24), ids.new_id()
    async with ctx.tx() as s:
        count = await s.execute(text("select count(*) from api_keys where deleted is null"))
        if count.scalar_one() >= MOST:
            raise LimitReached(f"there are {MOST} API keys: end one that is not used any more")
        row = await s.execute(
            text(
                "insert into api_keys (id, account_id, name, key_hash, hint, scopes, cidrs, enabled, expires,"
                " created_by) values (:id, :account, :name, :hash, :hint, :scopes, :cidrs, :enabled, :expires, :by)"
                " returning *"
            ),
            {**values, "id": key_id, "account": account_id, "hash": api_key_hash(key), "hint": f"…{key[-4:]}",
             "by": ctx.who.owner_id},
        )  # fmt: skip
        shown = _shown(row.one())
    return ctx.reply({**shown, "api_key": key}, status=201)


async def _changed(ctx: Context, key_id: str, statement: str, values: dict[str, Any]) -> Response:
    _no_key(ctx)
    async with ctx.tx() as s:
        row = None
        if ids.is_id(key_id):
            row = (await s.execute(text(statement), {**values, "id": key_id})).one_or_none()
        if row is None:
            raise NotFound("there is no such API key in this account")
        await _tell(ctx, s, key_id)
    return ctx.reply(_shown(row))


@router.post(
    "/accounts/{account_id}/api_keys/{key_id}", **describe_model(body=NewApiKey, answer={"type": "object"}),
    operation_id="replace_api_key", summary="Change what a key is for",
)  # fmt: skip
async def change(
    request: Request, account_id: str, key_id: str, ctx: Context = permit("api_keys", "manage")
) -> Response:
    """Change name, scopes, addresses, end; it holds from the next request on."""
    statement = (
        "update api_keys set name = :name, scopes = :scopes, cidrs = :cidrs, enabled = :enabled, expires = :expires"
        " where id = :id and deleted is null returning *"
    )
    return await _changed(ctx, key_id, statement, _values(ctx.data))


@router.delete("/accounts/{account_id}/api_keys/{key_id}", operation_id="delete_api_key", summary="End an API key")
async def delete(
    request: Request, account_id: str, key_id: str, ctx: Context = permit("api_keys", "manage")
) -> Response:
    """End it: the key and every token made with it."""
    return await _changed(
        ctx, key_id, "update api_keys set deleted = now() where id = :id and deleted is null returning *", {}
    )
