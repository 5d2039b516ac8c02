"""What feature codes change: settings of the caller's user or device, and members of ring groups."""

from __future__ import annotations

import copy
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from qvoice.core.flow.document import MAX_NODES, children_of, module_of
from qvoice.core.flow.requests import ToggleRingGroup, UpdateSettings
from qvoice.features.callflows.context import AnswerContext
from qvoice.features.documents import store

CHANGEABLE = frozenset({"call_forward", "call_failover", "do_not_disturb", "call_waiting"})
"""Keys of users and devices that a phone may change."""


async def update_settings(context: AnswerContext, request: UpdateSettings) -> bool:
    """Merge settings into a user or device; False when there is none. Raises ValueError for other keys."""
    if request.type not in ("users", "devices") or not request.changes.keys() <= CHANGEABLE:
        raise ValueError(f"a phone may not change {sorted(request.changes)} of {request.type}")
    async with context.db.tx(context.scope) as session:
        if await store.get(session, request.type, request.id) is None:
            return False
        await store.merge(session, request.type, request.id, request.changes)
    return True


async def toggle_ring_group(context: AnswerContext, request: ToggleRingGroup) -> int:
    """Set or remove `disable_until` of members in all ring groups of a callflow; return how many were found."""
    async with context.db.tx(context.scope) as session:
        return await _toggle(session, request)


async def _toggle(session: AsyncSession, request: ToggleRingGroup) -> int:
    document = await store.get(session, "callflows", request.callflow_id, lock=True)
    if document is None:
        return 0
    whole = copy.deepcopy(document.doc)
    found = 0
    todo: list[Any] = [whole.get("flow")]
    seen = 0
    while todo and seen < MAX_NODES:
        node = todo.pop()
        seen += 1
        if not isinstance(node, dict):
            continue
        if module_of(node) == "ring_group" and isinstance(node.get("data"), dict):
            found += _switch(node["data"].get("endpoints"), request)
        todo.extend(children_of(node).values())
    if found:
        await store.replace(session, "callflows", document.id, whole)
    return found


def _switch(endpoints: Any, request: ToggleRingGroup) -> int:
    members = [
        member
        for member in (endpoints if isinstance(endpoints, list) else ())
        if isinstance(member, dict) and member.get("id") in request.member_ids
    ]
    for member in members:
        member.pop("disable_until", None)
        if request.until is not None:
            member["disable_until"] = request.until
    return len(members)
