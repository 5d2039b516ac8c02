"""The flow's question who is registered now."""

from __future__ import annotations

from typing import Any

from qvoice.core.flow.requests import Registered
from qvoice.features.callflows.context import AnswerContext
from qvoice.features.edge.registrations import registered_device_ids


async def _registered(context: AnswerContext, request: Registered) -> frozenset[str]:
    async with context.db.tx(context.scope) as s:
        return frozenset(request.device_ids) & await registered_device_ids(s)


ANSWERS: dict[type, Any] = {Registered: _registered}
