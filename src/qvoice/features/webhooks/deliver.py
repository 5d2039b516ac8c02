"""Sending: every event that a hook wants is one delivery; it is tried, tried again later, and each try is written down.

Deliveries are written by the database itself where the event happens (`webhook_note`). `take_up` puts them into the
queue `web`; a delivery that fails goes back into it for later, so nobody waits in a worker for a server that is away.
A hook whose deliveries keep failing is switched off, and its account's administrators are told.
"""

from __future__ import annotations

import hashlib
import hmac
import time
import uuid
from datetime import timedelta
from typing import Any
from urllib.parse import urlencode

import msgspec
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from qvoice.db import Database, Scope
from qvoice.db.queue import Backoff, Task, defer
from qvoice.features import documents
from qvoice.features.mail.queue_mail import queue_mail
from qvoice.features.notices.hook import QUEUE, Message, NotCalled, call_once
from qvoice.features.webhooks.hooks import TEST, wanted
from qvoice.kit import log
from qvoice.kit.clock import utcnow
from qvoice.kit.settings import Settings

DELIVER = "webhooks.deliver"
PAUSES = (5, 30, 120, 600, 1800, 3600, 7200, 14400)
"""Seconds before each further try."""
MAX_FAILED = 10
"""Deliveries that failed in a row, after all their tries, before a hook is switched off."""


def signature(secret: str, at: int, body: bytes) -> str:
    """Return the value of `X-QVOICE-Signature`: HMAC-SHA256 over the time, a dot and the body (a GET's query)."""
    digest = hmac.new(secret.encode(), f"{at}.".encode() + body, hashlib.sha256).hexdigest()
    return f"t={at},v1={digest}"


def message(document: dict[str, Any], delivery: Any, *, now: int) -> Message:
    """Return what is sent for a delivery."""
    facts = {
        **delivery.data,
        "hook_event": delivery.name,
        "event_id": delivery.id.hex,
        "account_id": delivery.about.hex,
        **(document.get("custom_data") or {}),
    }
    verb, as_json = document.get("http_verb", "post"), document.get("format") == "json"
    body = msgspec.json.encode(facts) if as_json and verb != "get" else urlencode(_flat(facts)).encode()
    kind = "application/json" if as_json else "application/x-www-form-urlencoded"
    headers = {
        "X-QVOICE-Event": delivery.name,
        "X-QVOICE-Delivery": delivery.id.hex,
        "X-QVOICE-Signature": signature(str(document.get("secret") or ""), now, body),
    }
    return Message(document["uri"], verb, body, kind, headers)


def _flat(facts: dict[str, Any], above: str = "") -> dict[str, str]:
    """Return nested facts as the dialect writes them in forms: `outer[inner]=…`."""
    flat: dict[str, str] = {}
    for key, value in facts.items():
        name = f"{above}[{key}]" if above else key
        if isinstance(value, dict):
            flat |= _flat(value, name)
        elif isinstance(value, bool):
            flat[name] = "true" if value else "false"
        elif value is not None:
            flat[name] = msgspec.json.encode(value).decode() if isinstance(value, list) else str(value)
    return flat


async def take_up(db: Database) -> int:
    """Put new deliveries into the queue; returns how many."""
    rows = await db.fetch("select * from webhooks_waiting()")
    for row in rows:
        async with db.tx(Scope(row.account_id.hex, row.path)) as s:
            taken = await s.execute(
                text("update webhook_deliveries set state = 'queued' where id = :id and state = 'new' returning id"),
                {"id": row.id},
            )
            if taken.first() is not None:
                await _put(s, row.account_id.hex, row.path, row.id.hex)
    return len(rows)


async def _put(s: AsyncSession, account_id: str, path: str, id: str, *, seconds: int = 0) -> None:
    at = utcnow() + timedelta(seconds=seconds) if seconds else None
    await defer(s, DELIVER, at=at, queue=QUEUE, account_id=account_id, path=path, delivery_id=id)


