"""Answers to a flow's questions about hot-desking. The phone is always the one that calls."""

from __future__ import annotations

import hmac

from sqlalchemy import text

from qvoice.core.dialing.hotdesk import allowed
from qvoice.core.flow.requests import CheckDeskPin, Desk, DeskLogin, DeskLogout, FindDesk
from qvoice.features.callflows.context import Answer, AnswerContext
from qvoice.features.documents import store
from qvoice.features.hotdesks import log_in as logins
from qvoice.features.pin_attempts import count
from qvoice.kit.clock import utcnow
from qvoice.kit.ids import is_id


async def find_desk(context: AnswerContext, request: FindDesk) -> Desk | None:
    """Find a user with hot-desking switched on."""
    async with context.db.tx(context.scope) as session:
        id = request.user_id or ""
        if request.hotdesk_id:
            row = await session.execute(
                text("select id from users where deleted is null and doc #>> '{hotdesk,id}' = :id"),
                {"id": request.hotdesk_id},
            )
            found = row.scalar()
            id = found.hex if found is not None else ""
        user = await store.get(session, "users", id) if is_id(id) else None
    if user is None or not allowed(user.whole):
        return None
    hotdesk = user.doc["hotdesk"]
    return Desk(user.id, needs_pin=bool(hotdesk.get("pin")) or hotdesk.get("require_pin") is True)


async def check_desk_pin(context: AnswerContext, request: CheckDeskPin) -> str:
    """Compare a PIN, counted before per phone and user; ids that do not exist are counted per phone."""
    phone = context.call.device_id
    if not phone:
        return "wrong"
    places = count.origins(caller_device=phone, caller_number="")
    subject = request.user_id or phone
    if not await count.begin(context.db, context.scope, subject=subject, places=places, now=utcnow()):
        return "locked"
    if request.user_id is None:
        return "wrong"
    async with context.db.tx(context.scope) as session:
        user = await store.get(session, "users", request.user_id)
    pin = str(((user.doc.get("hotdesk") or {}).get("pin") if user is not None else None) or "")
    if not pin or not hmac.compare_digest(pin.encode(), request.pin.encode()):
        return "wrong"
    await count.right(context.db, context.scope, subject=subject, places=places)
    return "ok"


async def desk_login(context: AnswerContext, request: DeskLogin) -> None:
    """Log the user in at the calling phone."""
    if context.call.device_id:
        async with context.db.tx(context.scope) as session:
            await logins.log_in(session, device_id=context.call.device_id, user_id=request.user_id, now=utcnow())


async def desk_logout(context: AnswerContext, request: DeskLogout) -> None:
    """Log users out of the calling phone."""
    if context.call.device_id:
        async with context.db.tx(context.scope) as session:
            await logins.log_out(session, device_id=context.call.device_id, user_ids=request.user_ids)


ANSWERS: dict[type, Answer] = {
    FindDesk: find_desk,
    CheckDeskPin: check_desk_pin,
    DeskLogin: desk_login,
    DeskLogout: desk_logout,
}
