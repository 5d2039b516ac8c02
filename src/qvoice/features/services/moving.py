"""Service plans of an account that goes to another provider, is deleted, or restored.

One that moves leaves its plans: they are the old provider's, and end with it.

What is charged each month ends at the old provider as if everything were removed today (prorated where the plan gives
back), and a last invoice of its has all that none had. Plans of the new one, given in the same transaction, begin as if
everything came today, and are asked about as any charge is. Special prices, quantities by hand and allotments were the
old provider's word and end too.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from datetime import datetime, timedelta

from sqlalchemy import text as sql
from sqlalchemy.ext.asyncio import AsyncSession

from qvoice.core.plans.quote import differences, share_left
from qvoice.db import Scope
from qvoice.db.engine import enter
from qvoice.db.notices import notify_document
from qvoice.features import documents
from qvoice.features.documents import watching
from qvoice.features.invoices.issue import NobodyAbove, NothingToBill, make
from qvoice.features.ledgers.post import post
from qvoice.features.services.assign import assign, given
from qvoice.features.services.levels import levels
from qvoice.features.services.month import Month, months, zone_of
from qvoice.features.services.monthly import charge
from qvoice.features.services.watch import KIND, level_lines, local_day
from qvoice.kit import ids
from qvoice.kit.clock import utcnow
from qvoice.kit.errors import Invalid


async def leave(s: AsyncSession, account: Scope, provider: str, to: str, plans: Sequence[str] | None) -> None:
    """End what an account (its scope before the move) has of `provider`, which it leaves for `to`.

    Run it before the account's place changes, and `arrive` after. Raises Invalid when the account has plans and
    nobody has said which of the new provider's it shall have.
    """
    back: Scope = s.info["scope"]
    # What both providers pay for those below them changes with the account.
    for one in (provider, to):
        await watching.before_write(s, one, "accounts")
    await enter(s, account)
    had = await given(s, lock=True)
    if had.plans and plans is None:
        raise Invalid.field(
            "plans",
            "required",
            "the account's service plans are the old account's above and end with the move: give the ids of the new"
            " one's plans that it shall have, or an empty list if it shall have none",
        )
    for level in await levels(s, account.account_id, only=True, lock=True):
        row = (await s.execute(sql("select billing_zone() as zone"))).one()
        now = utcnow()
        today = local_day(now, row.zone)
        # The month is the old provider's, also when its run has not come to this account yet.
        await charge(s, level, *months(today.replace(day=1), row.zone))
        share = share_left(today)
        changes = differences(level.lines, (), share)
        if changes:
            await post(
                s, key=f"{KIND}:{ids.new_id()}", kind=KIND, at=now, lines=level_lines(level, changes, share),
                text="Services end: moved to another provider",
                ref={"by": account.actor_id, "by_account": account.actor_account_id},
            )  # fmt: skip
    await s.execute(
        sql(
            "update services set plans = '{}', overrides = '{}', manual = '{}', modified = now()"
            " where account_id = cast(:id as uuid)"
        ),
        {"id": account.account_id},
    )
    if await documents.get(s, "allotments", account.account_id, lock=True) is not None:
        await documents.replace(s, "allotments", account.account_id, {"allotments": {}})
    await _last_invoice(s)
    id = account.account_id
    await notify_document(s, account_id=id, type="services", id=id, action="edited", revision=0)
    await enter(s, back)


async def close(s: AsyncSession) -> None:
    """Charge the month of the session's account, which is about to be deleted, if its run has not come to it yet, and
    send it what no invoice has: no run visits an account that is deleted.

    What it has is not given back: it may be restored, and then has it until the month ends.
    """
    for level in await levels(s, s.info["scope"].account_id, only=True, lock=True):
        zone = await zone_of(s)
        await charge(s, level, *months(local_day(utcnow(), zone).replace(day=1), zone))
    await _last_invoice(s)


async def before_return(s: AsyncSession, account_id: str, provider_id: str, deleted: datetime) -> None:
    """Watch an account that is about to be restored: those above it pay for it again as if it came today, and so does
    the account itself when it has not paid for this month, because it was deleted before that began.
    """
    zone = await zone_of(s)
    month = Month.of(local_day(utcnow(), zone), zone)
    await watching.before_write(s, account_id if deleted < month.begins else provider_id, "accounts")


async def _last_invoice(s: AsyncSession) -> None:
    with suppress(NothingToBill, NobodyAbove):  # whose lines they are sends the invoice
        await make(s, utcnow() + timedelta(milliseconds=1))


async def arrive(s: AsyncSession, plans: Sequence[str] | None) -> None:
    """Give the session's account, which has moved, plans of the one above it now; raises Invalid."""
    if plans:
        await assign(s, add=plans)
