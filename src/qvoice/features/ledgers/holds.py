"""Reservations for running calls, and their end.

The invariant, which holds whatever runs at once and whoever dies when: no reservation leaves less than `floor` of a
balance unreserved, and a call takes no more than it had reserved or, beyond that, than is there above the floor. So
no call brings a balance below its floor.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import text as sql
from sqlalchemy.ext.asyncio import AsyncSession

from qvoice.db import Database
from qvoice.features.ledgers.post import BALANCE, Line, post
from qvoice.kit.money import ZERO
from qvoice.kit.settings import Settings

EXPIRE_SECONDS = 30.0
_MOST = 1_000

_HOLD = sql(
    "select * from ledger_hold(:call, cast(:accounts as uuid[]), cast(:amounts as numeric[]),"
    " cast(:floors as numeric[]), :until)"
)
_STANDING = sql("select * from ledger_standing(:call, cast(:accounts as uuid[]))")
_RELEASE = sql("select ledger_release(:call)")


@dataclass(frozen=True, slots=True)
class Level:
    """What a call reserves at one level of the tree: `amount` in all (not more than before), of a balance that may
    not fall below `floor`: 0 for prepaid, below zero for post-paid.
    """

    account_id: str
    amount: Decimal
    floor: Decimal = ZERO


@dataclass(frozen=True, slots=True)
class Held:
    """All levels are reserved, until then."""

    until: datetime


@dataclass(frozen=True, slots=True)
class Refused:
    """Nothing is reserved (or no more than before): this account lacks so much. The first of the levels given."""

    account_id: str
    missing: Decimal


async def hold(session: AsyncSession, *, call_id: str, levels: Sequence[Level], until: datetime) -> Held | Refused:
    """Reserve at all levels or at none.

    A call that asks again replaces what it had, so asking twice (a crash, a lost answer) reserves once. Until `until`
    the reservation stands; then others may have it: be sure to `extend`, `settle` or `release` before.
    """
    rows = (
        await session.execute(
            _HOLD,
            {
                "call": call_id,
                "accounts": [level.account_id for level in levels],
                "amounts": [level.amount for level in levels],
                "floors": [level.floor for level in levels],
                "until": until,
            },
        )
    ).all()
    return Refused(rows[0].account.hex, rows[0].missing) if rows else Held(until)


async def extend(session: AsyncSession, *, call_id: str, levels: Sequence[Level], until: datetime) -> Held | Refused:
    """As `hold`, for a call that runs on: `amount` is again the total, and what it had stays when it gets no more."""
    return await hold(session, call_id=call_id, levels=levels, until=until)


async def release(session: AsyncSession, call_id: str) -> Decimal:
    """Give back what a call reserved, at all levels; returns how much. A call without reservations: 0."""
    return (await session.execute(_RELEASE, {"call": call_id})).scalar_one()


@dataclass(frozen=True, slots=True)
class Settled:
    """The entry's id, and by account what could not be taken because the balance would have fallen below its floor."""

    entry_id: str
    uncollected: Mapping[str, Decimal] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Standing:
    """A balance, locked: what is in it, what is reserved in all, and what this call reserved (None: nothing)."""

    amount: Decimal
    held: Decimal
    own: Decimal | None
    floor: Decimal | None

    @property
    def payable(self) -> Decimal | None:
        """The most that the call may take; None: nothing bounds it."""
        if self.floor is None:
            return None
        own = self.own or ZERO
        return max(own, self.amount - (self.held - own) - self.floor)


async def settle(
    session: AsyncSession,
    *,
    call_id: str,
    key: str,
    kind: str,
    at: datetime,
    lines: Sequence[Line],
    floors: Mapping[str, Decimal] | None = None,
    ref: Mapping[str, Any] | None = None,
    text: str = "",
) -> Settled:
    """End a call's reservations and post what it cost, in this transaction; a second time (same `key`) changes nothing.

    A charge beyond what was reserved is taken as far as the balance is above its floor. The rest is the loss of the
    account above, whose income is that much smaller; the line says so (`uncollected`). `floors` by account are for
    those whose reservation is gone; without one and without a reservation nothing bounds a charge.
    """
    payers = sorted({line.account_id for line in lines if line.book == BALANCE and line.amount < 0})
    rows = (await session.execute(_STANDING, {"call": call_id, "accounts": payers})).all()
    standing = {
        row.account.hex: Standing(
            row.amount, row.held, row.own, (floors or {}).get(row.account.hex) if row.own is None else row.floor
        )
        for row in rows
    }
    bounded, uncollected = within_floors(lines, standing)
    entry = await post(session, key=key, kind=kind, at=at, lines=bounded, ref=ref, text=text)
    await release(session, call_id)
    return Settled(entry, uncollected)


def within_floors(lines: Sequence[Line], standing: Mapping[str, Standing]) -> tuple[list[Line], dict[str, Decimal]]:
    """Return the lines with no payer paying more than it may, and what each does not pay.

    Lines come in pairs as `post.transfer` makes them: the payer's, then the line that takes it, which shrinks with it.
    Raises ValueError when a line that must shrink is not followed by one that can.
    """
    result = list(lines)
    uncollected: dict[str, Decimal] = {}
    spent: dict[str, Decimal] = {}
    for place, line in enumerate(lines):
        stand = standing.get(line.account_id)
        if line.book != BALANCE or line.amount >= 0 or stand is None or stand.payable is None:
            continue
        left = max(stand.payable - spent.get(line.account_id, ZERO), ZERO)
        short = max(-line.amount - left, ZERO)
        spent[line.account_id] = spent.get(line.account_id, ZERO) - line.amount - short
        if not short:
            continue
        if place + 1 >= len(lines) or lines[place + 1].amount < short:
            raise ValueError("a charge is a pair of lines: the payer's, then the one that earns it")
        uncollected[line.account_id] = uncollected.get(line.account_id, ZERO) + short
        for index, change in ((place, short), (place + 1, -short)):
            old = result[index]
            result[index] = replace(old, amount=old.amount + change, ref={**(old.ref or {}), "uncollected": str(short)})
    return result, uncollected


async def expire(db: Database, settings: Settings) -> None:
    """Free what calls left behind whose keeper is gone (the worker's, every `EXPIRE_SECONDS`)."""
    while True:
        rows = await db.fetch("select ledger_expire(:most) as freed", {"most": _MOST})
        if rows[0].freed < _MOST:
            return
