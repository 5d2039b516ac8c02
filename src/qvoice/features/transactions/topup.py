"""The top-up, once a month, and the notice that a balance is low (specification, "Specify Limits")."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import text as sql
from sqlalchemy.ext.asyncio import AsyncSession

from qvoice.db import SYSTEM, Database, Scope
from qvoice.features import documents
from qvoice.features.services.month import Month, zone_of
from qvoice.features.services.watch import local_day
from qvoice.features.transactions import pay
from qvoice.features.transactions.tell import tell
from qvoice.kit import log, money
from qvoice.kit.clock import utcnow
from qvoice.kit.errors import Conflict, Invalid, QvoiceError
from qvoice.kit.settings import Settings

MOST = 500


class ToppedUp(Conflict):
    """This account has been topped up this month already. Pay by a sale, or wait for the next month."""

    code = "already_topped_up"


async def month_of(s: AsyncSession, now: datetime) -> str:
    """Return the name of the month that a top-up counts for."""
    zone = await zone_of(s)
    return Month.of(local_day(now, zone), zone).name


async def top_up(db: Database, settings: Settings, scope: Scope, amount: Decimal, *, reason: str) -> dict[str, Any]:
    """Charge the account's card for this month's top-up; raises ToppedUp when it has been done."""
    async with db.tx(scope) as s:
        card = await pay.method(s, settings)
        month = await month_of(s, utcnow())
        begun = await pay.begin(
            s, key=f"topup:{month}", kind="topup", amount=amount, provider=card.provider,
            description=f"Top-up {month}", reason=reason,
        )  # fmt: skip
    if not begun.fresh and begun.status == "approved":
        raise ToppedUp
    return await pay.complete(db, settings, scope, begun.id)


async def top_up_now(db: Database, settings: Settings, scope: Scope) -> dict[str, Any]:
    """Top up because somebody asks for it, by the account's own `topup`; raises Invalid when it has none."""
    async with db.tx(scope) as s:
        account = await documents.load(s, "accounts", scope.account_id)
    wanted = account.doc.get("topup")
    try:
        amount = money.parse(wanted.get("amount") if isinstance(wanted, dict) else None)
    except ValueError:
        amount = money.ZERO
    if amount <= 0:
        raise Invalid.field("topup.amount", "required", "set the account's topup {threshold, amount} first")
    return await top_up(db, settings, scope, amount, reason="manual")


async def top_up_due(db: Database, settings: Settings) -> None:
    """Top up every account whose balance is below its threshold (the worker's, every minute)."""
    if not settings.payments.provider:
        return
    async with db.tx(SYSTEM) as s:
        month = await month_of(s, utcnow())
    for row in await db.fetch("select * from topups_due(:month, :most)", {"month": month, "most": MOST}):
        try:
            await top_up(db, settings, Scope(row.id.hex, row.path), money.rounded(row.amount), reason="automatic")
        except QvoiceError as problem:
            log.get().warning("topup.failed", account=row.id.hex, problem=problem.message)


async def tell_low(db: Database, settings: Settings) -> None:
    """Mail once to each account whose balance has fallen below its mark, and forget it when it is above again."""
    for row in await db.fetch("select * from balances_to_tell(:most)", {"most": MOST}):
        async with db.tx(Scope(row.id.hex, row.path)) as s:
            await s.execute(
                sql(
                    "insert into balance_notices (account_id, below) values (:account, :below)"
                    " on conflict (account_id) do update set below = excluded.below, at = now()"
                ),
                {"account": row.id, "below": row.below},
            )
            if row.below:
                currency = (await s.execute(sql("select ledger_currency()"))).scalar_one()
                await tell(s, "low_balance", _low(row, currency))


def _low(row: Any, currency: str) -> Callable[[str], dict[str, Any]]:
    return lambda language: {
        "balance": money.words(row.amount, currency, language),
        "threshold": money.words(row.threshold, currency, language),
    }
