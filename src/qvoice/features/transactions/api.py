"""`/accounts/{A}/transactions`: payments, cards, funds by hand. (`services/topup` is with the other services.)"""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Request, Response
from pydantic import Field
from sqlalchemy import text as sql

from qvoice.features.accounts.schemas import Lenient
from qvoice.features.auth.permit import Context, permit
from qvoice.features.documents import envelope, listing
from qvoice.features.documents.openapi import describe_model
from qvoice.features.documents.validate import validated
from qvoice.features.ledgers.adjust import amount_of
from qvoice.features.transactions import pay, provider
from qvoice.kit import ids
from qvoice.kit.errors import Invalid

router = APIRouter(tags=["transactions"])
BASE = "/accounts/{account_id}/transactions"


class Payment(Lenient):
    """An amount to pay or give back. `key`: yours; sent twice with the same key it is done once."""

    amount: float | str
    description: Annotated[str, Field(max_length=500)] = ""
    key: Annotated[str, Field(max_length=128)] | None = None


class Refund(Payment):
    """`sale`: the id of the payment that is given back, wholly or in part. Without `amount`: what is left of it."""

    amount: float | str | None = None  # type: ignore[assignment]
    sale: Annotated[str, Field(min_length=32, max_length=32)]


class Card(Lenient):
    """A payment method: the `token` that the operator's provider gave for it, never a card's number. Absent: a
    simulated card.
    """

    token: Annotated[str, Field(min_length=4, max_length=200, pattern=r"^[A-Za-z0-9_.-]+$")] | None = None
    label: Annotated[str, Field(max_length=64)] = ""


async def _pay(ctx: Context, kind: str, *, by_hand: bool) -> Response:
    clean = validated(Payment, ctx.data)
    amount = amount_of(ctx.data)
    async with ctx.tx() as s:
        name = "manual" if by_hand else (await pay.method(s, ctx.request.app.state.settings)).provider
        begun = await pay.begin(
            s, key=f"{kind}:{clean.get('key') or ids.new_id()}", kind=kind, amount=amount, provider=name,
            description=clean.get("description") or "",
        )  # fmt: skip
        if by_hand:
            await pay.book(s, begun.id, approved=True)
        answer = pay.shown(await pay.load(s, begun.id))
    if not by_hand:
        answer = await pay.complete(ctx.db, ctx.request.app.state.settings, ctx.scope, begun.id)
    if answer["status"] == "declined":
        raise Invalid.field("amount", "declined", answer["reason"] or "the payment was declined", cause=answer["id"])
    return ctx.reply(answer, status=201)


@router.get(BASE, operation_id="list_transactions", summary="Payments")
async def list_(request: Request, account_id: str, ctx: Context = permit("transactions", "read")) -> Response:
    """Return payments, newest first, in pages."""
    paging = listing.read_paging(ctx.query)
    async with ctx.tx() as s:
        rows = (
            await s.execute(
                sql(
                    f"{pay.SELECT} where cast(:after as text) is null"
                    " or (t.created, t.id) <= (cast(:after as timestamptz), cast(:id as uuid))"
                    " order by created desc, id desc limit :most"
                ),
                {"after": paging.after and paging.after[0], "id": paging.after and paging.after[1],
                 "most": (paging.size or 10_000) + 1},
            )
        ).all()  # fmt: skip
    size = paging.size or 10_000
    found = [pay.shown(row) for row in rows[:size]]
    if envelope.wants_csv(request):
        return envelope.as_csv(found, name="transactions")
    extra: dict[str, Any] = {"page_size": len(found)}
    if len(rows) > size:
        extra["next_start_key"] = listing.key_text(rows[size].created.isoformat(), rows[size].id.hex)
    return ctx.reply(found, **extra)


