"""Rate decks of all accounts in memory, by version: loaded when a call first needs one, the oldest thrown out."""

from __future__ import annotations

import asyncio
from collections import OrderedDict

from qvoice.core.rating.deck import Deck
from qvoice.db.engine import Database

MAX_RATES = 8_000_000
"""Rates held in all: some 80 MB."""
Key = tuple[str, int]


class Decks:
    """The cache of one process. A version that changed has another `built`, so nothing stale is ever used."""

    def __init__(self, db: Database) -> None:
        """Hold nothing yet."""
        self._db = db
        self._decks: OrderedDict[Key, asyncio.Task[Deck]] = OrderedDict()

    async def get(self, version_id: str, built: int) -> Deck:
        """Return a deck; callers that ask at once wait for one load. Raises DatabaseAway or DeckFormat."""
        key = (version_id, built)
        task = self._decks.get(key)
        if task is None or (task.done() and (task.cancelled() or task.exception() is not None)):
            task = self._decks[key] = asyncio.get_running_loop().create_task(self._load(version_id))
        self._decks.move_to_end(key)
        deck = await asyncio.shield(task)
        self._evict(key)
        return deck

    async def _load(self, version_id: str) -> Deck:
        rows = await self._db.fetch("select * from ratedeck_bytes(cast(:id as uuid))", {"id": version_id})
        if not rows or rows[0].deck is None:
            return Deck.build(())
        return await asyncio.to_thread(Deck.from_bytes, bytes(rows[0].deck))

    def _evict(self, keep: Key) -> None:
        for key in [key for key in self._decks if key[0] == keep[0] and key != keep]:
            del self._decks[key]
        loaded = {k: t for k, t in self._decks.items() if t.done() and not t.cancelled() and t.exception() is None}
        total = sum(len(task.result()) for task in loaded.values())
        for key, task in loaded.items():
            if total <= MAX_RATES:
                break
            if key != keep:
                total -= len(task.result())
                del self._decks[key]
