"""Reading and deleting recordings of the transaction's account."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from qvoice.features.media import blobs
from qvoice.kit.errors import NotFound
from qvoice.kit.ids import is_id

_COLUMNS = "id, owner_ids, blob_id, doc, started, upload_state, upload_attempts, upload_problem"


@dataclass(frozen=True, slots=True)
class Kept:
    """One recording. `document` is what the API shows; `owner_ids` the users whose call it was."""

    id: str
    owner_ids: tuple[str, ...]
    blob_id: str
    started: datetime
    document: dict[str, Any]


def _kept(row: Any) -> Kept:
    owners = tuple(owner.hex for owner in row.owner_ids)
    document = {"id": row.id.hex, **row.doc, "owner_id": owners[0] if owners else None}
    if "url" in row.doc:
        document["upload"] = {
            "state": row.upload_state or "waiting",
            "attempts": row.upload_attempts,
            "problem": row.upload_problem or None,
        }
    return Kept(row.id.hex, owners, row.blob_id.hex, row.started, document)


async def listing(
    s: AsyncSession,
    *,
    owner_id: str | None = None,
    since: datetime | None = None,
    until: datetime | None = None,
    interaction_id: str | None = None,
    call_id: str | None = None,
    oldest_first: bool = False,
    limit: int = 5000,
) -> list[Kept]:
    """Return recordings, newest first; of a user, a time, an interaction or a call only, when given."""
    order = "asc" if oldest_first else "desc"
    rows = await s.execute(
        text(
            f"select {_COLUMNS} from recordings where"
            " (cast(:owner as uuid) is null or cast(:owner as uuid) = any(owner_ids))"
            " and (cast(:since as timestamptz) is null or started >= :since)"
            " and (cast(:until as timestamptz) is null or started <= :until)"
            " and (cast(:interaction as text) is null or interaction_id = :interaction)"
            " and (cast(:call as text) is null or call_id = :call)"
            f" order by started {order}, id limit :limit"
        ),
        {
            "owner": owner_id,
            "since": since,
            "until": until,
            "interaction": interaction_id,
            "call": call_id,
            "limit": limit,
        },
    )
    return [_kept(row) for row in rows]


async def load(s: AsyncSession, id: str) -> Kept:
    """Return one; raises NotFound."""
    row = None
    if is_id(id):
        row = (await s.execute(text(f"select {_COLUMNS} from recordings where id = :id"), {"id": id})).one_or_none()
    if row is None:
        raise NotFound("there is no such recording")
    return _kept(row)


async def delete(s: AsyncSession, kept: Kept) -> None:
    """Delete a recording and its audio."""
    await s.execute(text("delete from recordings where id = :id"), {"id": kept.id})
    await blobs.drop(s, kept.blob_id)
