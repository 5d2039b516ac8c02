"""Emergency calls of the last hour, for a call control that starts: call-backs must find their phones."""

from __future__ import annotations

from datetime import datetime, timedelta

from qvoice.core.dialing.emergency import CALLBACK_SECONDS, Callbacks
from qvoice.db.engine import Database


async def load(db: Database, callbacks: Callbacks, *, now: datetime) -> int:
    """Fill `callbacks` from the record; return how many there were. Raises DatabaseAway."""
    since = now - timedelta(seconds=CALLBACK_SECONDS)
    rows = await db.fetch("select * from emergency_calls_since(:since)", {"since": since})
    for row in rows:
        if row.device_id is not None:
            callbacks.note(row.account_id.hex, row.shown, row.device_id.hex, at=row.started.timestamp())
    return len(rows)
