"""The worker adds new records and charges to the sums that reports read (migration `reports`)."""

from __future__ import annotations

from qvoice.db.engine import Database
from qvoice.kit.settings import Settings

AT_ONCE = 4_000
"""Records in a transaction: well below the time in which a statement must end, also when the tree is deep."""
SECONDS = 3.0


async def fold(db: Database) -> int:
    """Add everything that is new; return how many records and charges that were. Two at once do no harm."""
    total = 0
    while True:
        rows = await db.fetch("select reports_fold(:most) as taken", {"most": AT_ONCE})
        total += rows[0].taken
        if rows[0].taken < AT_ONCE:
            return total


async def _fold(db: Database, settings: Settings) -> None:
    await fold(db)


PERIODIC = [(SECONDS, _fold)]
