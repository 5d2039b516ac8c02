"""From "ring this user, device or group" to legs: what the user, device, group and ring_group modules share
(kazoo.md 6.2, 6.5).

A member that is disabled, on do-not-disturb, or the caller's own device gives no leg. Forwarding gives a leg made in
the member's name.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from qvoice.core.dialing.endpoint import Endpoint, Forward, safe_headers
from qvoice.core.dialing.hotdesk import guests
from qvoice.core.dialing.invite_format import formatted, is_user_part, points_inside, sip_uri
from qvoice.core.flow.call import Call
from qvoice.core.flow.callers import caller_endpoint, endpoint_of_device, endpoint_of_user, is_internal, shown_caller
from qvoice.core.flow.exits import Failed, Next, Stop
from qvoice.core.flow.requests import InCall, Registered
from qvoice.core.flow.screening import announcement
from qvoice.core.flow.talk import DataUnavailable, Talk, ask
from qvoice.core.flow.world import World
from qvoice.core.ring.plan import Aor, CallerId, Gateway, Leg, Loop
from qvoice.kit.text import clean_line

DEFAULT_SECONDS = 20.0
"""How long a phone rings when nothing is said (a stored 0 means this too)."""


@dataclass(frozen=True, slots=True)
class Wish:
    """How to ring a member. Seconds. `direct`: the call is for this user or device alone, not for a group it is in."""

    timeout: float = DEFAULT_SECONDS
    delay: float = 0.0
    can_call_self: bool = False
    suppress_clid: bool = False
    static_invite: str = ""
    headers: tuple[tuple[str, str], ...] = ()
    direct: bool = True
    ignore_forward: bool = False
    ringtone_internal: str = ""
    ringtone_external: str = ""
    auto_answer: bool = False
    """Phones answer by themselves (intercom, page)."""
    only_idle: bool = False
    """Phones in a call count as busy."""


@dataclass(slots=True)
class Found:
    """Legs of members, and why others gave none (`dnd`, `self`, `disabled`, `missing`, `busy`, `loop`)."""

    legs: list[Leg] = field(default_factory=list)
    refused: set[str] = field(default_factory=set)

    def add(self, other: Found) -> None:
        """Take over another's legs, each device once."""
        known = {leg.id for leg in self.legs}
        self.legs += [leg for leg in other.legs if leg.id not in known]
        self.refused |= other.refused

    def failure(self) -> Next:
        """Return how a flow goes on when there is no leg at all: do-not-disturb counts as busy.

        A circle of forwarding ends right here: going on would let the wrong mailbox answer the forwarded leg.
        """
        if "loop" in self.refused:
            return Stop(cause="EXCHANGE_ROUTING_ERROR")
        return Failed("USER_BUSY", 486) if self.refused & {"dnd", "busy"} else Failed("SUBSCRIBER_ABSENT", 480)


def seconds(value: float, default: float = DEFAULT_SECONDS) -> float:
    """Return a timeout in seconds; 0 and less mean the default; at most an hour."""
    return min(float(value), 3600.0) if value > 0 else default


def wish_headers(headers: Any) -> tuple[tuple[str, str], ...]:
    """Return a node's `custom_sip_headers` that may be sent."""
    return safe_headers(headers)


def ring_device(call: Call, device_id: str, wish: Wish) -> Talk[Found]:
    """Return the legs of one device (its own leg, a forwarded one, or both)."""
    endpoint = endpoint_of_device(call.world, device_id)
    if endpoint is None:
        return Found(refused={"missing"})
    forward = endpoint.forward if _follows(endpoint.forward, wish) and not call.emergency_callback else None
    own = yield from _device(call, endpoint, wish)
    if forward is not None:
        registered = yield from _registered(forward, [device_id])
        return _with_forward(call, endpoint, forward, own, wish, registered)
    return own


def ring_user(call: Call, user_id: str, wish: Wish) -> Talk[Found]:
    """Return the legs of all devices of a user, and of the user's forwarding."""
    world: World = call.world
    user = endpoint_of_user(world, user_id)
    if user is None:
        return Found(refused={"missing"})
    device_ids = world.devices_of(user_id)
    devices = Found()
    for device_id in device_ids:
        endpoint = endpoint_of_device(world, device_id, user_id=user_id)
        if endpoint is None:
            continue
        own = endpoint.forward if endpoint.forward and endpoint.forward.from_device else None
        phone = yield from _device(call, endpoint, wish)
        if own is not None and _follows(own, wish):
            registered = yield from _registered(own, [device_id])
            phone = _with_forward(call, endpoint, own, phone, wish, registered)
        devices.add(phone)
    if user.forward is None or not _follows(user.forward, wish):
        return devices
    registered = yield from _registered(user.forward, device_ids)
    return _with_forward(call, user, user.forward, devices, wish, registered)


def ring_guest_phones(call: Call, user_id: str, wish: Wish) -> Talk[Found]:
    """Return the legs of the phones where a user is logged in as a guest (hot-desking), without forwarding."""
    found = Found()
    for device_id, device in call.world.all("devices"):
        if user_id in guests(device) and device.get("owner_id") != user_id:
            endpoint = endpoint_of_device(call.world, device_id, user_id=user_id)
            if endpoint is not None:
                found.add((yield from _device(call, endpoint, wish)))
    return found


def _registered(forward: Forward, device_ids: list[str]) -> Talk[bool]:
    """Tell whether any of the devices is registered; asked only where it matters."""
    if not forward.failover or not device_ids:
        return False
    try:
        return bool((yield from ask(Registered(tuple(device_ids)))))
    except DataUnavailable:
        return True  # nobody can tell: the phones are tried


