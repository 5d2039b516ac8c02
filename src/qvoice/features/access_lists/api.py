"""`/accounts/{A}/access_lists`: from which addresses the account's people and API keys may come (kazoo.md 2.4).

It binds those who log in to the account, not those above who enter it: a wrong list can be mended by the account above.
Phones have lists of their own (`phones`): an office whose phones are bound to its network has people at home.
"""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Request, Response

from qvoice.db.notices import notify_document
from qvoice.features.access_lists import phones, store
from qvoice.features.access_lists.schemas import AccessList
from qvoice.features.auth.directory import address_list
from qvoice.features.auth.permit import Context, permit
from qvoice.features.documents import body
from qvoice.features.documents.openapi import describe_model
from qvoice.features.documents.validate import validated
from qvoice.kit.errors import Invalid

router = APIRouter(tags=["access_lists"])
PLACE = "/accounts/{account_id}/access_lists"


async def _tell(ctx: Context, s: Any) -> None:
    await notify_document(s, account_id=ctx.account_id, type="tokens", id=ctx.account_id, action="edited", revision=0)
    s.info["touched"].add("tokens")


@router.get(PLACE, operation_id="get_access_list", summary="From where people may log in")
async def read(request: Request, account_id: str, ctx: Context = permit("access_lists", "read")) -> Response:
    """The list; an empty one lets everybody in."""
    async with ctx.tx() as s:
        return ctx.reply(await store.stored(s, account_id, "logins"))


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
        await store.keep(s, account_id, "logins", doc)
        await _tell(ctx, s)
    return ctx.reply(doc)


@router.delete(PLACE, operation_id="delete_access_list", summary="Let people log in from everywhere")
async def delete(request: Request, account_id: str, ctx: Context = permit("access_lists", "update")) -> Response:
    """Drop the list."""
    async with ctx.tx() as s:
        old = await store.stored(s, account_id, "logins")
        await store.drop(s, account_id, "logins")
        await _tell(ctx, s)
    return ctx.reply(old)


router.include_router(phones.router)
