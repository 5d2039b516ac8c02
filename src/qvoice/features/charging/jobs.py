"""What the worker does for authorisation: admissions of nodes that never came back are ended."""

from __future__ import annotations

from qvoice.db.engine import Database
from qvoice.kit import log
from qvoice.kit.settings import Settings


async def expire(db: Database, settings: Settings) -> None:
    """End what has outlived its reservation by ten minutes: its lines are free again."""
    rows = await db.fetch("select call_admissions_expire() as gone")
    if rows[0].gone:
        log.get().warning("charging.expired", admissions=rows[0].gone)


async def forget(db: Database, settings: Settings) -> None:
    """Forget calls begun long ago: no guard counts them any more."""
    await db.fetch("select call_begun_forget()")


PERIODIC = [(60.0, expire), (3600.0, forget)]
