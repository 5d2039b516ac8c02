"""A flow sets the state of a presence id (manual_presence, feature keys)."""

from __future__ import annotations

from qvoice.core.flow.requests import SetPresence
from qvoice.features.callflows.context import Answer, AnswerContext
from qvoice.features.presence.states import Set, put


async def set_presence(context: AnswerContext, request: SetPresence) -> None:
    """Set or take back a state in the call's account."""
    async with context.db.tx(context.scope) as session:
        await put(session, Set(request.presence_id, request.source, request.state, request.number, request.name))


ANSWERS: dict[type, Answer] = {SetPresence: set_presence}
