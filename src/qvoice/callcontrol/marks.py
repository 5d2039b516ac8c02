"""What was saved is what the next call does: a writer waits here until call control has heard of his change.

Notices of one transaction carry its mark (db/notices.py) and come in the order of the commits; whoever has heard a mark
has put out of date whatever the transaction changed.
"""

from __future__ import annotations

import asyncio
from typing import Any

PATIENCE_S = 1.0
"""A notice comes within milliseconds; while the connection to the database is lost it does not come at all."""
KEPT = 4096
"""So many marks are remembered for writers who ask after their notice was here."""


class Marks:
    """The marks heard last, and who waits for which."""

    def __init__(self) -> None:
        self._heard: dict[str, None] = {}
        self._waiting: dict[str, asyncio.Future[None]] = {}

    def on_notice(self, notice: dict[str, Any]) -> None:
        """Take a `qvoice_doc` notice, after everything that it puts out of date."""
        mark = notice.get("mark")
        if not isinstance(mark, str) or mark in self._heard:
            return
        self._heard[mark] = None
        if len(self._heard) > KEPT:
            del self._heard[next(iter(self._heard))]
        waiting = self._waiting.pop(mark, None)
        if waiting is not None and not waiting.done():
            waiting.set_result(None)

    async def heard(self, arguments: dict[str, Any]) -> dict[str, Any]:
        """RPC `heard {"mark"}`: answer once the mark was heard; `heard` is false when it did not come."""
        mark = str(arguments.get("mark", ""))[:64]
        if mark in self._heard:
            return {"heard": True}
        waiting = self._waiting.setdefault(mark, asyncio.get_running_loop().create_future())
        try:
            await asyncio.wait_for(asyncio.shield(waiting), PATIENCE_S)
        except TimeoutError:
            if self._waiting.get(mark) is waiting:
                del self._waiting[mark]
            return {"heard": False}
        return {"heard": True}
