"""A flow says that a recording of its call is complete (record_caller)."""

from __future__ import annotations

import asyncio

from qvoice.core.flow.requests import KeepRecording
from qvoice.features.callflows.context import Answer, AnswerContext


async def keep_recording(context: AnswerContext, request: KeepRecording) -> None:
    """Mark it as due: the worker keeps it within seconds, also when the database is away now."""
    await asyncio.to_thread(context.media.journal.mark_due, request.ref)


ANSWERS: dict[type, Answer] = {KeepRecording: keep_recording}
