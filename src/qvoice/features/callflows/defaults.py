"""What every new account starts with: the `no_match` callflow that sends outside calls to the trunks of those above ("Parent")."""

from __future__ import annotations

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from qvoice.core.flow.lookup import NO_MATCH
from qvoice.db.engine import Scope
from qvoice.features.documents import store
from qvoice.features.documents.resource import Document

_ENTER = text("select set_config('qvoice.account', :account, true), set_config('qvoice.path', :path, true)")


async def create_no_match(session: AsyncSession, account: Scope) -> Document:
    """Create the account's `no_match` → `offnet` callflow in the transaction that creates the account.

    The transaction may be in the parent's scope: it enters `account` for this one write and goes back.
    """
    outside: Scope = session.info["scope"]
    await _enter(session, account)
    try:
        return await store.create(
            session,
            "callflows",
            {
                "name": "Outside calls",
                "numbers": [NO_MATCH],
                "flow": {"module": "offnet", "data": {}, "children": {}},
            },
        )
    finally:
        await _enter(session, outside)


async def _enter(session: AsyncSession, scope: Scope) -> None:
    session.info["scope"] = scope
    await session.execute(_ENTER, {"account": scope.account_id, "path": scope.path})
