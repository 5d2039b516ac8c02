"""The accept-charges handshake: what a transaction makes an account use, and so pay, is shown before it is done (C1).

Quantities of every level with a plan are counted before the first write and again at the end. What rose must be
accepted (`accept_charges: true`), or the whole transaction is rolled back and answered by 402 with the invoice. What
is accepted is posted to the ledger in the same transaction: activation, and the rest of the month.

Two writes at the same moment would take each other's things for their own and both charge them, or both take the last
unit of a discount: the second waits until the first has committed (`levels(lock=True)`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import text as sql
from sqlalchemy.ext.asyncio import AsyncSession

from qvoice.core.access.tree import is_at_or_below
from qvoice.core.plans.quote import Difference, differences, share_left
from qvoice.db import Scope
from qvoice.db.engine import enter
from qvoice.features.ledgers.post import BALANCE, TAXES, Line, post, transfer
from qvoice.features.services import show
from qvoice.features.services.levels import Level, levels
from qvoice.kit import ids
from qvoice.kit.clock import utcnow
from qvoice.kit.errors import Conflict
from qvoice.kit.money import ZERO, rounded

COUNTED = frozenset(
    {
        "accounts", "users", "devices", "limits", "phone_numbers", "vmboxes", "conferences", "faxboxes", "groups",
        "menus", "directories", "media", "resources", "services",
    }
)  # fmt: skip
"""What service plans count, and the assignment of plans itself."""
KIND = "services"
BOUND = "charges_bound"
"""Key of a session's `info`: what bulk work was accepted to cost (`ahead.Bound`)."""
"""Source of these charges in the ledger."""


class ChargesNotAccepted(Conflict):
    """This change raises charges. Repeat it with `accept_charges: true` to accept them."""

    code = "accept charges"


async def before_write(session: AsyncSession, account_id: str, type: str) -> None:
    """Count, before the first write, what the account and those above it use."""
    if type not in COUNTED or not account_id or "accept_charges" not in session.info:
        return  # the system's own writes are charged by the monthly run
    seen = session.info.setdefault("services_before", {})
    if type == "services":
        session.info["plans_changed"] = True
    if account_id not in seen:
        seen[account_id] = (session.info["scope"], await levels(session, account_id, lock=True))


def counted(session: AsyncSession) -> dict[str, list[Level]]:
    """Return the levels of each account that this transaction has counted: {account id: as they were before it}."""
    return {id: found for id, (_, found) in session.info.get("services_before", {}).items()}


async def before_commit(session: AsyncSession) -> None:
    """Charge for what has changed; raises ChargesNotAccepted."""
    seen: dict[str, tuple[Scope, list[Level]]] = session.info.pop("services_before", {})
    if not any(old for _, old in seen.values()) and not session.info.pop("plans_changed", False):
        return  # nobody on the way has a plan, which is the most frequent case
    here: Scope = session.info["scope"]
    before: dict[str, Level] = {}
    after: dict[str, Level] = {}
    touched: dict[str, tuple[Scope, list[str]]] = {}
    for account_id, (scope, old) in seen.items():
        await _enter(session, scope)
        for level in old:
            before.setdefault(level.account_id, level)
        way = await levels(session, account_id)
        for level in way:
            after.setdefault(level.account_id, level)
        if way:
            touched[account_id] = scope, [level.account_id for level in way]
    if after or before:
        await _charge(session, before, after, touched)
    await _enter(session, here)


async def _enter(session: AsyncSession, scope: Scope) -> None:
    if session.info["scope"] != scope:
        await enter(session, scope)


async def _charge(
    session: AsyncSession,
    before: Mapping[str, Level],
    after: Mapping[str, Level],
    touched: Mapping[str, tuple[Scope, Sequence[str]]],
) -> None:
    row = (await session.execute(sql("select ledger_currency() as currency, billing_zone() as zone"))).one()
    now = utcnow()
    share = share_left(local_day(now, row.zone))
    changes: dict[str, list[Difference]] = {}
    for id, level in after.items():
        found = differences(before[id].lines if id in before else (), level.lines, share)
        if found:
            changes[id] = found
    if not changes:
        return
    bound = session.info.get(BOUND)
    actor = session.info.get("actor")
    if bound is not None:
        bound.take(after, changes)
    elif actor is not None and not session.info.get("accept_charges"):
        asked = [
            show.dry_run(after[id], found, row.currency)
            for id, found in changes.items()
            if any(change.raises for change in found) and is_at_or_below(after[id].path, actor.actor.path)
        ]
        if asked:
            raise ChargesNotAccepted(invoices=asked)
    # An entry's accounts lie on one way down the tree: one entry for each account that was acted upon, a level above
    # several of them in the first.
    left = dict(changes)
    for account_id, (scope, way) in sorted(touched.items(), key=lambda pair: (-len(pair[1][1]), pair[0])):
        here = {id: left.pop(id) for id in way if id in left}
        lines = [line for id, found in here.items() for line in level_lines(after[id], found, share)]
        monthly = any(change.monthly for found in here.values() for change in found)
        if not monthly and not any(line.amount for line in lines):
            continue
        # The account that was acted upon stands in the entry even when only those above it pay.
        if not any(line.account_id == account_id for line in lines):
            lines.append(Line(account_id, BALANCE, ZERO))
        await _enter(session, scope)
        await post(
            session, key=f"{KIND}:{ids.new_id()}", kind=KIND, at=now, lines=lines, text="Change of services",
            ref={"by": scope.actor_id, "by_account": scope.actor_account_id},
        )  # fmt: skip


def local_day(now: Any, zone: str) -> date:
    """Return the date in the zone that months are counted in (the master account's)."""
    return now.astimezone(ZoneInfo(zone)).date()


def level_lines(level: Level, changes: Sequence[Difference], share: Decimal) -> list[Line]:
    """Return the ledger lines by which a level pays its provider what is due today, and the taxes on it."""
    facts = {
        "items": [
            {
                "category": change.line.category, "item": change.line.item, "name": change.line.name,
                "before": change.before.priced.quantity if change.before else 0,
                "after": change.after.priced.quantity if change.after else 0,
                "monthly_taxes": {
                    name: str(rounded(change.monthly * percentage / 100)) for name, percentage in change.line.rule.taxes
                },
                "monthly": str(change.monthly), "activation": str(change.activation), "prorated": str(change.prorated),
            }
            for change in changes
        ],
        "share": str(round(share, 6)),
        "text": ", ".join(f"{change.line.name} {change.quantity:+d}" for change in changes)[:500],
    }  # fmt: skip
    lines = transfer(level.account_id, level.provider_id, show.today(changes), ref=facts)
    owed: dict[str, Decimal] = {}
    for change in changes:
        for name, amount in change.taxes.items():
            owed[name] = owed.get(name, ZERO) + amount
    for name, amount in owed.items():
        if amount:
            lines += transfer(level.account_id, level.provider_id, amount, book=TAXES, ref={"tax": name, "text": name})
    return lines
