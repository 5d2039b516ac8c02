"""Answers to a flow's questions about hours: the override that `temporal_route` sets by phone."""

from __future__ import annotations

from qvoice.core.flow.requests import SetRules
from qvoice.features.callflows.context import Answer, AnswerContext
from qvoice.features.documents import store


async def set_rules(context: AnswerContext, request: SetRules) -> None:
    """Force temporal rules on or off, or give them back to the clock (`enabled` absent). Ids of other accounts do
    nothing.
    """
    async with context.db.tx(context.scope) as session:
        for id in sorted(set(request.rule_ids)):
            if await store.get(session, "temporal_rules", id) is not None:
                await store.merge(session, "temporal_rules", id, {"enabled": request.enabled})


ANSWERS: dict[type, Answer] = {SetRules: set_rules}
