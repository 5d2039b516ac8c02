"""What every new account starts with: the `no_match` callflow that sends outside calls to the trunks of those above.

That is the choice "Parent" of the account's trunk route; "Local" is the same callflow with the module `resources`.
"""

from __future__ import annotations

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from qvoice.core.flow.lookup import NO_MATCH
from qvoice.features.documents import store
from qvoice.features.documents.resource import Document

NAME = "Outside calls"


def _flow() -> dict[str, object]:
    return {"module": "offnet", "data": {}, "children": {}}


async def create_no_match(session: AsyncSession) -> Document:
    """Create the `no_match` → `offnet` callflow of the session's account, in the transaction that creates it."""
    return await store.create(session, "callflows", {"name": NAME, "numbers": [NO_MATCH], "flow": _flow()})


async def give_way(session: AsyncSession) -> None:
    """Remove the `no_match` callflow that the account began with, if nobody has changed it since.

    Clients of the dialect expect none in a new account: their account wizard creates its own, and would be told that
    the number is taken.
    """
    holder = (
        await session.execute(
            text("select callflow_id from callflow_numbers where number = :number"), {"number": NO_MATCH}
        )
    ).scalar_one_or_none()
    found = await store.get(session, "callflows", holder.hex, lock=True) if holder else None
    if found is not None and found.revision == 1 and found.doc.get("name") == NAME and found.doc["flow"] == _flow():
        await store.remove(session, "callflows", found.id)
