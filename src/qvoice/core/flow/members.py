"""Members of ring groups: nested groups expanded, order by strategy, and the plan that rings them (kazoo.md 1.3)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from qvoice.core.flow.call import Call
from qvoice.core.flow.references import member_type
from qvoice.core.flow.ringing import Found, Wish, ring_device, ring_user, seconds
from qvoice.core.flow.talk import Talk
from qvoice.core.flow.world import World
from qvoice.core.ring.plan import Leg, Stage
from qvoice.kit.clock import to_gregorian

MAX_NESTING = 10
"""Groups inside groups."""

MAX_MEMBERS = 250
"""Members rung in one group."""

MAX_REPEATS = 20
"""Rounds."""

DEFAULT_WEIGHT = 20


@dataclass(frozen=True, slots=True)
class Member:
    """A user or device to ring. `timeout` None: the group's. Seconds."""

    type: str
    id: str
    delay: float = 0.0
    timeout: float | None = None
    weight: int = DEFAULT_WEIGHT


def member(type: str, id: str, settings: Mapping[str, Any]) -> Member:
    """Read a member's settings from a stored object; what is no number counts as not given."""
    timeout, weight = _number(settings.get("timeout")), _number(settings.get("weight"))
    return Member(
        type=type,
        id=id,
        delay=max(_number(settings.get("delay")) or 0.0, 0.0),
        timeout=timeout if timeout and timeout > 0 else None,
        weight=min(100, max(1, int(weight))) if weight else DEFAULT_WEIGHT,
    )


def is_off(settings: Mapping[str, Any], call: Call) -> bool:
    """Tell whether a member is switched off until a time (`disable_until`, Gregorian seconds) that has not come."""
    until = _number(settings.get("disable_until"))
    return until is not None and until > to_gregorian(call.now)


def expand(world: World, members: Sequence[Member], *, _seen: frozenset[str] = frozenset()) -> list[Member]:
    """Replace groups by their members, each user and device once. A group in itself, or too deep, gives nothing."""
    found: dict[tuple[str, str], Member] = {}
    for one in members:
        if one.type != "groups":
            found.setdefault((one.type, one.id), one)
            continue
        group = world.group(one.id)
        if group is None or one.id in _seen or len(_seen) >= MAX_NESTING:
            continue
        for inner in expand(world, of_group(group), _seen=_seen | {one.id}):
            timeout = inner.timeout if inner.timeout is not None else one.timeout
            found.setdefault((inner.type, inner.id), replace(inner, delay=inner.delay + one.delay, timeout=timeout))
    return list(found.values())[:MAX_MEMBERS]


def of_group(group: Mapping[str, Any]) -> list[Member]:
    """Return the members of a group document, lowest weight first."""
    endpoints = group.get("endpoints")
    pairs = endpoints.items() if isinstance(endpoints, Mapping) else ()
    listed = [
        member(member_type(settings.get("type")), id, settings)
        for id, settings in pairs
        if isinstance(settings, Mapping) and member_type(settings.get("type"))
    ]
    explicit = any(isinstance(s, Mapping) and "weight" in s for _, s in pairs)
    return sorted(listed, key=lambda m: m.weight) if explicit else listed


def music_of_group(call: Call, members: Sequence[Member]) -> str | None:
    """Return the hold music of the group that is rung: the only member when that is a group, else the group that the
    flow is made for (`group_id`). None: the members' own music counts.
    """
    ids = [members[0].id if len(members) == 1 and members[0].type == "groups" else "", call.group_id]
    groups = (call.world.group(id) for id in ids)
    music = next((m for g in groups if g and isinstance(m := g.get("music_on_hold"), Mapping)), {})
    media_id = music.get("media_id")
    return media_id if isinstance(media_id, str) and media_id else None


def in_random_order(members: Sequence[Member], random: Sequence[float], round: int) -> list[Member]:
    """Return the members in weighted random order: the heavier, the likelier to be first (Efraimidis and Spirakis
    2006).

    `random`: floats in [0,1); each round uses its own. Without any the order is by weight.
    """
    if not random:
        return sorted(members, key=lambda m: -m.weight)
    start = round * len(members)
    keys = [max(random[(start + i) % len(random)], 1e-12) ** (1 / m.weight) for i, m in enumerate(members)]
    return [m for _, m in sorted(zip(keys, members, strict=True), key=lambda pair: -pair[0])]


def stages(
    call: Call, members: Sequence[Member], *, strategy: str, timeout: float, repeats: int, wish: Wish
) -> Talk[tuple[tuple[Stage, ...], Found]]:
    """Return the stages that ring these members, and what was found (for the reason when there are none).

    `timeout`: how long the group rings at once; one after the other it is each member's time unless the member has
    its own.
    """
    found: dict[tuple[str, str], list[Leg]] = {}
    total = Found()
    for one in members:
        limit = seconds(timeout)
        if strategy == "simultaneous":
            own = min(one.timeout or limit, limit - one.delay)
        else:
            own = one.timeout or limit
        if own <= 0:
            continue
        ringer = ring_user if one.type == "users" else ring_device
        part = yield from ringer(call, one.id, replace(wish, timeout=own, delay=one.delay))
        known = {leg.id for leg in total.legs}
        found[one.type, one.id] = [leg for leg in part.legs if leg.id not in known]
        total.add(part)
    rounds: list[Stage] = []
    for round in range(min(max(repeats, 1), MAX_REPEATS)):
        ordered = in_random_order(members, call.random, round) if strategy == "weighted_random" else members
        sets = [found.get((m.type, m.id), []) for m in ordered]
        if strategy == "simultaneous":
            sets = [[leg for legs in sets for leg in legs]]
        rounds += [
            Stage(tuple(replace(leg, id=f"{leg.id}#{round}") if round else leg for leg in legs))
            for legs in sets
            if legs
        ]
    return tuple(rounds), total


def _number(value: Any) -> float | None:
    if isinstance(value, bool):
        return None
    if isinstance(value, int | float):
        return float(value)
    return float(value) if isinstance(value, str) and value.isascii() and value.isdigit() and len(value) < 16 else None
