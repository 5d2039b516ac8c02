"""A box's PIN: kept as an argon2 hash, checked with a limit on guesses that is counted per origin (see
`pin_rules.py`).
"""

from __future__ import annotations

import asyncio
from datetime import datetime
from typing import Literal

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerifyMismatchError
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from qvoice.db.engine import Database, Scope
from qvoice.features.vmboxes.pin_rules import FORGET_AFTER, locked_until

Verdict = Literal["ok", "wrong", "locked"]
_hasher = PasswordHasher(time_cost=2, memory_cost=19_456, parallelism=1)  # OWASP's minimum for argon2id


async def store(session: AsyncSession, box_id: str, pin: str) -> None:
    """Set a box's PIN and forget failures; whether it is acceptable was decided before."""
    hashed = await asyncio.to_thread(_hasher.hash, pin)
    await session.execute(
        text(
            "insert into vmbox_pins (box_id, account_id, hash) values (:box, :account, :hash)"
            " on conflict (box_id) do update set hash = excluded.hash"
        ),
        {"box": box_id, "account": session.info["scope"].account_id, "hash": hashed},
    )
    await session.execute(text("delete from vmbox_pin_failures where box_id = :box"), {"box": box_id})


async def clear(session: AsyncSession, box_id: str) -> None:
    """Take a box's PIN away."""
    await session.execute(text("delete from vmbox_pins where box_id = :box"), {"box": box_id})
    await session.execute(text("delete from vmbox_pin_failures where box_id = :box"), {"box": box_id})


async def is_set(session: AsyncSession, box_id: str) -> bool:
    """Tell whether a box has a PIN."""
    found = await session.execute(text("select 1 from vmbox_pins where box_id = :box"), {"box": box_id})
    return found.one_or_none() is not None


async def check(db: Database, scope: Scope, *, box_id: str, pin: str, origin: str, now: datetime) -> Verdict:
    """Compare a PIN. The attempt is counted and committed before the comparison, so parallel guesses gain nothing.

    A box without a PIN (or no such box) answers `wrong` to everything.
    """
    async with db.tx(scope) as session:
        hashed = (
            await session.execute(text("select hash from vmbox_pins where box_id = :box"), {"box": box_id})
        ).scalar()
        if hashed is None:
            return "wrong"
        if not await _count(session, box_id, origin, now):
            return "locked"
    if not await asyncio.to_thread(_verify, hashed, pin):
        return "wrong"
    async with db.tx(scope) as session:
        await session.execute(
            text("delete from vmbox_pin_failures where box_id = :box and origin = :origin"),
            {"box": box_id, "origin": origin},
        )
    return "ok"


async def _count(session: AsyncSession, box_id: str, origin: str, now: datetime) -> bool:
    """Count one attempt from `origin`; False, without counting, while it is locked."""
    key = {"box": box_id, "origin": origin, "now": now}
    await session.execute(
        text(
            "insert into vmbox_pin_failures (box_id, account_id, origin, failures, last_failure)"
            " values (:box, :account, :origin, 0, :now) on conflict do nothing"
        ),
        key | {"account": session.info["scope"].account_id},
    )
    row = (
        await session.execute(
            text(
                "select failures, last_failure from vmbox_pin_failures"
                " where box_id = :box and origin = :origin for update"
            ),
            key,
        )
    ).one()
    failures = row.failures if now - row.last_failure < FORGET_AFTER else 0
    until = locked_until(failures, last_failure=row.last_failure)
    if until is not None and now < until:
        return False
    await session.execute(
        text(
            "update vmbox_pin_failures set failures = :failures, last_failure = :now"
            " where box_id = :box and origin = :origin"
        ),
        key | {"failures": failures + 1},
    )
    return True


def _verify(hashed: str, pin: str) -> bool:
    try:
        return _hasher.verify(hashed, pin)
    except (VerifyMismatchError, InvalidHashError):
        return False
