"""Who is calling: the caller's own endpoint (device, owner, account), from the documents the call can see."""

from __future__ import annotations

from qvoice.core.dialing.endpoint import Endpoint, merge
from qvoice.core.flow.call import Call
from qvoice.core.flow.world import World


def endpoint_of_device(world: World, device_id: str) -> Endpoint | None:
    """Return a device merged with its owner and account, or None when there is no such device."""
    device = world.device(device_id)
    if device is None:
        return None
    owner_id = device.get("owner_id")
    user = world.user(owner_id if isinstance(owner_id, str) else None)
    return merge(
        {**world.account, "id": world.account_id},
        {**user, "id": owner_id} if user is not None else None,
        {**device, "id": device_id},
        ancestors=world.ancestors,
    )


def endpoint_of_user(world: World, user_id: str) -> Endpoint | None:
    """Return a user without any device merged with the account, or None when there is no such user."""
    user = world.user(user_id)
    if user is None:
        return None
    return merge(
        {**world.account, "id": world.account_id}, {**user, "id": user_id}, None, ancestors=world.ancestors
    )


def caller_endpoint(call: Call) -> Endpoint:
    """Return the endpoint in whose name the call is made: its device, else the authorising device or user, else the bare account."""
    world: World = call.world
    for id in (call.device_id, call.authorised_by, call.owner_id):
        found = (endpoint_of_device(world, id) or endpoint_of_user(world, id)) if id else None
        if found is not None:
            return found
    return merge({**world.account, "id": world.account_id}, None, None, ancestors=world.ancestors)
