"""Reads of directories."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

MAX_PEOPLE = 20_000
"""People of one directory that a call looks at."""


@dataclass(frozen=True, slots=True)
class Listed:
    """A user in a directory. `name_blob`: the blob of the name recorded in the user's voicemail box, or ''."""

    user_id: str
    first_name: str
    last_name: str
    callflow_id: str
    name_blob: str


async def listed(session: AsyncSession, directory_id: str) -> list[Listed]:
    """Return who is in a directory and switched on, by last and first name."""
    rows = await session.execute(
        text(
            "select u.id, u.doc->>'first_name' as first, u.doc->>'last_name' as last,"
            " u.doc->'directories'->>(:directory) as flow,"
            " (select a.playable_id from vmboxes v join media_audio a on a.media_id::text"
            "   = (v.doc->'media'->>'name')::uuid::text"
            "  where v.owner_id = u.id and v.deleted is null and v.doc->'media'->>'name' ~ '^[0-9a-f]{32}$' limit 1)"
            " as blob"
            " from users u where u.deleted is null and u.doc->'directories' ? (:directory)"
            " and u.doc->>'enabled' is distinct from 'false' order by lower(u.doc->>'last_name'),"
            " lower(u.doc->>'first_name'), u.id limit :most"
        ),
        {"directory": directory_id, "most": MAX_PEOPLE},
    )
    return [
        Listed(row.id.hex, row.first or "", row.last or "", row.flow or "", row.blob.hex if row.blob else "")
        for row in rows
    ]