def _in_call(endpoint: Endpoint) -> Talk[bool]:
    try:
        return bool((yield from ask(InCall((endpoint.device_id or "",)))))
    except DataUnavailable:
        return False  # a phone that is in a call says so itself


def _follows(forward: Forward | None, wish: Wish) -> bool:
    return forward is not None and not wish.ignore_forward and (wish.direct or not forward.direct_calls_only)


def _with_forward(
    call: Call, endpoint: Endpoint, forward: Forward, devices: Found, wish: Wish, registered: bool
) -> Found:
    if forward.failover and registered:
        return devices
    if endpoint.do_not_disturb or not endpoint.enabled:
        return Found(refused={"dnd" if endpoint.do_not_disturb else "disabled"})
    name = endpoint.device_id or endpoint.owner_id or ""
    if name in call.forwarded_by:
        return Found(refused={"loop"})
    caller = shown_caller(call)
    leg = Leg(
        id=f"forward:{name}",
        target=Loop(
            forward.number,
            endpoint.account_id,
            name,
            keep_caller_id=forward.keep_caller_id,
            forwarded_by=(*call.forwarded_by, name),
            asks_key=forward.require_keypress,
        ),
        caller=caller if forward.keep_caller_id else CallerId(endpoint.user_name, endpoint.presence_id),
        timeout=wish.timeout,
        delay=wish.delay,
        confirm=forward.require_keypress or bool(call.screened),
        announce=announcement(call),
        user_id=endpoint.owner_id,
        ignore_early_media=forward.ignore_early_media,
    )
    both = not forward.substitute and not forward.failover
    return Found([*devices.legs, leg] if both else [leg], devices.refused if both else set())


def _device(call: Call, endpoint: Endpoint, wish: Wish) -> Talk[Found]:
    must_ring = call.emergency_callback
    if not endpoint.enabled and not must_ring:
        return Found(refused={"disabled"})
    if endpoint.do_not_disturb and not must_ring:
        return Found(refused={"dnd"})
    if endpoint.device_id == call.device_id and not wish.can_call_self:
        return Found(refused={"self"})
    target = _target(call, endpoint, wish)
    if target is None:
        return Found(refused={"missing"})
    must_stay_free = wish.only_idle or not endpoint.call_waiting
    if must_stay_free and not must_ring and (yield from _in_call(endpoint)):
        return Found(refused={"busy"})
    caller = CallerId("Anonymous", "anonymous", private=True) if wish.suppress_clid else shown_caller(call)
    return Found(
        [
            Leg(
                id=endpoint.device_id or "",
                target=target,
                caller=caller,
                timeout=wish.timeout,
                delay=wish.delay,
                progress_timeout=endpoint.progress_timeout,
                confirm=bool(call.screened),
                announce=announcement(call),
                headers=(*_alert_info(call, endpoint, wish), *endpoint.headers, *wish.headers),
                user_id=endpoint.owner_id,
                ignore_early_media=endpoint.ignore_early_media,
            )
        ]
    )


def _target(call: Call, endpoint: Endpoint, wish: Wish) -> Aor | Gateway | None:
    """Return where a device is reached: its registration, or the SIP URI it stands for. None: its settings lead
    nowhere."""
    if endpoint.invite_format == "route" and endpoint.route:
        uri = sip_uri(endpoint.route)
        if uri is None or points_inside(uri):
            return None
        return Gateway(resource_id="", index=0, uri=uri, codecs=endpoint.codecs)
    if not endpoint.username:
        return None
    user = ""
    if wish.static_invite:
        user = wish.static_invite
    elif endpoint.invite_format == "username":
        user = endpoint.username
    elif endpoint.invite_format not in ("contact", "route"):
        user = formatted(endpoint.number or call.dialled, endpoint.invite_format)
    return Aor(
        username=endpoint.username,
        realm=endpoint.realm,
        device_id=endpoint.device_id or "",
        media=endpoint.media,
        codecs=endpoint.codecs,
        invite_user=user if is_user_part(user) else "",
        fax=endpoint.fax,
    )


def _alert_info(call: Call, endpoint: Endpoint, wish: Wish) -> tuple[tuple[str, str], ...]:
    """Return the Alert-Info of a leg: what the flow set, else the group's ringtone, else the endpoint's own.

    Phones that shall answer by themselves are told in the two ways that vendors understand.
    """
    if wish.auto_answer:
        host = clean_line(endpoint.realm, 128) or "localhost"
        return (
            ("Alert-Info", f"<http://{host}>;info=alert-autoanswer;delay=0"),
            ("Call-Info", f"<sip:{host}>;answer-after=0"),
        )
    if is_internal(call):
        chosen = call.alert_info or wish.ringtone_internal or endpoint.ringtone_internal
    else:
        chosen = call.alert_info or wish.ringtone_external or endpoint.ringtone_external
    text = clean_line(chosen, 256)
    return (("Alert-Info", text),) if text else ()


def hold_music(call: Call) -> str | None:
    """Return the media id that the call's parties hear on hold, or None for the system's."""
    return caller_endpoint(call).music_on_hold or None


def ringtones_of(value: Any) -> tuple[str, str]:
    """Return (internal, external) of a node's `ringtones`."""
    tones = value if isinstance(value, Mapping) else {}
    internal, external = tones.get("internal"), tones.get("external")
    return internal if isinstance(internal, str) else "", external if isinstance(external, str) else ""
