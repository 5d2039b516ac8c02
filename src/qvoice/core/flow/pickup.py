"""What the pickup, intercept and eavesdrop modules share: whose calls are meant, who may, and the dialogue."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from qvoice.core.dialing.hotdesk import guests
from qvoice.core.flow.admission import groups_around
from qvoice.core.flow.call import Call
from qvoice.core.flow.commands import Listen, PickUp, Prompt, Sound
from qvoice.core.flow.document import ModuleData, children_of, data_of, flow_of, module_of
from qvoice.core.flow.events import Listened, PickedUp
from qvoice.core.flow.exits import WILDCARD, Next, Stop
from qvoice.core.flow.members import Member, expand
from qvoice.core.flow.references import Ref, member_type
from qvoice.core.flow.requests import FindFlow, FoundFlow, LoadFlow
from qvoice.core.flow.talk import Talk, answer, ask, play
from qvoice.core.flow.world import World
from qvoice.core.pickup.choose import Targets
from qvoice.core.pickup.modes import mode_of_setting

MAX_FLOWS = 10
"""Callflows followed from an extension to the people behind it."""

NOTHING_RINGS: tuple[Sound, ...] = (Prompt("vm-youhave"), Prompt("vm-no"), Prompt("queue-callswaiting"))
TAKEN: tuple[Sound, ...] = (Prompt("im-sorry"), Prompt("extension"), Prompt("is-in-use"))
NOTHING_TALKS: tuple[Sound, ...] = (Prompt("vm-nobodyavail"),)
NOT_ALLOWED: tuple[Sound, ...] = (Prompt("im-sorry"), Prompt("feature-not-avail-line"))


class TargetData(ModuleData):
    """Whose calls (one of the three), and who may take them (any of the `approved_*`; none given: everybody here)."""

    group_id: str = ""
    user_id: str = ""
    device_id: str = ""
    approved_device_id: str = ""
    approved_user_id: str = ""
    approved_group_id: str = ""


class NamedTargetData(TargetData):
    """`type`: what the captured digits name: an `extension` (default), or a `user`, `device` or `group` by id, SIP user
    name or presence id. Nothing captured: the ids of TargetData."""

    type: str = "extension"


class EavesdropData(TargetData):
    """`mode`: how it begins: listen, whisper, barge. Listening needs an `approved_*`: without one nobody may."""

    mode: str = "listen"


def references_of_named(data: NamedTargetData) -> list[Ref]:
    """As `references_of`; for a user or device named by digits, all devices (one of them has that name)."""
    more = {
        "user": [Ref("users", "", by="all"), Ref("devices", "", by="all")],
        "device": [Ref("devices", "", by="all")],
    }
    return [*references_of(data), *more.get(data.type, [])]


def references_of(data: TargetData) -> list[Ref]:
    """The group, user or device, and those who are approved."""
    refs: list[Ref] = []
    for kind, id in (
        ("groups", data.group_id),
        ("users", data.user_id),
        ("devices", data.device_id),
        ("devices", data.approved_device_id),
        ("users", data.approved_user_id),
        ("groups", data.approved_group_id),
    ):
        if id:
            refs.append(Ref(kind, id))
    return refs


def targets_of(call: Call, data: TargetData) -> Targets:
    """Return whose calls a node means: its group, else its user, else its device."""
    for kind, id in (("groups", data.group_id), ("users", data.user_id), ("devices", data.device_id)):
        if id:
            return member_targets(call.world, [Member(kind, id)])
    return Targets()


def named_targets(call: Call, data: NamedTargetData) -> Talk[Targets]:
    """Return whose calls the captured digits mean; without digits, those of the node itself."""
    name, world = call.capture_group or "", call.world
    if not name:
        return targets_of(call, data)
    if data.type == "extension":
        return (yield from extension_targets(call, name))
    if data.type == "group":
        return member_targets(world, [Member("groups", name)])
    devices = [
        (id, document)
        for id, document in world.all("devices")
        if name in (id, (document.get("sip") or {}).get("username"), document.get("presence_id"))
    ]
    if data.type == "device":
        return member_targets(world, [Member("devices", id) for id, _ in devices])
    owners = [str(document.get("owner_id")) for _, document in devices if document.get("owner_id")]
    users = [id for id, document in world.all("users") if name in (id, document.get("presence_id"))]
    return member_targets(world, [Member("users", id) for id in (*users, *owners)])


def member_targets(world: World, members: list[Member]) -> Targets:
    """Return the devices and users behind members, groups expanded. Who does not exist gives nothing."""
    users: set[str] = set()
    devices: set[str] = set()
    for one in expand(world, members):
        if one.type == "users" and world.user(one.id) is not None:
            users.add(one.id)
            devices |= set(world.devices_of(one.id))
        elif one.type == "devices" and world.device(one.id) is not None:
            devices.add(one.id)
    return Targets(frozenset(devices), frozenset(users))


def extension_targets(call: Call, extension: str) -> Talk[Targets]:
    """Return whose calls ring when `extension` of this account is dialled."""
    members = yield from extension_members(call, extension)
    return member_targets(call.world, members)


def extension_members(call: Call, extension: str) -> Talk[list[Member]]:
    """Return who rings when `extension` of this account is dialled: the users, devices and groups that its flow, and
    the flows it calls, name. Their documents are in the call's world afterwards."""
    found: FoundFlow | None = yield from ask(FindFlow(extension))
    members: list[Member] = []
    todo = [found] if found is not None else []
    seen: set[str] = set()
    while todo and len(seen) < MAX_FLOWS:
        flow = todo.pop(0)
        if flow.flow.flow_id in seen:
            continue
        seen.add(flow.flow.flow_id)
        call.world = call.world.merged(flow.world)
        named, flows = _named(flow.flow.document)
        members += named
        for flow_id in flows:
            more: FoundFlow | None = yield from ask(LoadFlow(flow_id))
            if more is not None:
                todo.append(more)
    return members


