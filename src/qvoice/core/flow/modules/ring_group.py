"""Ring several users, devices and groups: at once, one after the other, or in weighted random order."""

from __future__ import annotations

from typing import Any

from qvoice.core.flow.call import Call
from qvoice.core.flow.document import ModuleData
from qvoice.core.flow.exits import FAILURES, Next, after_ring
from qvoice.core.flow.forms import FAIL_ON_REJECT, RING_SECONDS, RINGBACK, SIP_HEADERS, Words, choice, field
from qvoice.core.flow.members import expand, is_off, member, music_of_group, stages
from qvoice.core.flow.references import Ref, member_type
from qvoice.core.flow.ringing import Wish, ringtones_of, wish_headers
from qvoice.core.flow.talk import Talk, ring
from qvoice.core.ring.plan import RingPlan

VERSION = 1
GROUP = "Ring groups"
ICON = "users-group"
EXITS = FAILURES
TITLE = Words("Ring group", "Groupe de sonnerie")
ABOUT = Words(
    "Ring several users, devices and groups.",
    "Faire sonner plusieurs utilisateurs, postes et groupes.",
)
FORM = {
    "name": field("Name", "Nom"),
    "strategy": choice(
        "Ring strategy",
        "Stratégie de sonnerie",
        ("simultaneous", "Simultaneous: all at once", "Simultanée : tous en même temps"),
        ("single", "In order: one after the other", "Dans l’ordre : l’un après l’autre"),
        (
            "weighted_random",
            "Random: shuffled, then one after the other",
            "Au hasard : mélangés, puis l’un après l’autre",
        ),
    ),
    "endpoints": field("Members", "Membres", control="members"),
    "timeout": RING_SECONDS,
    "repeats": field("Rounds", "Tours", "How often the whole group rings.", "Combien de fois tout le groupe sonne."),
    "ignore_forward": field(
        "Members’ own forwarding does not count", "Les renvois des membres ne comptent pas", advanced=True
    ),
    "fail_on_single_reject": FAIL_ON_REJECT,
    "ringback": RINGBACK,
    "ringtones": field("Ring tones", "Sonneries", control="pairs", advanced=True),
    "custom_sip_headers": SIP_HEADERS,
}


class Data(ModuleData):
    """`endpoints`: objects {id, endpoint_type, delay, timeout, weight, disable_until}. `strategy`: simultaneous,
    single, weighted_random."""

    endpoints: list[dict[str, Any]] = []
    name: str = ""
    strategy: str = "simultaneous"
    timeout: float = 20
    repeats: int = 1
    ignore_forward: bool | str = True
    fail_on_single_reject: bool | str = False
    ringback: str = ""
    ringtones: dict[str, Any] = {}
    custom_sip_headers: dict[str, Any] = {}


def references(data: Data) -> list[Ref]:
    """The members, and the devices of those that are users."""
    refs: list[Ref] = []
    for endpoint in data.endpoints:
        kind, id = member_type(endpoint.get("endpoint_type")), endpoint.get("id")
        if not kind or not isinstance(id, str) or not id:
            continue
        refs.append(Ref(kind, id))
        if kind == "users":
            refs.append(Ref("devices", id, by="owner_id"))
    return [*refs, *([Ref("media", data.ringback)] if data.ringback and "/" not in data.ringback else [])]


def run(data: Data, call: Call, exits: frozenset[str]) -> Talk[Next]:
    """Ring the group, as often as `repeats` says; go on by what came of it."""
    members = [
        member(kind, id, endpoint)
        for endpoint in data.endpoints
        if (kind := member_type(endpoint.get("endpoint_type")))
        and isinstance(id := endpoint.get("id"), str)
        and not is_off(endpoint, call)
    ]
    internal, external = ringtones_of(data.ringtones)
    wish = Wish(
        direct=False,
        ignore_forward=data.ignore_forward not in (False, "false"),
        headers=wish_headers(data.custom_sip_headers),
        ringtone_internal=internal,
        ringtone_external=external,
    )
    rounds, found = yield from stages(
        call,
        expand(call.world, members),
        strategy=data.strategy,
        timeout=data.timeout,
        repeats=data.repeats,
        wish=wish,
    )
    if not rounds:
        return found.failure()
    plan = RingPlan(
        rounds,
        fail_on_single_reject=data.fail_on_single_reject not in (False, "false", ""),
        ringback=data.ringback or None,
        hold_music=music_of_group(call, members),
    )
    return after_ring((yield from ring(plan)))
