"""Callers' names from carriers (CNAM): asked before the phone rings, so briefly, and remembered for a day."""

from __future__ import annotations

import time
from collections import OrderedDict

from qvoice.db import Database
from qvoice.db.engine import DatabaseAway
from qvoice.features.carriers.adapter import CarrierProblem
from qvoice.features.carriers.search import adapter, carriers
from qvoice.kit import log

DAY = 86_400.0
UNKNOWN = 600.0
"""Seconds that "nobody knows" is believed."""
MAX_NAMES = 20_000


class Names:
    """The names one process knows."""

    def __init__(self) -> None:
        self._known: OrderedDict[str, tuple[float, str]] = OrderedDict()

    async def of(self, db: Database, number: str) -> str:
        """Return the name of a caller's number, '' when no carrier tells in time."""
        known = self._known.get(number)
        if known is not None and known[0] > time.monotonic():
            return known[1]
        name = await _asked(db, number)
        self._known[number] = (time.monotonic() + (DAY if name else UNKNOWN), name)
        while len(self._known) > MAX_NAMES:
            self._known.popitem(last=False)
        return name


async def _asked(db: Database, number: str) -> str:
    try:
        able = [one for one in await carriers(db) if one.doc.get("lookups") is True]
    except DatabaseAway:
        return ""
    for one in able[:1]:
        try:
            return await adapter(one.doc).caller_name(number)
        except CarrierProblem as problem:
            log.get().warning("carrier.no_name", carrier=one.id, problem=str(problem))
    return ""
