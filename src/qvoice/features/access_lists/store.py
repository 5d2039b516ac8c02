"""The table `access_lists`: a row for an account's log-ins, one for its phones, one for each device with its own."""

from __future__ import annotations

from typing import Any, Literal

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from qvoice.features.tasks.store import json
from qvoice.kit import ids

Purpose = Literal["logins", "phones"]
_WHICH = " where account_id = :account and purpose = :purpose and device_id is not distinct from cast(:device as uuid)"


def _which(account_id: str, purpose: Purpose, device_id: str | None) -> dict[str, Any]:
    return {"account": account_id, "purpose": purpose, "device": device_id}


async def stored(s: AsyncSession, account_id: str, purpose: Purpose, device_id: str | None = None) -> dict[str, Any]:
    """Return the list; one that lets everybody in when there is none."""
    found = await s.execute(text("select doc from access_lists" + _WHICH), _which(account_id, purpose, device_id))
    return found.scalar() or {"order": "allow,deny", "cidrs": []}


async def keep(
    s: AsyncSession, account_id: str, purpose: Purpose, doc: dict[str, Any], device_id: str | None = None
) -> None:
    """Put the list in the place of the one there was."""
    await drop(s, account_id, purpose, device_id)
    await s.execute(
        text(
            "insert into access_lists (id, account_id, purpose, device_id, doc)"
            " values (:new, :account, :purpose, cast(:device as uuid), cast(:doc as jsonb))"
        ),
        {"new": ids.new_id(), "doc": json(doc), **_which(account_id, purpose, device_id)},
    )


async def drop(s: AsyncSession, account_id: str, purpose: Purpose, device_id: str | None = None) -> None:
    """Remove the list."""
    await s.execute(text("delete from access_lists" + _WHICH), _which(account_id, purpose, device_id))
