"""Asking for a call: guards in memory, then, when anything is counted or paid, one statement that takes all or nothing.

What is taken is an `Admission`; it goes with the leg that talks, and ends with the call's record (`charge.py`).
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

import msgspec
from sqlalchemy import text

from qvoice.core.limits import refusals
from qvoice.core.limits.admission import Level, OffNet, guard, local_time, paying, priced
from qvoice.core.limits.refusals import Refusal
from qvoice.core.rating.cost import FOR_EVER
from qvoice.core.rating.deck import Deck, DeckFormat
from qvoice.core.rating.levels import Priced
from qvoice.db.engine import Database, DatabaseAway
from qvoice.features.charging.decks import Decks
from qvoice.features.charging.levels import Levels
from qvoice.features.charging.request import Caps, fewer_seconds, learn, minutes_used_up, request_of
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
_UNKNOWN = "unknown"

_ADMIT = text("select call_admit(cast(:r as jsonb)) as answer")
_BEGIN = text("select call_begin(cast(:r as jsonb)) as answer")
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
    number_class: str = ""

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
            "class": self.number_class,
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
            data.get("class", ""),
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
                new_id(), call.account_id, call.number, call.direction, tuple(prices), forwarded=call.forwarded,
                number_class=call.number_class,
            )
            if not prices and not any(level.limits.counted for level in levels):
                return replace(asked, counted=False)
            return await self._take(asked, levels, call_id=call_id, now=now)
        except (DatabaseAway, DeckFormat, TimeoutError) as problem:
            log.get().warning("charging.away", account=call.account_id, problem=str(problem)[:200])
            return Refusal(refusals.AWAY, call.account_id, "the call cannot be authorised now: the database is away")

    async def begin(self, own: Level, now: datetime) -> Refusal | None:
        """Count a call that an account begins to a carrier; a Refusal when its guards find that too many.

        Counted in the database, whatever node or process begins the calls, and over restarts. Raises DatabaseAway.
        """
        guards = own.guards
        if not (guards.velocity or guards.off_hours or guards.unusual):
            return None
        local, unusual = local_time(now, own.timezone), guards.unusual
        night = guards.off_hours if guards.off_hours is not None and guards.off_hours.now(local) else None
        request: dict[str, Any] = {"account": own.account_id, "at": int(now.timestamp()), "day": f"{local:%Y-%m-%d}"}
        if guards.velocity:
            request |= {"calls": guards.velocity[0], "seconds": int(guards.velocity[1])}
        if night is not None:
            request["night_calls"] = night.calls
        if unusual is not None:
            request |= {
                "factor": str(unusual.factor), "days": unusual.days, "day_calls": unusual.calls,
                "day_amount": str(unusual.amount), "since": f"{local - timedelta(days=unusual.days):%Y-%m-%d}",
            }  # fmt: skip
        answer = await self._ask(_BEGIN, request)
        if "denied" not in answer:
            return None
        number, mean = answer.get("number"), answer.get("mean")
        why = {
            refusals.VELOCITY: f"more than {request.get('calls')} calls within {request.get('seconds')} seconds",
            refusals.OFF_HOURS: f"more than {request.get('night_calls')} calls within an hour in off hours",
            refusals.UNUSUAL: f"{number} {answer.get('what')} today, {mean} a day before: unusual for the account",
        }[answer["denied"]]
        return Refusal(answer["denied"], own.account_id, why)

    async def _deck(self, level: Level) -> Deck:
        assert level.deck is not None
        return await self.decks.get(level.deck[1], level.deck[2])

    async def _take(
        self, asked: Admission, levels: tuple[Level, ...], *, call_id: str, now: datetime
    ) -> Admission | Refusal:
        """Take what the call needs: a whole window, or as much of it as everybody can pay."""
        # A rate may be free for longer than a window, and then not: only what never costs anything is not watched.
        seconds = WINDOW if any(level.shares or level.cost(FOR_EVER) > 0 for level in asked.levels) else FOR_EVER
        caps: Caps = {}
        for tried in range(_TRIES):
            wanted = asked.for_talk(seconds, caps)
            if wanted.paid <= 0:
                return minutes_used_up(wanted)
            seconds = wanted.paid
            until = now.timestamp() + (
                UNPAID_SECONDS if seconds == FOR_EVER else SETUP_SECONDS + seconds + GRACE_SECONDS
            )
            request = request_of(wanted, levels, until=until, now=now, call=call_id, node=self._node)
            answer = await self._ask(_ADMIT, request)
            if "denied" not in answer:
                return wanted
            if answer["denied"] == refusals.BUNDLE:
                learn(caps, answer, last=tried >= _TRIES - 3)
                continue
            fewer = fewer_seconds(wanted, levels, answer)
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
                return minutes_used_up(wanted)
            seconds = wanted.paid
            until = answered + seconds + GRACE_SECONDS
            request = request_of(wanted, levels, until=until, now=now, node=self._node)
            answer = await self._ask(_EXTEND, request)
            if answer.get("denied") == _UNKNOWN:
                # The database's machine crashed after it said yes, and has forgotten: all that the call needs is asked
                # for again.
                answer = await self._ask(_ADMIT, request)
            if "denied" not in answer:
                return wanted
            if answer["denied"] == refusals.BUNDLE:
                learn(caps, answer, last=tried >= _TRIES - 3)
                continue
            fewer = fewer_seconds(wanted, levels, answer)
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
