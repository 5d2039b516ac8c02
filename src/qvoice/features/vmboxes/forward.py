"""Forwarding a message to other boxes of the account, with a spoken introduction before it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from qvoice.features.documents import store
from qvoice.features.media import blobs
from qvoice.features.media.wav import joined
from qvoice.features.vmboxes import messages
from qvoice.features.vmboxes.store_message import Caller, insert
from qvoice.kit.ids import new_id


async def forward(
    session: AsyncSession,
    box_id: str,
    message_id: str,
    *,
    to_mailboxes: Sequence[str],
    now: datetime,
    introduction: bytes | None = None,
    ref: str | None = None,
) -> tuple[str, ...]:
    """Copy a message to the boxes with these numbers; return those that could not take it (no such box, or full).

    `introduction` is a WAV file put before the copy. `ref`, the same on a repeat, makes it idempotent. Raises
    NotFound; Invalid when the
    introduction's rate differs from the message's.
    """
    message = await messages.get(session, box_id, message_id)
    sound = await blobs.read(session, message.blob_id)
    if introduction is not None:
        sound = joined(introduction, sound)
    caller = Caller(message.caller_number, message.caller_name, message.dialled, message.call_id)
    mark = f"forward-{ref or new_id()}"
    missing: list[str] = []
    for number in dict.fromkeys(to_mailboxes):
        boxes = await store.find(session, "vmboxes", mailbox=number, limit=1)
        kept = bool(boxes) and await insert(
            session, box_id=boxes[0].id, ref=mark, audio=sound, caller=caller, received=now
        )
        if not kept:
            missing.append(number)
    return tuple(missing)
