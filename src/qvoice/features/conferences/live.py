"""What is going on in conference rooms now: asked of call control, which alone knows."""

from __future__ import annotations

from typing import Any

from qvoice.features.channels import control
from qvoice.features.channels.control import CallControlAway
from qvoice.kit import log
from qvoice.kit.settings import Settings

IDLE = {"members": 0, "moderators": 0, "duration": 0, "is_locked": False, "is_recording": False}
"""The live fields of a room that is not open (kazoo.md 2.2)."""


async def rooms(settings: Settings | None, account_id: str) -> dict[str, dict[str, Any]]:
    """Return {conference id: live room} of an account; none while call control is away (no conference goes on then)."""
    if settings is None:
        return {}
    try:
        answer = await control.ask(settings, "rooms", account=account_id)
    except CallControlAway:
        log.get().warning("conferences.live_unknown", account=account_id)
        return {}
    return {room["conference_id"]: room for room in answer["rooms"]}


def fields(room: dict[str, Any] | None) -> dict[str, Any]:
    """Return the `_read_only` fields of a room, or of none."""
    return {key: room[key] for key in IDLE} if room else dict(IDLE)