@router.get(f"{BASE}/method", operation_id="get_payment_method", summary="The account's card")
async def get_method(request: Request, account_id: str, ctx: Context = permit("transactions", "read")) -> Response:
    """Return the provider and label of the card; never its token."""
    async with ctx.tx() as s:
        row = (await s.execute(sql("select provider, label from payment_methods"))).first()
    return ctx.reply({"provider": row.provider, "label": row.label} if row else {})


@router.post(
    f"{BASE}/method", **describe_model(body=Card, answer=Card), operation_id="set_payment_method",
    summary="Set the account's card",
)  # fmt: skip
async def set_method(request: Request, account_id: str, ctx: Context = permit("transactions", "update")) -> Response:
    """Keep the provider's token for later payments."""
    clean = validated(Card, ctx.data)
    name = provider.name_of(ctx.request.app.state.settings)
    async with ctx.tx() as s:
        await s.execute(
            sql(
                "insert into payment_methods (account_id, provider, token, label)"
                " values (cast(:account as uuid), :provider, :token, :label) on conflict (account_id) do update"
                " set provider = excluded.provider, token = excluded.token, label = excluded.label, modified = now()"
            ),
            {"account": account_id, "provider": name, "label": clean.get("label") or "card",
             "token": clean.get("token") or provider.new_token()},
        )  # fmt: skip
    return ctx.reply({"provider": name, "label": clean.get("label") or "card"})


@router.put(
    f"{BASE}/sale", **describe_model(body=Payment, answer=Payment, status=201), operation_id="pay", summary="Pay",
)  # fmt: skip
async def sale(request: Request, account_id: str, ctx: Context = permit("transactions", "create")) -> Response:
    """Charge the account's card and add to its balance."""
    return await _pay(ctx, "sale", by_hand=False)


@router.put(
    f"{BASE}/refund", **describe_model(body=Refund, answer=Payment, status=201), operation_id="refund",
    summary="Give a payment back (from above)",
)  # fmt: skip
async def refund(request: Request, account_id: str, ctx: Context = permit("ledgers", "debit")) -> Response:
    """Give a payment back to the card and take it from the balance; never more in all than was paid."""
    clean = validated(Refund, ctx.data)
    amount = amount_of(ctx.data) if clean.get("amount") is not None else None
    async with ctx.tx() as s:
        begun = await pay.begin_refund(
            s, key=f"refund:{clean.get('key') or ids.new_id()}", sale_id=clean["sale"], amount=amount,
            provider=(await pay.method(s, ctx.request.app.state.settings)).provider,
            description=clean.get("description") or "",
        )  # fmt: skip
    answer = await pay.complete(ctx.db, ctx.request.app.state.settings, ctx.scope, begun.id)
    if answer["status"] == "declined":
        raise Invalid.field("amount", "declined", answer["reason"] or "the refund was declined", cause=answer["id"])
    return ctx.reply(answer, status=201)


@router.put(
    f"{BASE}/credit", **describe_model(body=Payment, answer=Payment, status=201), operation_id="add_funds",
    summary="Add funds that came in otherwise (from above)",
)  # fmt: skip
async def credit(request: Request, account_id: str, ctx: Context = permit("ledgers", "credit")) -> Response:
    """Book a payment that the provider did not see: a cheque, a bank transfer."""
    return await _pay(ctx, "credit", by_hand=True)


@router.put(
    f"{BASE}/debit", **describe_model(body=Payment, answer=Payment, status=201), operation_id="remove_funds",
    summary="Remove funds that were paid out (from above)",
)  # fmt: skip
async def debit(request: Request, account_id: str, ctx: Context = permit("ledgers", "debit")) -> Response:
    """Book money that was paid out otherwise."""
    return await _pay(ctx, "debit", by_hand=True)


@router.get(f"{BASE}/{{transaction_id}}", operation_id="get_transaction", summary="One payment")
async def one(
    request: Request, account_id: str, transaction_id: str, ctx: Context = permit("transactions", "read")
) -> Response:
    """Return a payment."""
    async with ctx.tx() as s:
        return ctx.reply(pay.shown(await pay.load(s, transaction_id)))