def _named(document: Mapping[str, Any]) -> tuple[list[Member], list[str]]:
    """Return the members that a flow rings, and the flows it calls."""
    members: list[Member] = []
    flows: list[str] = []
    todo: list[Any] = [flow_of(document)]
    while todo and len(members) < 500:
        node = todo.pop(0)
        if not isinstance(node, Mapping):
            continue
        module, data = module_of(node), data_of(node)
        id = data.get("id")
        if module in ("user", "device", "group") and isinstance(id, str) and id:
            members.append(Member(module + "s", id))
        elif module == "ring_group":
            endpoints = data.get("endpoints")
            for endpoint in endpoints if isinstance(endpoints, list) else []:
                kind = member_type(endpoint.get("endpoint_type")) if isinstance(endpoint, Mapping) else ""
                if kind and isinstance(endpoint.get("id"), str):
                    members.append(Member(kind, endpoint["id"]))
        elif module == "callflow" and isinstance(id, str) and id:
            flows.append(id)
        todo.extend(children_of(node).values())
    return members, flows


def approved(call: Call, data: TargetData, *, default: bool = True) -> bool:
    """Tell whether the caller is one of `approved_*`; `default` when the node names nobody. Only callers of the
    account's own phones ever are."""
    if not call.authorised_by:
        return False
    if not (data.approved_device_id or data.approved_user_id or data.approved_group_id):
        return default
    world: World = call.world
    users = {call.owner_id, *guests(world.device(call.device_id))} - {None}
    if data.approved_device_id and data.approved_device_id == call.device_id:
        return True
    if data.approved_user_id and data.approved_user_id in users:
        return True
    if not data.approved_group_id:
        return False
    if data.approved_group_id in groups_around(world, device_id=call.device_id, user_id=call.owner_id):
        return True
    inside = member_targets(world, [Member("groups", data.approved_group_id)])
    return call.device_id in inside.device_ids or bool(users & inside.user_ids)


def take(call: Call, targets: Targets, *, live: bool = False) -> Talk[Next]:
    """Take a call of `targets`; who gets none is told why, and goes on by `_`."""
    outcome = PickedUp("nothing")
    if targets:
        event = yield PickUp(targets, live)
        if not isinstance(event, PickedUp):
            raise TypeError(f"the driver answered {event!r} to PickUp")
        outcome = event
    match outcome.outcome:
        case "taken-over":
            return Stop(transferred=True)
        case "talked":
            return Stop(cause=outcome.cause or "NORMAL_CLEARING")
        case "too-late":
            return (yield from tell(TAKEN))
        case _:
            return (yield from tell(NOTHING_RINGS))


def listen(data: EavesdropData, targets: Targets) -> Talk[Next]:
    """Listen to a conversation of `targets` until it is over; go on by `_`."""
    yield from answer()
    if targets:
        event = yield Listen(targets, mode_of_setting(data.mode))
        if not isinstance(event, Listened):
            raise TypeError(f"the driver answered {event!r} to Listen")
        if event.outcome == "over":
            return WILDCARD
    yield from play(*NOTHING_TALKS)
    return WILDCARD


def warnings_of_eavesdrop(data: EavesdropData) -> list[tuple[str, str, str]]:
    """Warn when nobody is approved."""
    if data.approved_device_id or data.approved_user_id or data.approved_group_id:
        return []
    return [("approved_user_id", "nobody-approved", "Nobody may listen until a user, device or group is approved.")]


def tell(sounds: tuple[Sound, ...]) -> Talk[Next]:
    """Answer, say it, go on by `_`."""
    yield from answer()
    yield from play(*sounds)
    return WILDCARD
