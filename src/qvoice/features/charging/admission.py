"""Asking for a call: guards in memory, then, when anything is counted or paid, one statement that takes all or nothing.

What is taken is an `Admission`; it goes with the leg that talks, and ends with the call's record (`charge.py`).
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from typing import Any

import msgspec
from sqlalchemy import text

from qvoice.core.limits import refusals
from qvoice.core.limits.admission import Level, OffNet, Periods, affordable, guard, paying, priced
from qvoice.core.limits.refusals import Refusal
from qvoice.core.rating.cost import FOR_EVER
from qvoice.core.rating.deck import Deck, DeckFormat
from qvoice.core.rating.levels import Priced
from qvoice.db.engine import Database, DatabaseAway
from qvoice.features.charging.decks import Decks
from qvoice.features.charging.levels import Levels
from qvoice.kit import log
from qvoice.kit.ids import new_id

WINDOW = 120
"""Seconds of talk that are paid for before the call begins, and kept ahead while it lasts, when there is so much."""
SETUP_SECONDS = 180.0
"""Longest ringing, and some: how long a reservation stands before anybody answers."""
GRACE_SECONDS = 120.0
"""How long a reservation outlives the time that is paid: until call control, or its successor, has booked it."""
UNPAID_SECONDS = 11 * 3600.0
"""How long a call that costs nothing may be counted; longer than any call lasts."""
_TRIES = 8

Caps = dict[tuple[str, str], int]
"""(pool, period) → what a call can have of it in all."""

_ADMIT = text("select call_admit(cast(:r as jsonb)) as answer")
_EXTEND = text("select call_extend(cast(:r as jsonb)) as answer")


@dataclass(frozen=True, slots=True)
class Admission:
    """A call that may be made: `paid` seconds of talk are reserved at every level that pays. FOR_EVER: it is free."""

    id: str
    account_id: str
    number: str
    direction: str
    levels: tuple[Priced, ...] = ()
    paid: int = FOR_EVER
    counted: bool = True
    """Whether the database knows of it, so that its end must be told."""
    forwarded: bool = False

    def for_talk(self, seconds: int, caps: Caps) -> Admission:
        """Return what it would be for `seconds` of talk, with as much of the bundles as `caps` leave; for fewer
        seconds when a level's calls end with its bundles.
        """
        levels = tuple(level.with_shares(seconds, caps) for level in self.levels)
        paid = min([seconds, *(level.included for level in levels if level.ends)])
        if paid < seconds:
            levels = tuple(level.with_shares(paid, caps) for level in levels)
        return replace(self, paid=paid, levels=levels)

    def to_json(self) -> dict[str, Any]:
        """Return JSON values: it goes with a leg through the journal."""
        return {
            "id": self.id,
            "account": self.account_id,
            "number": self.number,
            "direction": self.direction,
            "levels": [level.to_json() for level in self.levels],
            "paid": self.paid,
            "counted": self.counted,
            "forwarded": self.forwarded,
        }

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> Admission:
        """Read what `to_json` wrote."""
        return cls(
            data["id"],
            data["account"],
            data["number"],
            data["direction"],
            tuple(Priced.from_json(level) for level in data["levels"]),
            data["paid"],
            data["counted"],
            data.get("forwarded", False),
        )


class Authoriser:
    """Says yes or no to calls, for one node."""

    def __init__(self, db: Database, *, node: str) -> None:
        """Read nothing yet."""
        self._db, self._node = db, node
        self.levels = Levels(db)
        self.decks = Decks(db)

    async def admit(self, call: OffNet, *, call_id: str, now: datetime) -> Admission | Refusal:
        """Ask for a call. The database away: a call that nobody pays and nobody counts is made, any other is not."""
        try:
            levels = await self.levels.of(call.account_id)
            closed = guard(levels, call)
            if closed is not None:
                return closed
            payers = paying(levels, call)
            decks = {level.deck: await self._deck(level) for level in payers}
            prices = priced(payers, call, lambda level: decks[level.deck], now)
            if isinstance(prices, Refusal):
                return prices
            asked = Admission(
                new_id(), call.account_id, call.number, call.direction, tuple(prices), forwarded=call.forwarded
            )
            if not prices and not any(level.limits.counted for level in levels):
                return replace(asked, counted=False)
            return await self._take(asked, levels, call_id=call_id, now=now)
        except (DatabaseAway, DeckFormat, TimeoutError) as problem:
            log.get().warning("charging.away", account=call.account_id, problem=str(problem)[:200])
            return Refusal(refusals.AWAY, call.account_id, "the call cannot be authorised now: the database is away")

    async def _deck(self, level: Level) -> Deck:
        assert level.deck is not None
        return await self.decks.get(level.deck[1], level.deck[2])

    async def _take(
        self, asked: Admission, levels: tuple[Level, ...], *, call_id: str, now: datetime
    ) -> Admission | Refusal:
        """Take what the call needs: a whole window, or as much of it as everybody can pay."""
        seconds = WINDOW if any(level.shares or level.cost(WINDOW) > 0 for level in asked.levels) else FOR_EVER
        caps: Caps = {}
        for tried in range(_TRIES):
            wanted = asked.for_talk(seconds, caps)
            if wanted.paid <= 0:
                return _minutes_used_up(wanted)
            seconds = wanted.paid
            until = now.timestamp() + (
                UNPAID_SECONDS if seconds == FOR_EVER else SETUP_SECONDS + seconds + GRACE_SECONDS
            )
            request = _request(wanted, levels, until=until, now=now, call=call_id, node=self._node)
            answer = await self._ask(_ADMIT, request)
            if "denied" not in answer:
                return wanted
            if answer["denied"] == refusals.BUNDLE:
                _learn(caps, answer, last=tried >= _TRIES - 3)
                continue
            fewer = _fewer(wanted, levels, answer)
            if fewer <= 0 or fewer >= seconds:
                return _refusal(answer, call_account=asked.account_id)
            seconds = fewer
        return Refusal(refusals.MONEY, asked.account_id, "others spent what was left")

    async def extend(
        self, admission: Admission, seconds: int, *, answered: float, now: datetime
    ) -> Admission | Refusal:
        """Pay for `seconds` of talk in all, or for as many as there is money for (more than now, else Refusal).

        Raises DatabaseAway.
        """
        levels = await self.levels.of(admission.account_id)
        caps: Caps = {}
        for tried in range(_TRIES):
            wanted = admission.for_talk(seconds, caps)
            if wanted.paid <= admission.paid:
                return _minutes_used_up(wanted)
            seconds = wanted.paid
            until = answered + seconds + GRACE_SECONDS
            answer = await self._ask(_EXTEND, _request(wanted, levels, until=until, now=now))
            if "denied" not in answer:
                return wanted
            if answer["denied"] == refusals.BUNDLE:
                _learn(caps, answer, last=tried >= _TRIES - 3)
                continue
            fewer = _fewer(wanted, levels, answer)
            if fewer <= admission.paid or fewer >= seconds:
                return _refusal(answer, call_account=admission.account_id)
            seconds = fewer
        return Refusal(refusals.MONEY, admission.account_id, "others spent what was left")

    async def _ask(self, statement: Any, request: dict[str, Any]) -> dict[str, Any]:
        row = await self._db.ask(statement, {"r": msgspec.json.encode(request).decode()})
        return row.answer

    async def forget(self, keep: list[str]) -> int:
        """After a restart: end all admissions of this node but those of calls that live; returns how many."""
        rows = await self._db.fetch(
            "select call_admissions_forget(:node, cast(:keep as text[])) as gone", {"node": self._node, "keep": keep}
        )
        return rows[0].gone


def _request(
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
    return [row for row in wanted.values() if row["want"]]


def _learn(caps: Caps, answer: dict[str, Any], *, last: bool) -> None:
    """Note how much of a pool is left for the call; after many tries, others being quicker, be content with what it
    has.
    """
    caps[answer["pool"], answer["period"]] = int(answer["had" if last else "left"])


def _minutes_used_up(admission: Admission) -> Refusal:
    level = next(level for level in admission.levels if level.ends)
    names = ", ".join(share.name for share in level.shares)
    return Refusal(refusals.BUNDLE, level.account_id, f"the minutes of the account's plan are used up: {names}")


def _text(amount: Decimal | None) -> str | None:
    return None if amount is None else str(amount)


def _fewer(wanted: Admission, levels: tuple[Level, ...], answer: dict[str, Any]) -> int:
    """Return how many seconds the level that is short could pay; 0 when it is not about money."""
    short = str(answer.get("account", "")).replace("-", "")
    price = next((level for level in wanted.levels if level.account_id == short), None)
    if price is None or answer["denied"] not in (refusals.MONEY, refusals.DAILY, refusals.MONTHLY):
        return 0
    left = answer.get("left")
    if left is None:
        left = price.cost(wanted.paid) - Decimal(str(answer["missing"]))
    return affordable(wanted.levels, short, Decimal(str(left)))


_WHY = {
    refusals.MONEY: "the balance is used up",
    refusals.DAILY: "the spending limit of the day is reached",
    refusals.MONTHLY: "the spending limit of the month is reached",
    refusals.TRUNKS: "all lines of the account are in use",
    refusals.AWAY: "the call is not known any more",
}


def _refusal(answer: dict[str, Any], *, call_account: str) -> Refusal:
    reason = answer["denied"]
    return Refusal(reason, str(answer.get("account") or call_account).replace("-", ""), _WHY[reason])
