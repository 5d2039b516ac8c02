"""An account's levels up the tree, with limits, guards, locks and decks, kept in memory until a notice says otherwise.

While the database is away what was known goes on being used: who is known to pay nothing and to have no limits may
call; whoever pays needs the database to say yes.
"""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from dataclasses import dataclass
from typing import Any

from qvoice.core.limits.admission import Level
from qvoice.core.limits.settings import Guards, Limits, Lock
from qvoice.core.rating.allotment import allotments_of
from qvoice.core.rating.bundle import Bundle, bundles_of
from qvoice.db.engine import Database, DatabaseAway

MAX_ACCOUNTS = 20_000
NOTICES = frozenset(
    {"accounts", "allotments", "limits", "fraud", "locks", "ratedeck", "ratedecks", "services", "service_plans"}
)
"""Types of documents whose notices put an account's levels, and those of all below it, out of date."""


@dataclass(slots=True)
class _Known:
    levels: tuple[Level, ...]
    fresh: bool


class Levels:
    """The cache of one process; `on_notice` must be given all notices of documents."""

    def __init__(self, db: Database) -> None:
        """Know nothing yet."""
        self._db = db
        self._known: OrderedDict[str, _Known] = OrderedDict()
        self._loading: dict[str, asyncio.Task[tuple[Level, ...]]] = {}
        self._changes = 0

    async def of(self, account_id: str) -> tuple[Level, ...]:
        """Return the levels from the account up to the master. Raises DatabaseAway when they were never read."""
        known = self._known.get(account_id)
        if known is not None and known.fresh:
            return known.levels
        loading = self._loading.get(account_id)
        if loading is None:
            loading = self._loading[account_id] = asyncio.get_running_loop().create_task(self._load(account_id))
            loading.add_done_callback(lambda _: self._loading.pop(account_id, None))
        try:
            return await asyncio.shield(loading)
        except DatabaseAway:
            if known is None:
                raise
            return known.levels

    def peek(self, account_id: str) -> tuple[Level, ...]:
        """Return what is known of an account's levels without asking; nothing when it is not."""
        known = self._known.get(account_id)
        return known.levels if known is not None else ()

    async def _load(self, account_id: str) -> tuple[Level, ...]:
        at = self._changes
        rows = await self._db.fetch("select * from call_levels(cast(:id as uuid))", {"id": account_id})
        levels = tuple(_level(row, rows[place + 1 : place + 2]) for place, row in enumerate(rows))
        # What changed while it was read is read again by the next call.
        self._known[account_id] = _Known(levels, fresh=self._changes == at)
        self._known.move_to_end(account_id)
        while len(self._known) > MAX_ACCOUNTS:
            self._known.popitem(last=False)
        return levels

    def on_notice(self, notice: dict[str, Any]) -> None:
        """Put out of date what a `qvoice_doc` notice concerns; an empty one ((re)connected) everything."""
        if notice and notice.get("type") not in NOTICES:
            return
        self._changes += 1
        about = str(notice.get("account", ""))
        for id, known in self._known.items():
            if not notice or id == about or any(level.account_id == about for level in known.levels):
                known.fresh = False


def minutes(row: Any, above: Any) -> tuple[Bundle, ...]:
    """Return what minutes an account has, of a row of `call_levels` and the one above it: allotments, which are used
    up first, then those of its plans.
    """
    own = (row.id.hex, row.timezone or "UTC")
    plans = bundles_of(row.plans, own, (above.id.hex, above.timezone or "UTC"))
    return allotments_of((row.allotments or {}).get("allotments"), own) + plans


def _level(row: Any, above: list[Any]) -> Level:
    zone = row.timezone or "UTC"
    return Level(
        row.id.hex,
        row.parent_id.hex if row.parent_id else "",
        Limits.of(row.limits or {}),
        Guards.of(row.guards, is_master=row.parent_id is None),
        Lock(row.lock_level or 0, row.lock_reason or "", row.lock_ends_calls or False),
        zone,
        (row.deck_id.hex, row.version_id.hex, row.built) if row.version_id else None,
        minutes(row, above[0]) if above else (),
    )
