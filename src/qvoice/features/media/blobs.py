"""Stored audio: bytes in PostgreSQL, under the tenant's row level security, so that every node and every backup has
them.

ADR 0041 says why not in files. A Range request reads its slice only (the column is stored out of line and
uncompressed).
"""

from __future__ import annotations

import asyncio
import hashlib
from dataclasses import dataclass

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from qvoice.kit.errors import NotFound
from qvoice.kit.ids import new_id

CHUNK = 512 * 1024
"""Bytes read at a time when a blob is streamed."""


@dataclass(frozen=True, slots=True)
class Blob:
    """A stored file's facts. `etag` is a quoted strong validator."""

    id: str
    content_type: str
    size: int
    etag: str


async def store(session: AsyncSession, data: bytes, content_type: str) -> str:
    """Store `data` for the transaction's account; return the blob's id."""
    id = new_id()
    digest = (await asyncio.to_thread(hashlib.sha256, data)).digest()
    await session.execute(
        text(
            "insert into blobs (id, account_id, content_type, size, sha256, data)"
            " values (:id, :account, :content_type, :size, :sha256, :data)"
        ),
        {
            "id": id,
            "account": session.info["scope"].account_id,
            "content_type": content_type,
            "size": len(data),
            "sha256": digest,
            "data": data,
        },
    )
    return id


async def facts(session: AsyncSession, id: str) -> Blob:
    """Return a blob's facts; raises NotFound (also when it is another account's)."""
    row = (
        await session.execute(text("select content_type, size, sha256 from blobs where id = :id"), {"id": id})
    ).one_or_none()
    if row is None:
        raise NotFound("There is no such audio.", id=id)
    return Blob(id, row.content_type, row.size, f'"{row.sha256.hex()[:32]}"')


async def read(session: AsyncSession, id: str, start: int = 0, length: int | None = None) -> bytes:
    """Return a blob's bytes from `start` (0 is the first), `length` of them or all; raises NotFound."""
    cut = "substring(data from :start for :length)" if length is not None else "substring(data from :start)"
    row = (
        await session.execute(
            text(f"select {cut} as part from blobs where id = :id"),
            {"id": id, "start": start + 1} | ({"length": length} if length is not None else {}),
        )
    ).one_or_none()
    if row is None:
        raise NotFound("There is no such audio.", id=id)
    return bytes(row.part)


async def copy(session: AsyncSession, id: str) -> str:
    """Copy a blob within the account, in the database; return the copy's id."""
    fresh = new_id()
    done = await session.execute(
        text(
            "insert into blobs (id, account_id, content_type, size, sha256, data)"
            " select :fresh, account_id, content_type, size, sha256, data from blobs where id = :id returning id"
        ),
        {"fresh": fresh, "id": id},
    )
    if done.one_or_none() is None:
        raise NotFound("There is no such audio.", id=id)
    return fresh


async def drop(session: AsyncSession, id: str) -> None:
    """Delete a blob; whoever named it must have been deleted or changed before."""
    await session.execute(text("delete from blobs where id = :id"), {"id": id})
