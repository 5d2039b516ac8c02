"""Taking a payment: written down, asked of the provider, booked. Broken off anywhere, it is finished and never twice.

`begin` and the job that finishes it commit together; the provider knows the payment by its id; the ledger by its key.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from typing import Any

from sqlalchemy import text as sql
from sqlalchemy.ext.asyncio import AsyncSession

from qvoice.db import Database, Scope
from qvoice.db.queue import GiveUp, defer
from qvoice.features.ledgers.post import PAYMENTS, post, transfer
from qvoice.features.transactions.provider import name_of, provider_of
from qvoice.features.transactions.tell import tell_top_up
from qvoice.kit import ids, money
from qvoice.kit.clock import utcnow
from qvoice.kit.errors import Conflict, Invalid
from qvoice.kit.settings import Settings

FINISH = "transactions.finish"
KIND = "payments"
REFUNDABLE = frozenset({"sale", "topup"})
SELECT = (
    "select t.*, (select coalesce(sum(r.amount), 0) from transactions r where r.sale_id = t.id"
    " and r.status <> 'declined') as refunded from transactions t"
)
"""Payments, each with what was refunded of it."""
GRACE = timedelta(seconds=60)
"""How long whoever began a payment has to finish it before the worker does."""


class AlreadyPaid(Conflict):
    """This payment has been made already."""

    code = "already_paid"


@dataclass(frozen=True, slots=True)
class Begun:
    """A payment that is written down; `fresh`: now, else somebody had done so before."""

    id: str
    status: str
    fresh: bool


def provider_above(scope: Scope) -> str:
    """Return the account above; raises Invalid for the master, which nobody has a balance with."""
    steps = scope.path.split(".")
    if len(steps) < 2:
        raise Invalid.field("account", "invalid", "the master account has no account above it to have a balance with")
    return steps[-2]


async def method(s: AsyncSession, settings: Settings) -> Any:
    """Return the account's payment method (provider, token, label); raises Invalid when it has none, NoCardPayments
    when it is of no use here.
    """
    wanted = name_of(settings)
    row = (await s.execute(sql("select provider, token, label from payment_methods"))).first()
    if row is None or row.provider != wanted:
        raise Invalid.field(
            "payment_method", "required", "the account has no card: add one first", code="no_payment_token"
        )
    return row


async def begin(
    s: AsyncSession,
    *,
    key: str,
    kind: str,
    amount: Decimal,
    provider: str,
    description: str = "",
    reason: str = "",
    sale_id: str | None = None,
) -> Begun:
    """Write a payment down in this transaction; the same `key` again returns the first."""
    scope: Scope = s.info["scope"]
    provider_above(scope)
    id = ids.new_id()
    row = (
        await s.execute(
            sql(
                "insert into transactions (id, account_id, key, kind, amount, currency, status, provider, description,"
                " reason, actor_id, actor_account_id, sale_id) values (cast(:id as uuid), cast(:account as uuid), :key,"
                " :kind, :amount, ledger_currency(), 'pending', :provider, :description, :reason, cast(:actor as uuid),"
                " cast(:actor_account as uuid), cast(:sale as uuid))"
                " on conflict (account_id, key) do nothing returning id"
            ),
            {"id": id, "account": scope.account_id, "key": key, "kind": kind, "amount": amount, "provider": provider,
             "description": description[:500], "reason": reason[:200], "actor": scope.actor_id,
             "actor_account": scope.actor_account_id, "sale": sale_id},
        )
    ).first()  # fmt: skip
    if row is None:
        old = (await s.execute(sql("select id, status from transactions where key = :key"), {"key": key})).one()
        return Begun(old.id.hex, old.status, fresh=False)
    if provider != "manual":
        await defer(s, FINISH, at=utcnow() + GRACE, account_id=scope.account_id, path=scope.path, transaction_id=id)
    return Begun(id, "pending", fresh=True)


async def begin_refund(
    s: AsyncSession, *, key: str, sale_id: str, amount: Decimal | None, provider: str, description: str = ""
) -> Begun:
    """Write down that a sale is given back (`amount` None: what is left of it); the same `key` again returns the first.

    **Invariant**: the refunds of a sale, pending ones included and declined ones not, are together never more than the
    sale (the sale's row is the lock; a trigger of the database says so too). Raises Invalid, NotFound.
    """
    sale = await load(s, sale_id, lock=True)
    old = (await s.execute(sql("select id, status from transactions where key = :key"), {"key": key})).first()
    if old is not None:
        return Begun(old.id.hex, old.status, fresh=False)
    if sale.kind not in REFUNDABLE or sale.status != "approved":
        raise Invalid.field("sale", "invalid", "only a payment that was approved (a sale or a top-up) can be refunded")
    if sale.provider != provider:
        raise Invalid.field("sale", "invalid", f"the payment went through {sale.provider}: give it back there")
    left = sale.amount - await _refunded(s, sale_id)
    wanted = left if amount is None else amount
    if not 0 < wanted <= left:
        shown_left = money.words(left, sale.currency)
        raise Invalid.field("amount", "maximum", f"of this payment {shown_left} are left to refund", target=str(left))
    begun = await begin(s, key=key, kind="refund", amount=wanted, provider=provider, description=description,
                        sale_id=sale_id)  # fmt: skip
    return begun


async def _refunded(s: AsyncSession, sale_id: str) -> Decimal:
    return (
        await s.execute(
            sql(
                "select coalesce(sum(amount), 0) from transactions"
                " where sale_id = cast(:sale as uuid) and status <> 'declined'"
            ),
            {"sale": sale_id},
        )
    ).scalar_one()


async def complete(db: Database, settings: Settings, scope: Scope, transaction_id: str) -> dict[str, Any]:
    """Ask the provider and book what it says; returns the payment. One that is finished stays as it is."""
    async with db.tx(scope) as s:
        row = await load(s, transaction_id)
        card = await method(s, settings) if row.status == "pending" else None
    if card is not None:
        provider = provider_of(db, settings, row.provider)
        ask = provider.refund if row.kind == "refund" else provider.charge
        outcome = await ask(key=row.id.hex, token=card.token, amount=row.amount, currency=row.currency)
        async with db.tx(scope) as s:
            await book(s, transaction_id, approved=outcome.approved, reference=outcome.reference, reason=outcome.reason)
    async with db.tx(scope) as s:
        return shown(await load(s, transaction_id))


async def book(s: AsyncSession, transaction_id: str, *, approved: bool, reference: str = "", reason: str = "") -> None:
    """Write the outcome of a payment, and what was paid into the ledger; a second time changes nothing."""
    row = await load(s, transaction_id, lock=True)
    if row.status != "pending":
        return
    entry = None
    if approved:
        scope: Scope = s.info["scope"]
        sign = -1 if row.kind in ("refund", "debit") else 1
        entry = await post(
            s, key=f"payment:{transaction_id}", kind=KIND, at=utcnow(),
            lines=transfer(scope.account_id, provider_above(scope), -sign * row.amount, book=PAYMENTS),
            ref={"source_id": transaction_id, "transaction": row.kind,
                 **({"sale": row.sale_id.hex} if row.sale_id else {}),
                 "by": row.actor_id and row.actor_id.hex},
            text=row.description or row.kind,
        )  # fmt: skip
    await s.execute(
        sql(
            "update transactions set status = :status, reference = :reference, changed = now(),"
            " reason = case when :reason = '' then reason else :reason end, entry_id = cast(:entry as uuid),"
            # A declined top-up leaves its month's key to the next try.
            " key = case when :status = 'declined' then key || ':' || cast(id as text) else key end"
            " where id = cast(:id as uuid)"
        ),
        {"status": "approved" if approved else "declined", "reference": reference, "reason": reason[:200],
         "entry": entry, "id": transaction_id},
    )  # fmt: skip
    if row.kind == "topup":
        await tell_top_up(s, row.amount, row.currency, approved=approved, reason=reason)


async def load(s: AsyncSession, transaction_id: str, *, lock: bool = False) -> Any:
    """Return a payment's row of the session's account; raises NotFound."""
    from qvoice.kit.errors import NotFound

    row = None
    if ids.is_id(transaction_id):
        query = f"{SELECT} where t.id = cast(:id as uuid)" + (" for update of t" if lock else "")
        row = (await s.execute(sql(query), {"id": transaction_id})).first()
    if row is None:
        raise NotFound("there is no such transaction in this account")
    return row


def shown(row: Any) -> dict[str, Any]:
    """Return a payment in the dialect's shape."""
    from qvoice.kit.clock import to_gregorian

    return {
        "id": row.id.hex, "type": row.kind, "amount": money.number(row.amount), "currency": row.currency,
        "status": row.status, "provider": row.provider, "reference": row.reference, "description": row.description,
        "sale": row.sale_id.hex if row.sale_id else None, "refunded": money.number(row.refunded),
        "reason": row.reason, "created": to_gregorian(row.created),
        "ledger_entry": row.entry_id.hex if row.entry_id else None,
    }  # fmt: skip


async def finish(db: Database, settings: Settings, *, account_id: str, path: str, transaction_id: str) -> None:
    """Finish a payment whose beginner may be gone (a job); tried again while the provider is away."""
    try:
        await complete(db, settings, Scope(account_id, path), transaction_id)
    except Invalid as problem:
        raise GiveUp(problem.message) from problem
