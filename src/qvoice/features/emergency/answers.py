"""The flow's word that an emergency call goes out: recorded once, and those who must know are told."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import msgspec
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from qvoice.core.dialing.emergency import TEST_NUMBERS
from qvoice.core.dialing.normalise import country_of, to_e164
from qvoice.core.flow.requests import RecordEmergency
from qvoice.db.notices import notify_event
from qvoice.features import documents
from qvoice.features.callflows.context import Answer, AnswerContext
from qvoice.features.emergency.location import contacts_of, location_of
from qvoice.features.notices.send import notify
from qvoice.features.numbers import table as numbers

_INSERT = text(
    "insert into emergency_calls (call_id, account_id, number, device_id, user_id, shown, facts, started)"
    " values (:call, :account, :number, :device, :user, :shown, cast(:facts as jsonb), :started)"
    " on conflict (call_id) do nothing returning call_id"
)


async def record(context: AnswerContext, request: RecordEmergency) -> None:
    """Write it down (a second time does nothing), send the notices, raise the live event."""
    async with context.db.tx(context.scope) as session:
        started = datetime.fromtimestamp(request.started, UTC)
        facts, to = await _facts(session, context.scope.account_id, request)
        row = await session.execute(
            _INSERT,
            {
                "call": context.call.call_id,
                "account": context.scope.account_id,
                "number": request.number,
                "device": request.device_id,
                "user": request.user_id,
                "shown": request.shown,
                "facts": msgspec.json.encode(facts).decode(),
                "started": started,
            },
        )
        if row.one_or_none() is None:
            return
        told = {**facts, "call_id": context.call.call_id}
        await notify_event(
            session,
            account_id=context.scope.account_id,
            name="emergency",
            data=told,
        )
        if request.number not in TEST_NUMBERS:
            await notify(session, "emergency", to, facts, now=started)


async def _facts(
    session: AsyncSession, account_id: str, request: RecordEmergency
) -> tuple[dict[str, Any], tuple[str, ...]]:
    """Return what is known of the call, and who is told: the account's list, else all its administrators."""
    account = await documents.load(session, "accounts", account_id)
    device = await documents.get(session, "devices", request.device_id) if request.device_id else None
    user = await documents.get(session, "users", request.user_id) if request.user_id else None
    number = await numbers.one(session, to_e164(request.shown, country_of(account.doc)))
    number_doc: Mapping[str, Any] = number.doc if number is not None else {}
    known: list[tuple[str, Mapping[str, Any]]] = [("number", number_doc), ("account", account.doc)]
    for name, found in (("user", user), ("device", device)):
        if found is not None:
            known.insert(0, (name, found.doc))
    location, source = location_of(known)
    person = f"{user.doc.get('first_name', '')} {user.doc.get('last_name', '')}".strip() if user else ""
    facts = {
        "dialled": request.number,
        "shown": request.shown,
        "name": person or (str(device.doc.get("name", "")) if device else ""),
        "device": str(device.doc.get("name", "")) if device else "",
        "device_id": request.device_id,
        "owner_id": request.user_id,
        "location": location,
        "location_of": source,
        "started": int(request.started),
    }
    to = contacts_of((number_doc, account.doc))
    if not to:
        admins = await documents.find(session, "users", priv_level="admin")
        to = tuple(admin.id for admin in admins if admin.doc.get("email"))
    return facts, to


ANSWERS: dict[type, Answer] = {RecordEmergency: record}
