"""Counting attempts at a PIN (of a conference, a hot-desk user) before they are compared, as `vmboxes.pin` does.

Attempts from one phone never lock another phone out. Callers from outside have a budget each by their number, and one
together, since numbers can be forged.
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from qvoice.db.engine import Database, Scope
from qvoice.features.vmboxes.pin_rules import FORGET_AFTER, FREE_FAILURES, locked_until

FREE_OUTSIDE = 50
"""Failures of all outside callers together before they wait."""

Origin = tuple[str, int]
"""A place, and how many failures it may have before it is locked."""


def origins(*, caller_device: str | None, caller_number: str) -> tuple[Origin, ...]:
    """Return what an attempt is counted for."""
    if caller_device:
        return ((f"device:{caller_device}", FREE_FAILURES),)
    return ((f"number:{caller_number[:64]}", FREE_FAILURES), ("outside", FREE_OUTSIDE))


async def begin(db: Database, scope: Scope, *, subject: str, places: tuple[Origin, ...], now: datetime) -> bool:
    """Count an attempt at the PIN of `subject` (a document id) and commit; False, without counting, while locked."""
    async with db.tx(scope) as session:
        counted = [await _failures(session, subject, origin, now) for origin, _ in places]
        for (_, free), (failures, last) in zip(places, counted, strict=True):
            until = locked_until(max(failures - free + FREE_FAILURES, 0), last_failure=last)
            if until is not None and now < until:
                return False
        for (origin, _), (failures, _) in zip(places, counted, strict=True):
            await session.execute(
                text(
                    "update pin_attempts set failures = :failures, last_failure = :now"
                    " where subject = :subject and origin = :origin"
                ),
                {"subject": subject, "origin": origin, "failures": failures + 1, "now": now},
            )
    return True


async def right(db: Database, scope: Scope, *, subject: str, places: tuple[Origin, ...]) -> None:
    """The PIN was right: forget this caller's mistakes; those of the others together only lose this attempt."""
    async with db.tx(scope) as session:
        for origin, free in places:
            await session.execute(
                text(
                    "update pin_attempts set failures = case when :own then 0 else greatest(failures - 1, 0) end"
                    " where subject = :subject and origin = :origin"
                ),
                {"subject": subject, "origin": origin, "own": free == FREE_FAILURES},
            )


async def _failures(session: AsyncSession, subject: str, origin: str, now: datetime) -> tuple[int, datetime]:
    key = {"subject": subject, "origin": origin, "now": now}
    await session.execute(
        text(
            "insert into pin_attempts (account_id, subject, origin, failures, last_failure)"
            " values (:account, :subject, :origin, 0, :now) on conflict do nothing"
        ),
        key | {"account": session.info["scope"].account_id},
    )
    row = (
        await session.execute(
            text(
                "select failures, last_failure from pin_attempts"
                " where subject = :subject and origin = :origin for update"
            ),
            key,
        )
    ).one()
    return (row.failures if now - row.last_failure < FORGET_AFTER else 0), row.last_failure
