"""What must happen around every write of documents and numbers, whatever the resource: told to `features/*/watch.py`.

A watcher has `before_write(session, account_id, type)`, called before a row of an account changes, and
`before_commit(session)`, called once at the end of a request's transaction; raising an error there rolls all of it
back. Charges for services are such a watcher.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from qvoice.features.documents.resource import discover


@lru_cache(maxsize=1)
def _watchers() -> tuple[Any, ...]:
    return tuple(discover("watch"))


async def before_write(session: AsyncSession, account_id: str, type: str) -> None:
    """Tell the watchers that something of this type is about to change in an account."""
    for watcher in _watchers():
        await watcher.before_write(session, account_id, type)


async def before_commit(session: AsyncSession) -> None:
    """Tell the watchers that the transaction is about to end well."""
    for watcher in _watchers():
        await watcher.before_commit(session)
