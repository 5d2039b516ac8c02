"""`/accounts/{A}/ratedecks`: the decks that A sells by; `/accounts/{A}/ratedeck`: the one that A pays by."""

from __future__ import annotations

from fastapi import APIRouter, Request, Response
from sqlalchemy import text

from qvoice.features.auth.permit import Context, permit
from qvoice.features.documents import load
from qvoice.features.documents.openapi import describe_model
from qvoice.features.documents.routes import crossbar
from qvoice.features.documents.validate import validated
from qvoice.features.ratedecks.bind import bind, decks_above, shown
from qvoice.features.ratedecks.resource import RESOURCE
from qvoice.features.ratedecks.schemas import Binding
from qvoice.kit.errors import Invalid

router = APIRouter(tags=["ratedecks"])


@router.get(
    "/accounts/{account_id}/ratedeck", **describe_model(answer=Binding), operation_id="get_ratedeck_in_force",
    summary="Which deck this account pays by",
)  # fmt: skip
async def which(request: Request, account_id: str, ctx: Context = permit("ratedeck", "read")) -> Response:
    """Return the deck; those above see in `available` which it could be given."""
    async with ctx.tx() as s:
        answer = await shown(s)
        if ctx.who.account_id != ctx.account_id:
            answer["available"] = [
                {"id": deck.id, "name": deck.name, "is_default": deck.is_default, "rates": deck.size}
                for deck in await decks_above(s)
            ]
    return ctx.reply(answer)


@router.post(
    "/accounts/{account_id}/ratedeck", **describe_model(body=Binding, answer=Binding), operation_id="set_ratedeck",
    summary="Give this account a deck of the account above",
)  # fmt: skip
async def give(request: Request, account_id: str, ctx: Context = permit("ratedeck", "update")) -> Response:
    """Bind a deck; calls are priced by it at once."""
    wanted = validated(Binding, ctx.data)
    if "ratedeck_id" not in ctx.data:
        # A word misspelt must not take an account's prices away.
        raise Invalid.field("ratedeck_id", "required", "give the id of a rate deck, or null for the provider's own")
    async with ctx.tx() as s:
        await bind(s, wanted.get("ratedeck_id") or None)
        answer = await shown(s)
    return ctx.reply(answer)


@router.get(
    "/accounts/{account_id}/ratedecks/{document_id}/accounts",
    **describe_model(answer={"type": "array", "items": {"type": "object"}}), operation_id="list_ratedeck_accounts",
    summary="Which accounts were given this deck",
)  # fmt: skip
async def payers(
    request: Request, account_id: str, document_id: str, ctx: Context = permit("ratedecks", "read")
) -> Response:
    """Return the accounts directly below that pay by the deck (not those that have it as the default)."""
    async with ctx.tx() as s:
        deck = await load(s, "ratedecks", document_id)
        rows = await s.execute(text("select * from ratedeck_payers(cast(:id as uuid))"), {"id": deck.id})
        found = [{"id": row.account_id.hex, "name": row.name, "source": row.source} for row in rows]
    return ctx.reply(found, page_size=len(found))


router.include_router(crossbar(RESOURCE))
