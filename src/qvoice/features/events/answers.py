"""Live events that a flow emits by itself."""

from __future__ import annotations

from qvoice.core.flow.requests import EmitEvent
from qvoice.db.notices import notify_event
from qvoice.features.callflows.context import Answer, AnswerContext


async def emit(context: AnswerContext, request: EmitEvent) -> None:
    """Send a live event to the account's listeners."""
    async with context.db.tx(context.scope) as session:
        await notify_event(session, account_id=context.scope.account_id, name=request.name, data=request.data)


ANSWERS: dict[type, Answer] = {EmitEvent: emit}
