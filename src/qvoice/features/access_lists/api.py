"""`/accounts/{A}/access_lists`: from which addresses the account's people and API keys may come (kazoo.md 2.4).

It binds those who log in to the account, not those above who enter it: a wrong list can be mended by the account above.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

from fastapi import APIRouter, Request, Response
from pydantic import AfterValidator, BaseModel, ConfigDict, Field
from sqlalchemy import text

from qvoice.core.access import addresses
from qvoice.db.notices import notify_document
from qvoice.features.auth.directory import address_list
from qvoice.features.auth.permit import Context, permit
from qvoice.features.documents import body
from qvoice.features.documents.openapi import describe_model
from qvoice.features.documents.validate import validated
from qvoice.features.tasks.store import json
from qvoice.kit import ids
from qvoice.kit.errors import Invalid

router = APIRouter(tags=["access_lists"])
_DROP = text("delete from access_lists where account_id = :id and device_id is null")
PLACE = "/accounts/{account_id}/access_lists"


def _cidr(value: str) -> str:
    return str(addresses.network(value))


class AccessList(BaseModel):
    """`allow,deny`: only these; `deny,allow`: all but these. Without addresses everybody may come."""

    model_config = ConfigDict(extra="allow")
    order: Literal["allow,deny", "deny,allow"] = "allow,deny"
    cidrs: Annotated[list[Annotated[str, AfterValidator(_cidr)]], Field(max_length=500)] = Field(default_factory=list)
    user_agent: Annotated[str, Field(max_length=256)] | None = None


async def _stored(s: Any, account_id: str) -> dict[str, Any]:
    found = await s.execute(
        text("select doc from access_lists where account_id = :id and device_id is null"), {"id": account_id}
    )
    return found.scalar() or {"order": "allow,deny", "cidrs": []}


async def _tell(ctx: Context, s: Any) -> None:
    await notify_document(s, account_id=ctx.account_id, type="tokens", id=ctx.account_id, action="edited", revision=0)
    s.info["touched"].add("tokens")


@router.get(PLACE, operation_id="get_access_list", summary="From where people may log in")
async def read(request: Request, account_id: str, ctx: Context = permit("access_lists", "read")) -> Response:
    """The list; an empty one lets everybody in."""
    async with ctx.tx() as s:
        return ctx.reply(await _stored(s, account_id))


@router.post(
    PLACE, **describe_model(body=AccessList, answer=AccessList), operation_id="set_access_list",
    summary="Set from where people may log in",
)  # fmt: skip
async def write(request: Request, account_id: str, ctx: Context = permit("access_lists", "update")) -> Response:
    """Set the list; one that would lock out the address that sets it is refused."""
    doc = validated(AccessList, body.public_part(ctx.data))
    source = request.client.host if request.client else ""
    if ctx.who.account_id == account_id and not address_list(doc).permits(source):
        raise Invalid.field("cidrs", "locked_out", f"this would lock you out: your address is {source}")
    async with ctx.tx() as s:
        await s.execute(
            text("delete from access_lists where account_id = :id and device_id is null"), {"id": account_id}
        )
        await s.execute(
            text("insert into access_lists (id, account_id, doc) values (:new, :id, cast(:doc as jsonb))"),
            {"new": ids.new_id(), "id": account_id, "doc": json(doc)},
        )
        await _tell(ctx, s)
    return ctx.reply(doc)


@router.delete(PLACE, operation_id="delete_access_list", summary="Let people log in from everywhere")
async def delete(request: Request, account_id: str, ctx: Context = permit("access_lists", "update")) -> Response:
    """Drop the list."""
    async with ctx.tx() as s:
        old = await _stored(s, account_id)
        await s.execute(
            text("delete from access_lists where account_id = :id and device_id is null"), {"id": account_id}
        )
        await _tell(ctx, s)
    return ctx.reply(old)
