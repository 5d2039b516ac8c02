"""Reading live channels of an account."""

from __future__ import annotations

from typing import Any

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from qvoice.kit.errors import NotFound

MAX_ROWS = 5_000


async def live(s: AsyncSession, *, owner_id: str | None = None, device_id: str | None = None) -> list[dict[str, Any]]:
    """Return the channels of the transaction's account, newest first; of a user or a device only when given."""
    rows = await s.execute(
        text(
            "select doc from channels where (cast(:owner as uuid) is null or owner_id = cast(:owner as uuid))"
            " and (cast(:device as text) is null or authorizing_id = :device) order by created desc, uuid limit :limit"
        ),
        {"owner": owner_id, "device": device_id, "limit": MAX_ROWS},
    )
    return [row.doc for row in rows]


async def load(s: AsyncSession, uuid: str) -> dict[str, Any]:
    """Return one channel; raises NotFound."""
    row = (await s.execute(text("select doc from channels where uuid = :uuid"), {"uuid": uuid})).first()
    if row is None:
        raise NotFound("there is no such live call")
    return row.doc
