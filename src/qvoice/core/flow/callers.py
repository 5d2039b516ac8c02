"""Who is calling: the caller's own endpoint (device, owner, account), from the documents the call can see."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from qvoice.core.dialing import caller_id
from qvoice.core.dialing.endpoint import Endpoint, merge
from qvoice.core.dialing.hotdesk import allowed, guests
from qvoice.core.flow.call import Call
from qvoice.core.flow.world import World
from qvoice.core.ring.plan import CallerId
from qvoice.kit.text import clean_line


def endpoint_of_device(world: World, device_id: str, *, user_id: str | None = None) -> Endpoint | None:
    """Return a device merged with its owner (or with `user_id`, who is a guest at it) and the account; None when
    there is no such device."""
    device = world.device(device_id)
    if device is None:
        return None
    owner_id = user_id or device.get("owner_id")
    owner_id = owner_id if isinstance(owner_id, str) else None
    ids = (world.account_id, owner_id, device_id)
    return merge(world.account, world.user(owner_id), device, ancestors=world.ancestors, ids=ids)


def endpoint_of_user(world: World, user_id: str) -> Endpoint | None:
    """Return a user without any device merged with the account, or None when there is no such user."""
    user = world.user(user_id)
    if user is None:
        return None
    return merge(world.account, user, None, ancestors=world.ancestors, ids=(world.account_id, user_id, None))


def guest_at(world: World, device_id: str | None) -> str | None:
    """Return the user in whose name a phone calls because he logged in there last (hot-desking), or None."""
    here = [id for id in guests(world.device(device_id)) if allowed(world.user(id))]
    return here[-1] if here else None


def caller_endpoint(call: Call, *, at_home: bool = False) -> Endpoint:
    """Return the endpoint in whose name the call is made: its device (in the name of the last guest there), else the
    authorising device or user, else the bare account. `at_home`: of the device's owner, whoever is a guest."""
    world: World = call.world
    for id in (call.device_id, call.authorised_by, call.owner_id):
        if not id:
            continue
        guest = None if at_home else guest_at(world, id)
        found = endpoint_of_device(world, id, user_id=guest) or endpoint_of_user(world, id)
        if found is not None:
            return found
    return merge(world.account, None, None, ancestors=world.ancestors, ids=(world.account_id, None, None))


def is_internal(call: Call) -> bool:
    """Tell whether the call is made in the name of one of the account's own devices or users (and was not forwarded
    from outside)."""
    return bool(call.authorised_by) and call.kept_caller is None


def settings_holder(call: Call) -> tuple[str, str] | None:
    """Return whose settings a feature code changes: the calling device's owner's, else its own; None: nobody's.

    Only a call straight from a device counts: a forwarded one carries its user's name too, and anybody may be calling.
    """
    if call.source != "device":
        return None
    if call.owner_id and call.world.user(call.owner_id) is not None:
        return "users", call.owner_id
    return ("devices", call.device_id) if call.device_id and call.world.device(call.device_id) is not None else None


def facts_of(call: Call) -> dict[str, Any]:
    """Return what is told to others about a call (events, webhooks, notices): plain JSON values."""
    shown = call.caller
    return {
        "call_id": call.call_id,
        "account_id": call.account_id,
        "caller_id_number": shown.number,
        "caller_id_name": shown.name,
        "dialled": call.dialled,
        "request": call.request_user,
        "direction": "inbound" if call.source == "carrier" else "outbound",
        "device_id": call.device_id,
        "owner_id": call.owner_id,
        "answered": call.answered,
        "timestamp": int(call.now.timestamp()),
    }


def timezone_of(call: Call, *names: str | None) -> str:
    """Return the first zone that is named: `names` in order, else the caller's, the account's, the call's."""
    account = call.world.account.get("timezone")
    given = [*names, caller_endpoint(call).timezone if call.authorised_by else "", account, call.timezone]
    return next((name for name in given if isinstance(name, str) and name), "UTC")


def shown_caller(call: Call, kind: str = "internal") -> CallerId:
    """Return the caller id for a leg of `kind`: `internal` to the account's own phones, `external`/`emergency` to
    carriers."""
    world: World = call.world
    if kind == "internal" and (call.transferee is not None or not is_internal(call)):
        return _from_outside(call)
    return caller_id.outgoing(
        kind,
        # Help must find the phone, not the guest's usual desk.
        endpoint=caller_endpoint(call, at_home=kind == "emergency"),
        sip=call.caller,
        account=world.account,
        numbers=world.numbers,
        verified=world.verified,
        kept=call.kept_caller,
        dynamic=call.dynamic_caller,
        prefix=call.caller_id_prefix,
        privacy=call.privacy,
        default_number=world.default_number,
        display_names=world.display_names,
    )


def _from_outside(call: Call) -> CallerId:
    """A caller from outside is shown as he came, with what set_cid and prepend_cid changed."""
    shown, wanted = call.transferee or call.caller, call.dynamic_caller
    name, number = shown.name, shown.number
    if wanted is not None:
        name, number = wanted.name or name, wanted.number or number
    if shown.private:
        name, number = "Anonymous", "anonymous"
    prefix_name, prefix_number = call.caller_id_prefix
    return replace(shown, name=clean_line(prefix_name + name, 64), number=clean_line(prefix_number + number, 64))
