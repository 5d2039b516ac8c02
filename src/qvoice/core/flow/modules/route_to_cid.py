"""Ring the phones whose own caller id is the number that was dialled."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from qvoice.core.dialing.normalise import country_of, to_e164
from qvoice.core.flow.call import Call
from qvoice.core.flow.document import ModuleData
from qvoice.core.flow.exits import FAILURES, WILDCARD, Next, after_ring
from qvoice.core.flow.forms import CAN_CALL_SELF, DELAY, RING_SECONDS, Words, field
from qvoice.core.flow.references import Ref
from qvoice.core.flow.ringing import Found, Wish, ring_device, ring_user, seconds
from qvoice.core.flow.talk import Talk, ring
from qvoice.core.ring.plan import RingPlan, Stage

VERSION = 1
GROUP = "Caller ID"
ICON = "route"
EXITS = FAILURES
TITLE = Words("Ring by caller ID", "Sonner selon l’identification")
ABOUT = Words(
    "Ring the phones whose own number was dialled.",
    "Sonner les postes dont le numéro a été composé.",
)
FORM = {
    "cid_types": field("Compare with", "Comparer avec", advanced=True),
    "endpoint_types": field("Look among", "Chercher parmi", advanced=True),
    "timeout": RING_SECONDS,
    "delay": DELAY,
    "can_call_self": CAN_CALL_SELF,
}

MAX_MATCHES = 50
"""Users and devices rung at once."""


class Data(ModuleData):
    """`cid_types`: internal, external, emergency. `endpoint_types`: user, device (both when empty). Seconds."""

    cid_types: list[str] = ["internal"]
    endpoint_types: list[str] = []
    timeout: float = 20
    delay: float = 0
    can_call_self: bool = False


def references(data: Data) -> list[Ref]:
    """All users and devices: any of them may be the one."""
    return [Ref("users", "", by="all"), Ref("devices", "", by="all")]


def run(data: Data, call: Call, exits: frozenset[str]) -> Talk[Next]:
    """Find and ring them."""
    wish = Wish(timeout=seconds(data.timeout), delay=max(data.delay, 0), can_call_self=data.can_call_self)
    kinds = data.endpoint_types or ["user", "device"]
    found = Found()
    for type, ringer, kind in (("users", ring_user, "user"), ("devices", ring_device, "device")):
        if kind not in kinds:
            continue
        for id in _owners(call, type, data.cid_types)[:MAX_MATCHES]:
            found.add((yield from ringer(call, id, wish)))
    if not found.legs:
        return found.failure() if found.refused else WILDCARD
    plan = RingPlan((Stage(tuple(found.legs[:MAX_MATCHES])),))
    return after_ring((yield from ring(plan)))


def _owners(call: Call, type: str, kinds: list[str]) -> list[str]:
    country = country_of(call.world.account)
    wanted = {call.dialled, to_e164(call.dialled, country)}
    return [id for id, document in call.world.all(type) if _numbers(document, kinds, country) & wanted]


def _numbers(document: Mapping[str, Any], kinds: list[str], country: str) -> set[str]:
    ids = document.get("caller_id")
    shown = [ids.get(kind) for kind in kinds] if isinstance(ids, Mapping) else []
    numbers = [one.get("number") for one in shown if isinstance(one, Mapping)]
    plain = [number for number in numbers if isinstance(number, str) and number]
    return {*plain, *(to_e164(number, country) for number in plain)}
