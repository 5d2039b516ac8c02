"""Answers to a flow's questions about conferences, in the call's account."""

from __future__ import annotations

import hmac
from typing import Any

from sqlalchemy import text

from qvoice.core.flow.requests import CheckRoomPin, FindRoom, Room
from qvoice.features.callflows.context import Answer, AnswerContext
from qvoice.features.conferences.resource import pins_of
from qvoice.features.documents import store
from qvoice.features.pin_attempts import count
from qvoice.kit.clock import utcnow
from qvoice.kit.ids import is_id


async def find_room(context: AnswerContext, request: FindRoom) -> Room | None:
    """Find a conference by id, or by one of its numbers."""
    party, id = "room", request.conference_id or ""
    async with context.db.tx(context.scope) as session:
        if request.number:
            row = (
                await session.execute(
                    text("select conference_id, party from conference_numbers where number = :number"),
                    {"number": request.number},
                )
            ).one_or_none()
            if row is None:
                return None
            id, party = row.conference_id.hex, row.party
        found = await store.get(session, "conferences", id) if is_id(id) else None
    if found is None:
        return None
    return Room(
        conference_id=found.id,
        document=_without_pins(found.whole),
        member_pins=bool(pins_of(found.doc, "member")),
        moderator_pins=bool(pins_of(found.doc, "moderator")),
        as_moderator=party == "moderator",
    )


def _without_pins(whole: dict[str, Any]) -> dict[str, Any]:
    parties = {
        key: {k: v for k, v in whole[key].items() if k != "pins"}
        for key in ("member", "moderator")
        if isinstance(whole.get(key), dict)
    }
    return {**whole, **parties}


async def check_room_pin(context: AnswerContext, request: CheckRoomPin) -> str:
    """Compare a PIN with the moderators' and the members'; the attempt is counted before."""
    async with context.db.tx(context.scope) as session:
        found = await store.get(session, "conferences", request.conference_id)
    if found is None:
        return "wrong"
    places = count.origins(caller_device=context.call.device_id, caller_number=context.call.caller.number)
    if not await count.begin(context.db, context.scope, subject=found.id, places=places, now=utcnow()):
        return "locked"
    for party in ("moderator", "member"):
        # Every PIN is compared, so that time tells nothing.
        if any([hmac.compare_digest(pin.encode(), request.pin.encode()) for pin in pins_of(found.doc, party)]):
            await count.right(context.db, context.scope, subject=found.id, places=places)
            return party
    return "wrong"


ANSWERS: dict[type, Answer] = {FindRoom: find_room, CheckRoomPin: check_room_pin}
