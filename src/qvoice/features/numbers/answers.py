"""Answers to a flow's questions about telephone numbers."""

from __future__ import annotations

from qvoice.core.flow.requests import FindNumber, NumberOwner
from qvoice.features.callflows.context import Answer, AnswerContext


async def find_number(context: AnswerContext, request: FindNumber) -> NumberOwner | None:
    """Who on this platform owns the number?"""
    return await context.snapshots.number_owner(request.e164)


ANSWERS: dict[type, Answer] = {FindNumber: find_number}
