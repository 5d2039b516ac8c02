"""What every new account starts with: the `no_match` callflow that sends outside calls to the trunks of those above.

That is the choice "Parent" of the account's trunk route; "Local" is the same callflow with the module `resources`.
"""

from __future__ import annotations

from sqlalchemy.ext.asyncio import AsyncSession

from qvoice.core.flow.lookup import NO_MATCH
from qvoice.features.documents import store
from qvoice.features.documents.resource import Document


async def create_no_match(session: AsyncSession) -> Document:
    """Create the `no_match` → `offnet` callflow of the session's account, in the transaction that creates the account.
    """
    flow = {"module": "offnet", "data": {}, "children": {}}
    return await store.create(session, "callflows", {"name": "Outside calls", "numbers": [NO_MATCH], "flow": flow})
