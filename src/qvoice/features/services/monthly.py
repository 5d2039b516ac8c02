"""The monthly run: each account with a plan is charged for the month that begins, and gets the invoice of the last.

A job in batches: a batch commits its progress together with the next one's job, and what it posts has a key, so a run
that is broken off anywhere goes on and charges nobody twice.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import text as sql
from sqlalchemy.ext.asyncio import AsyncSession

from qvoice.core.plans import quote
from qvoice.db import SYSTEM, Database, Scope
from qvoice.db.queue import defer
from qvoice.features.invoices.issue import issue
from qvoice.features.invoices.issue_many import issue_many
from qvoice.features.ledgers import queries as ledger
from qvoice.features.ledgers.post import BALANCE, post
from qvoice.features.services.levels import Level, levels
from qvoice.features.services.month import Month, bill, key_of, months, zone_of
from qvoice.features.services.month_batch import charge_many
from qvoice.features.services.watch import KIND, local_day
from qvoice.kit import log
from qvoice.kit.clock import utcnow
from qvoice.kit.errors import QvoiceError
from qvoice.kit.money import ZERO
from qvoice.kit.settings import Settings

TASK = "services.monthly"
BATCH = 400
TOGETHER = 50
"""Accounts in one transaction. Their calls wait while it posts, a tenth of a second."""
AT_ONCE = 3


async def start_due(db: Database, settings: Settings) -> None:
    """Start the run of the month that has begun, if nobody has (the worker's, every ten minutes)."""
    async with db.tx(SYSTEM) as s:
        await start(s, utcnow())


async def start(s: AsyncSession, now: datetime, *, again: bool = False) -> date | None:
    """Start the run of the current month in this transaction; None when it was started before.

    `again`: visit all accounts once more, which charges those that failed or came since and nobody twice.
    """
    month = Month.of(local_day(now, await zone_of(s)), "UTC")
    conflict = (
        "do update set state = 'running', total = excluded.total, done = 0, failed = 0, cursor = null,"
        " started = now(), finished = null where billing_runs.state = 'done'"
        if again
        else "do nothing"
    )
    started = await s.execute(
        sql(
            "insert into billing_runs (period, state, total)"
            " values (:period, 'running', (select count(*) from billing_accounts(null, 10000000)))"
            f" on conflict (period) {conflict} returning period"
        ),
        {"period": month.first},
    )
    if started.first() is None:
        return None
    await s.execute(sql("delete from billing_failures where period = :period"), {"period": month.first})
    await defer(s, TASK, lock="billing", period=month.first.isoformat(), after=None)
    return month.first


async def run(db: Database, settings: Settings, *, period: str, after: str | None) -> None:
    """Do one batch, and put the next into the queue with the progress of this one."""
    first = date.fromisoformat(period)
    rows = await db.fetch(
        "select id, path, billing_zone() as zone from billing_accounts(cast(:after as uuid), :most)",
        {"after": after, "most": BATCH},
    )
    month, before = months(first, rows[0].zone if rows else "UTC")
    batch = _Batch(db, month, before)
    await batch.do([Scope(row.id.hex, row.path) for row in rows])
    failed = batch.failed
    async with db.tx(SYSTEM) as s:
        last = rows[-1].id.hex if rows else after
        over = len(rows) < BATCH
        # A batch that runs a second time (its worker died before the queue knew) counts once: the cursor tells.
        moved = await s.execute(
            sql(
                "update billing_runs set done = done + :done, failed = failed + :failed,"
                " cursor = coalesce(cast(:last as uuid), cursor),"
                " state = case when :over then 'done' else state end, finished = case when :over then now() end"
                " where period = :period and cursor is not distinct from cast(:after as uuid) and state = 'running'"
            ),
            {"done": len(rows) - len(failed), "failed": len(failed), "last": last, "over": over, "period": first,
             "after": after},
        )  # fmt: skip
        if not moved.rowcount:
            return
        for account_id, problem in failed.items():
            await s.execute(
                sql(
                    "insert into billing_failures (period, failed_account, problem)"
                    " values (:period, cast(:account as uuid), :problem) on conflict do nothing"
                ),
                {"period": first, "account": account_id, "problem": problem},
            )
        if not over:
            await defer(s, TASK, lock="billing", period=period, after=last)
    if over:
        log.get().info("billing.done", period=period)


class _Batch:
    """Accounts that are charged for `month` and invoiced for `before`."""

    def __init__(self, db: Database, month: Month, before: Month) -> None:
        self.failed: dict[str, str] = {}
        """Accounts that could not be, and why."""
        self._db, self._month, self._before = db, month, before

    async def do(self, waiting: list[Scope]) -> None:
        """Charge and invoice all of them, `TOGETHER` in a transaction, `AT_ONCE` transactions at once."""

        async def worker() -> None:
            while waiting:
                some = waiting[-TOGETHER:]
                del waiting[-TOGETHER:]
                await self._together(some)

        await asyncio.gather(*(worker() for _ in range(AT_ONCE)))

    async def _together(self, some: Sequence[Scope]) -> None:
        """Charge accounts in one transaction and invoice them in another; one by one when that is refused, to find out
        which it was.
        """
        single, due = some, []
        try:
            async with self._db.tx(SYSTEM) as s:
                left = await charge_many(s, some, self._month, self._before)
            single, due = left.single, left.due
        except Exception:  # noqa: BLE001 - each is tried by itself now, and those that fail are shown and told
            log.get().exception("billing.batch_refused", accounts=len(some), period=self._month.name)
        for scope in single:
            await self._alone(scope, lambda s: visit(s, self._month.first))
        while due:
            try:
                async with self._db.tx(SYSTEM) as s:
                    due = await issue_many(s, due, self._before.first, self._before.ends)
            except Exception:  # noqa: BLE001 - as above
                log.get().exception("billing.invoices_refused", accounts=len(due), period=self._month.name)
                for scope in due:
                    await self._alone(scope, lambda s: issue(s, self._before.first, self._before.ends))
                due = []

    async def _alone(self, scope: Scope, act: Callable[[AsyncSession], Awaitable[Any]]) -> None:
        try:
            async with self._db.tx(scope) as s:
                await act(s)
        except QvoiceError as problem:
            self.failed[scope.account_id] = problem.message
        except Exception as problem:  # noqa: BLE001 - one account must not stop the others; it is shown and told
            log.get().exception("billing.account_failed", account=scope.account_id, period=self._month.name)
            self.failed[scope.account_id] = f"{type(problem).__name__}: {problem}"[:500]


async def visit(s: AsyncSession, first: date) -> None:
    """Charge the session's account for the month that began on `first`, and issue the invoice of the month before."""
    month, before = months(first, await zone_of(s))
    found = await levels(s, s.info["scope"].account_id, only=True)
    if found:
        await charge(s, found[0], month, before)
    await issue(s, before.first, before.ends)


async def charge(s: AsyncSession, level: Level, month: Month, before: Month) -> Decimal:
    """Post the month's charges of an account, and return them without taxes; a second time changes nothing.

    What came or went since the month began has been charged by itself (`watch.py`), so the charge is for what was there
    when it began: the price of what there is now less those changes.
    """
    since, taxed = await _changed_since(s, month)
    used = {
        kind: (-Decimal(str(source["amount"])), Decimal(str(source["usage"].get("quantity", 0))))
        for kind, source in (
            await ledger.by_source(s, ledger.Window(before.begins, before.ends))
            if level.plan.get(quote.LEDGERS)
            else {}
        ).items()
    }
    total, lines = bill(level, month, since, taxed, used)
    if lines:
        await post(
            s, key=key_of(level.account_id, month), kind=KIND, at=month.begins, lines=lines,
            text=f"Services {month.name}",
        )  # fmt: skip
    return total


async def _changed_since(s: AsyncSession, month: Month) -> tuple[Decimal, dict[str, Decimal]]:
    """Return what the changes of services since the month began added to the monthly price, and to its taxes."""
    rows = await s.execute(
        sql(
            "select i.value ->> 'monthly' as monthly, i.value -> 'monthly_taxes' as taxes from ledger_lines l,"
            " jsonb_array_elements(case jsonb_typeof(l.ref -> 'items') when 'array' then l.ref -> 'items'"
            " else '[]' end) i where l.book = :book and l.kind = :kind and l.at >= :begins and l.at < :ends"
            " and i.value ? 'monthly'"
        ),
        {"book": BALANCE, "kind": KIND, "begins": month.begins, "ends": month.ends},
    )
    monthly, taxes = ZERO, {}
    for row in rows:
        monthly += Decimal(row.monthly)
        for name, amount in (row.taxes or {}).items():
            taxes[name] = taxes.get(name, ZERO) + Decimal(amount)
    return monthly, taxes
