"""Logging users in at a phone and out of it; each in one transaction, so that two phones never both win."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from qvoice.features.documents import store
from qvoice.kit.clock import to_gregorian
from qvoice.kit.ids import is_id


async def log_in(session: AsyncSession, *, device_id: str, user_id: str, now: datetime) -> None:
    """Log a user in at a device. Unless the user keeps other logins, he is out everywhere else; raises NotFound."""
    # The user's row is the lock: logins of one user wait for each other, whatever phones they come from.
    user = await store.load(session, "users", user_id, lock=True)
    hotdesk = user.doc.get("hotdesk") or {}
    if hotdesk.get("keep_logged_in_elsewhere") is not True:
        for other in await devices_of(session, user_id):
            if other != device_id:
                await log_out(session, device_id=other, user_ids=[user_id])
    device = await store.load(session, "devices", device_id)
    if device.doc.get("owner_id") == user_id:
        return  # at his own phone he is at home: nothing to remember
    # Milliseconds: of two who log in within a second the later one counts.
    at = to_gregorian(now) + now.microsecond // 1000 / 1000
    await store.merge(session, "devices", device_id, {"hotdesk": {"users": {user_id: {"at": at}}}})


async def log_out(session: AsyncSession, *, device_id: str, user_ids: Iterable[str]) -> None:
    """Log users out of a device; raises NotFound when there is no such device."""
    await store.merge(session, "devices", device_id, {"hotdesk": {"users": dict.fromkeys(user_ids)}})


async def devices_of(session: AsyncSession, user_id: str) -> list[str]:
    """Return the ids of the devices where a user is logged in, in id order (so that locks never cross)."""
    if not is_id(user_id):
        return []
    rows = await session.execute(
        text("select id from devices where deleted is null and doc #> '{hotdesk,users}' ? :user order by id"),
        {"user": user_id},
    )
    return [row.id.hex for row in rows]


async def used_desks(session: AsyncSession) -> list[tuple[str, list[str]]]:
    """Return (device id, user ids) of the account's devices where somebody is logged in."""
    rows = await session.execute(
        text(
            "select id, array(select jsonb_object_keys(doc #> '{hotdesk,users}') order by 1) as users from devices"
            " where deleted is null and jsonb_typeof(doc #> '{hotdesk,users}') = 'object'"
            " and doc #> '{hotdesk,users}' <> '{}'::jsonb order by id"
        )
    )
    return [(row.id.hex, list(row.users)) for row in rows]
