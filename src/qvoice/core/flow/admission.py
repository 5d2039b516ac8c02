"""May this call be made at all? Number classes that account, user or device deny, and closed groups (kazoo.md 1.1,
6.2).

Emergency calls are never refused.
"""

from __future__ import annotations

from collections.abc import Mapping

from qvoice.core.dialing.classify import classify
from qvoice.core.dialing.emergency import is_emergency
from qvoice.core.dialing.normalise import country_of, to_e164
from qvoice.core.dialing.restrictions import closed_group_denial, denial
from qvoice.core.flow.call import Call
from qvoice.core.flow.callers import caller_endpoint
from qvoice.core.flow.compile import CompiledFlow, Node
from qvoice.core.flow.exits import WILDCARD
from qvoice.core.flow.world import World


def refusal(call: Call, flow: CompiledFlow) -> str | None:
    """Return why a call made in the name of a device or user is refused (a sentence for the trace), or None when it
    may go on."""
    country = country_of(call.world.account)
    if not call.authorised_by or call.emergency or is_emergency(call.dialled, country):
        return None
    endpoint = caller_endpoint(call)
    callee = _callee(flow)
    if callee is not None:
        caller_groups = groups_around(call.world, device_id=endpoint.device_id, user_id=endpoint.owner_id)
        kind, id = callee
        callee_groups = groups_around(
            call.world,
            device_id=id if kind == "device" else None,
            user_id=id if kind == "user" else None,
        )
        closed = closed_group_denial(endpoint, caller_groups, callee_groups)
        if closed is not None:
            return closed
    return denial(classify(to_e164(call.dialled, country, dial_plan=endpoint.dial_plan), country), endpoint)


def groups_around(world: World, *, device_id: str | None, user_id: str | None) -> frozenset[str]:
    """Return the groups of a device or user: the device's own, its owner's and its hot-desk users'."""
    found = world.groups_of(device_id=device_id, user_id=user_id)
    device = world.device(device_id)
    if device is not None:
        hotdesk = device.get("hotdesk")
        users = hotdesk.get("users") if isinstance(hotdesk, Mapping) else None
        owner = device.get("owner_id")
        for id in [*(users if isinstance(users, dict) else {}), *([owner] if isinstance(owner, str) else [])]:
            found |= world.groups_of(device_id=None, user_id=id)
    return found


def _callee(flow: CompiledFlow) -> tuple[str, str] | None:
    """Return the user or device that a flow rings first, or None when it rings none."""
    node: Node | None = flow.root
    while node is not None:
        id = getattr(node.data, "id", None)
        if node.name in ("user", "device") and isinstance(id, str) and id:
            return node.name, id
        node = node.children.get(WILDCARD)
    return None