async def deliver(db: Database, settings: Settings, *, account_id: str, path: str, delivery_id: str) -> None:
    """Try one delivery once."""
    scope = Scope(account_id, path)
    async with db.tx(scope) as s:
        delivery = await _load(s, delivery_id)
        if delivery is None or delivery.state != "queued":
            return
        hook = await documents.get(s, "webhooks", delivery.webhook_id.hex)
        test = delivery.name == TEST
        on = hook is not None and hook.doc.get("enabled", True) and wanted(hook.doc, delivery.name, delivery.data)
        if hook is None or not (test or on):
            await _end(s, delivery, "dropped")
            return
    sent = message(hook.doc, delivery, now=int(time.time()))
    began, status, problem, code = time.monotonic(), 0, "", ""
    try:
        status, _ = await call_once(sent, private_too=settings.network.webhooks_private == 1)
    except NotCalled as failure:
        status, problem, code = failure.status, str(failure), failure.code
    spent = int((time.monotonic() - began) * 1000)
    async with db.tx(scope) as s:
        await _note(s, delivery, status, spent, (problem, code))
        tried = delivery.tried + 1
        if not problem:
            await _end(s, delivery, "done")
            await _count(s, hook.id, "0")
        elif tried <= (0 if test else min(int(hook.doc.get("retries", 2)), len(PAUSES))):
            await s.execute(
                text("update webhook_deliveries set tried = :tried where id = :id"),
                {"id": delivery.id, "tried": tried},
            )
            await _put(s, account_id, path, delivery_id, seconds=PAUSES[tried - 1])
        else:
            await _end(s, delivery, "failed")
            if not test and await _count(s, hook.id, "failures + 1") >= MAX_FAILED:
                await _switch_off(s, hook, problem, code)


async def _load(s: AsyncSession, delivery_id: str) -> Any | None:
    return (
        await s.execute(text("select * from webhook_deliveries where id = :id"), {"id": uuid.UUID(delivery_id)})
    ).first()


async def _note(s: AsyncSession, delivery: Any, status: int, milliseconds: int, problem: tuple[str, str]) -> None:
    await s.execute(
        text(
            "insert into webhook_attempts (account_id, webhook_id, delivery_id, status, milliseconds, problem, code)"
            " values (:account, :hook, :id, :status, :ms, :problem, :code)"
        ),
        {
            "account": delivery.account_id,
            "hook": delivery.webhook_id,
            "id": delivery.id,
            "status": status,
            "ms": milliseconds,
            "problem": problem[0][:300],
            "code": problem[1],
        },
    )


async def _end(s: AsyncSession, delivery: Any, state: str) -> None:
    await s.execute(
        text("update webhook_deliveries set state = :state, tried = tried + 1 where id = :id"),
        {"id": delivery.id, "state": state},
    )


async def _count(s: AsyncSession, hook_id: str, value: str) -> int:
    """Set the count of deliveries that failed in a row; `value` is ours: `0` or `failures + 1`."""
    return int(
        await s.scalar(
            text(f"update webhooks set failures = {value} where id = :id returning failures"),
            {"id": uuid.UUID(hook_id)},
        )
        or 0
    )


async def _switch_off(s: AsyncSession, hook: documents.Document, problem: str, code: str) -> None:
    reason = f"{MAX_FAILED} deliveries in a row failed; the last one: {problem}"[:300]
    await documents.merge(s, "webhooks", hook.id, {"enabled": False, "disable_reason": reason, "disable_code": code})
    await _count(s, hook.id, "0")
    log.get().warning("webhook.switched_off", account=hook.account_id, webhook=hook.id, problem=problem)
    account = await documents.load(s, "accounts", hook.account_id)
    admins = [user for user in await documents.find(s, "users") if user.doc.get("priv_level") == "admin"]
    facts = {"name": hook.doc.get("name", ""), "uri": hook.doc["uri"], "problem": problem, "count": MAX_FAILED}
    language = str(account.doc.get("language") or "en")
    to = [str(user.doc["email"]) for user in admins if user.doc.get("email")]
    await queue_mail(s, kind="webhook_disabled", to=to, language=language, facts=facts)


TASK = Task(DELIVER, deliver, Backoff(first=5, tries=5), QUEUE)
