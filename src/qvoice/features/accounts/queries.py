"""Questions about the tree of accounts."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import select, text
from sqlalchemy.ext.asyncio import AsyncSession

from qvoice.features.accounts.resource import TABLE


async def descendants(s: AsyncSession, ids: Sequence[str]) -> dict[str, int]:
    """Return how many accounts stand below each of these, as far as the session's scope sees them."""
    if not ids:
        return {}
    rows = await s.execute(text("select * from accounts_below(cast(:ids as uuid[]))"), {"ids": list(ids)})
    return {row.id.hex: row.below for row in rows}


async def resellers_among(s: AsyncSession, ids: Sequence[str]) -> frozenset[str]:
    """Return which of these accounts may have accounts of their own: resellers, and the master."""
    if not ids:
        return frozenset()
    rows = await s.execute(
        select(TABLE.c.id).where(TABLE.c.id.in_(ids) & (TABLE.c.is_reseller | TABLE.c.parent_id.is_(None)))
    )
    return frozenset(rows.scalars())
