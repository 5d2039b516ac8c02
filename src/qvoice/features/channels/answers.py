"""The flow's question whose phones are in a call now."""

from __future__ import annotations

from typing import Any

from sqlalchemy import text

from qvoice.core.flow.requests import InCall
from qvoice.features.callflows.context import AnswerContext


async def _in_call(context: AnswerContext, request: InCall) -> frozenset[str]:
    """Which of the devices have a channel; the asking call's own does not count. A call that has just ended (a feature
    code, say) does not count either: what is known of it waits up to a moment to be written.
    """
    if context.written is not None:
        await context.written()
    async with context.db.tx(context.scope) as s:
        rows = await s.execute(
            text(
                "select distinct authorizing_id from channels where authorizing_id = any(:devices) and call_id <> :call"
            ),
            {"devices": list(request.device_ids), "call": context.call.call_id},
        )
        return frozenset(row.authorizing_id for row in rows)


ANSWERS: dict[type, Any] = {InCall: _in_call}
