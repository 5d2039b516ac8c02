"""The decision about one call to or from a carrier, at every level of the tree, as far as it needs no counting.

What must be counted together with other calls (lines in use, money, caps) is done by the database in one step
(features/charging/admit.py), from what is worked out here.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from qvoice.core.limits import refusals
from qvoice.core.limits.refusals import Refusal
from qvoice.core.limits.settings import (
    FOREIGN,
    LOCK_ALL,
    LOCK_FOREIGN,
    LOCK_GONE,
    LOCK_OUTGOING,
    UNLOCKED,
    Guards,
    Limits,
    Lock,
)
from qvoice.core.rating.bundle import Bundle
from qvoice.core.rating.deck import Deck
from qvoice.core.rating.levels import Priced
from qvoice.core.rating.rate import INBOUND, OUTBOUND

FREE_CLASSES = frozenset({"tollfree_us", "national_tollfree", "emergency"})
"""Calls that cost nothing unless a deck says otherwise: a deck need not list them."""


@dataclass(frozen=True, slots=True)
class Level:
    """One account on the way up the tree: what it may, and the deck by which it pays the one above (None: it does
    not).
    """

    account_id: str
    parent_id: str
    limits: Limits
    guards: Guards
    lock: Lock = UNLOCKED
    timezone: str = "UTC"
    deck: tuple[str, str, int] | None = None
    """(deck id, version id, built)."""
    bundles: tuple[Bundle, ...] = ()
    """Seconds that its plans include, in the order in which they are used up."""


@dataclass(frozen=True, slots=True)
class OffNet:
    """A call to or from a carrier. `number`: called, in E.164. `trunk_owner`: whose trunk it takes ('': the
    platform's); levels from there on pay nobody for it.
    """

    account_id: str
    number: str
    number_class: str
    direction: str = OUTBOUND
    caller: str = ""
    flags: frozenset[str] = frozenset()
    trunk_owner: str = ""
    forwarded: bool = False


def guard(levels: Sequence[Level], call: OffNet) -> Refusal | None:
    """Return who forbids the call: a locked account, or a closed number class, at any level. A pure look-up."""
    for level in levels:
        lock = level.lock
        if _closes(lock, call.direction, call.number_class):
            reason = refusals.GONE if lock.level >= LOCK_GONE else refusals.LOCKED
            return Refusal(reason, level.account_id, f"the account is locked: {lock.reason or 'no reason given'}")
        if call.direction == OUTBOUND and call.number_class in level.guards.blocked:
            return Refusal(
                refusals.CLASS, level.account_id, f"calls of class {call.number_class} are not opened for the account"
            )
    return None


def _closes(lock: Lock, direction: str, number_class: str) -> bool:
    return (
        lock.level >= LOCK_ALL
        or (lock.level >= LOCK_OUTGOING and direction == OUTBOUND)
        or (lock.level >= LOCK_FOREIGN and direction == OUTBOUND and number_class in FOREIGN)
    )


def ended_by_lock(levels: Sequence[Level], direction: str, number_class: str) -> Level | None:
    """Return the level whose lock ends a call that runs; only calls out to destinations that cost are ended."""
    if direction != OUTBOUND or number_class in FREE_CLASSES:
        return None
    for level in levels:
        if level.lock.ends_calls and _closes(level.lock, direction, number_class):
            return level
    return None


def paying(levels: Sequence[Level], call: OffNet) -> list[Level]:
    """Return the levels that pay for the call by a deck: from the account up to the owner of the trunk."""
    found: list[Level] = []
    for level in levels:
        if level.account_id == call.trunk_owner or not level.parent_id:
            break
        if level.deck is not None:
            found.append(level)
    return found


def priced(
    payers: Sequence[Level], call: OffNet, deck_of: Callable[[Level], Deck], now: datetime
) -> list[Priced] | Refusal:
    """Price the call at each level that pays; a level whose deck has no rate for it says no. Bundles that fit come
    with it, nothing taken from them yet.
    """
    found: list[Priced] = []
    for level in payers:
        match = deck_of(level).find(call.number, direction=call.direction, caller=call.caller, flags=call.flags)
        if match is None:
            if call.direction == INBOUND or call.number_class in FREE_CLASSES:
                continue
            return Refusal(refusals.NO_RATE, level.account_id, f"the account's rate deck has no rate for {call.number}")
        if level.limits.floor is None:
            return Refusal(refusals.MONEY, level.account_id, "the account is neither prepaid nor post-paid")
        deck = level.deck[0] if level.deck else ""
        shares = tuple(one.share(now) for one in level.bundles if one.fits(call.number_class, call.direction))
        found.append(
            Priced(
                level.account_id, level.parent_id, match.rate, match.prefix, deck, floor=level.limits.floor,
                timezone=level.timezone, shares=shares,
            )
        )  # fmt: skip
    return found


def local_time(now: datetime, timezone: str) -> datetime:
    """Return a moment by an account's clock; as it is when the zone is unknown."""
    try:
        return now.astimezone(ZoneInfo(timezone or "UTC"))
    except (ZoneInfoNotFoundError, ValueError):
        return now


@dataclass(frozen=True, slots=True)
class Periods:
    """The day and month of an account's time zone, as spending is added up by."""

    day: str
    month: str

    @classmethod
    def at(cls, now: datetime, timezone: str) -> Periods:
        """Return those that `now` falls into; UTC when the zone is unknown."""
        local = local_time(now, timezone)
        return cls(f"{local:%Y-%m-%d}", f"{local:%Y-%m}")


def affordable(levels: Sequence[Priced], short: str, amount: Decimal) -> int:
    """Return how many seconds the level `short` can pay with `amount`; without any, what its minutes cover."""
    level = next((one for one in levels if one.account_id == short), None)
    if level is None:
        return 0
    return level.seconds_for(amount) if amount > 0 else level.included
