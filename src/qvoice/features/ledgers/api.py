"""`/accounts/{A}/ledgers`: read only. Clients show an error on every account they open when the balance has no URL.

Until calls and services are charged no entry can come into being, so the sums below are those of an empty ledger. There
is no way to write: `credit` and `debit` answer 405.
"""

from __future__ import annotations

from fastapi import APIRouter, Request, Response

from qvoice.features.auth.permit import Context, permit

router = APIRouter(tags=["ledgers"])


@router.get("/accounts/{account_id}/ledgers", operation_id="list_ledgers", summary="Sums by source of charge")
async def by_source(request: Request, account_id: str, ctx: Context = permit("ledgers", "read")) -> Response:
    """Return `{source: {amount, usage}}`: no source charges yet."""
    return ctx.reply({})


@router.get("/accounts/{account_id}/ledgers/total", operation_id="get_balance", summary="The balance")
async def total(request: Request, account_id: str, ctx: Context = permit("ledgers", "read")) -> Response:
    """Return the sum of all entries, in the account's currency."""
    return ctx.reply({"amount": 0.0})


@router.get("/accounts/{account_id}/ledgers/available", operation_id="get_available", summary="What may still be spent")
async def available(request: Request, account_id: str, ctx: Context = permit("ledgers", "read")) -> Response:
    """Return the balance and what may be spent beyond it: nothing."""
    return ctx.reply({"amount": 0.0})


@router.get("/accounts/{account_id}/ledgers/{source}", operation_id="list_ledger", summary="Entries of one source")
async def entries(request: Request, account_id: str, source: str, ctx: Context = permit("ledgers", "read")) -> Response:
    """Return the entries of a source of charges: there are none, whatever it is called."""
    return ctx.reply([], page_size=0)
