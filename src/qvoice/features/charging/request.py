"""What the database is asked for a call: every level with what is counted, what is paid, and what bundles give."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from qvoice.core.limits import refusals
from qvoice.core.limits.admission import Level, Periods, affordable
from qvoice.core.limits.refusals import Refusal

if TYPE_CHECKING:
    from qvoice.features.charging.admission import Admission

_UNBOUND = 2**31 - 1

Caps = dict[tuple[str, str], int]
"""(pool, period) → what a call can have of it in all."""


def request_of(
    admission: Admission, levels: tuple[Level, ...], *, until: float, now: datetime, call: str = "", node: str = ""
) -> dict[str, Any]:
    """Return what `call_admit` and `call_extend` read: every level, with what is counted and what is paid there."""
    prices = {level.account_id: level for level in admission.levels}
    rows: list[dict[str, Any]] = []
    for place, level in enumerate(levels):
        limits, price = level.limits, prices.get(level.account_id)
        if price is None and not limits.counted:
            continue
        row: dict[str, Any] = {"place": place, "account": level.account_id}
        if limits.counted:
            # A count that has no bound (-1 in the dialect) is None; both kinds absent leave the direction free.
            row |= {
                "inbound": limits.inbound, "outbound": limits.outbound, "twoway": limits.twoway,
                "burst": limits.burst, "total": limits.resource_calls,
                "soft": limits.soft_inbound if admission.direction == "inbound" else limits.soft_outbound,
            }  # fmt: skip
        if price is not None:
            periods = Periods.at(now, price.timezone)
            amount = price.cost(admission.paid)
            row |= {
                "amount": str(amount), "floor": str(price.floor + limits.reserve),
                "day": periods.day, "month": periods.month,
                "daily": _text(limits.daily), "monthly": _text(limits.monthly),
            }  # fmt: skip
        rows.append(row)
    return {
        "id": admission.id, "account": admission.account_id, "number": admission.number, "call": call, "node": node,
        "direction": admission.direction, "until": until, "levels": rows, "pools": _pools(admission),
    }  # fmt: skip


def _pools(admission: Admission) -> list[dict[str, Any]]:
    """Return what a call wants of each pool in all; two levels may draw on one pool."""
    wanted: dict[tuple[str, str], dict[str, Any]] = {}
    for level in admission.levels:
        for share in level.shares:
            row = wanted.setdefault(
                (share.pool, share.period),
                {"pool": share.pool, "period": share.period, "owner": share.owner, "size": share.size, "want": 0},
            )
            row["want"] += share.taken
            for pool, period, owner in share.also:
                # It counts there, and does not ask whether there is so much.
                other = wanted.setdefault(
                    (pool, period), {"pool": pool, "period": period, "owner": owner, "size": _UNBOUND, "want": 0}
                )
                other["want"] += share.taken
    return [row for row in wanted.values() if row["want"]]


def learn(caps: Caps, answer: dict[str, Any], *, last: bool) -> None:
    """Note how much of a pool is left for the call; after many tries, others being quicker, be content with what it
    has.
    """
    caps[answer["pool"], answer["period"]] = int(answer["had" if last else "left"])


def minutes_used_up(admission: Admission) -> Refusal:
    """Return the refusal of a level whose calls end with its bundles."""
    level = next(level for level in admission.levels if level.ends)
    names = ", ".join(share.name for share in level.shares)
    return Refusal(refusals.BUNDLE, level.account_id, f"the minutes of the account's plan are used up: {names}")


def _text(amount: Decimal | None) -> str | None:
    return None if amount is None else str(amount)


def fewer_seconds(wanted: Admission, levels: tuple[Level, ...], answer: dict[str, Any]) -> int:
    """Return how many seconds the level that is short could pay; 0 when it is not about money."""
    short = str(answer.get("account", "")).replace("-", "")
    price = next((level for level in wanted.levels if level.account_id == short), None)
    if price is None or answer["denied"] not in (refusals.MONEY, refusals.DAILY, refusals.MONTHLY):
        return 0
    left = answer.get("left")
    if left is None:
        left = price.cost(wanted.paid) - Decimal(str(answer["missing"]))
    return affordable(wanted.levels, short, Decimal(str(left)))
