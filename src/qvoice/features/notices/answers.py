"""A flow's notices and webhooks, written down in the call's own account."""

from __future__ import annotations

from qvoice.core.flow.requests import FireWebhook, SendNotice
from qvoice.db.queue import defer
from qvoice.features.callflows.context import Answer, AnswerContext
from qvoice.features.notices.hook import CALL_WEB, QUEUE
from qvoice.features.notices.send import notify
from qvoice.kit.clock import utcnow


async def send_notice(context: AnswerContext, request: SendNotice) -> None:
    """Write a mail for each recipient."""
    async with context.db.tx(context.scope) as session:
        await notify(session, request.kind, request.to, request.facts, now=utcnow())


async def fire_webhook(context: AnswerContext, request: FireWebhook) -> None:
    """Have a web address called."""
    async with context.db.tx(context.scope) as session:
        await defer(
            session,
            CALL_WEB,
            queue=QUEUE,
            account_id=context.scope.account_id,
            url=request.url,
            verb=request.verb,
            retries=request.retries,
            body=request.data,
        )


ANSWERS: dict[type, Answer] = {SendNotice: send_notice, FireWebhook: fire_webhook}
