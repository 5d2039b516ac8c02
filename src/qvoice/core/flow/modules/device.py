"""Ring one device."""

from __future__ import annotations

from typing import Any

from qvoice.core.flow.call import Call
from qvoice.core.flow.document import ModuleData
from qvoice.core.flow.exits import FAILURES, Next, after_ring
from qvoice.core.flow.forms import (
    CAN_CALL_SELF,
    DELAY,
    RING_SECONDS,
    SIP_HEADERS,
    STATIC_INVITE,
    SUPPRESS_CLID,
    Words,
    choice,
    document,
    field,
)
from qvoice.core.flow.references import Ref
from qvoice.core.flow.ringing import Wish, ring_device, seconds, wish_headers
from qvoice.core.flow.talk import Talk, ring
from qvoice.core.ring.plan import RingPlan, Stage

VERSION = 1
GROUP = "Basic"
ICON = "device-landline-phone"
EXITS = FAILURES
TITLE = Words("Device", "Poste")
ABOUT = Words(
    "Ring one phone.",
    "Faire sonner un poste.",
)
FORM = {
    "id": document("devices", "Device", "Poste", needed=True),
    "timeout": RING_SECONDS,
    "delay": DELAY,
    "dial_strategy": choice(
        "With several registrations, ring",
        "Avec plusieurs enregistrements, sonner",
        ("simultaneous", "All at once", "Tous en même temps"),
        ("single", "One after the other", "L’un après l’autre"),
        advanced=True,
    ),
    "can_call_self": CAN_CALL_SELF,
    "can_text_self": field("May text itself", "Peut s’envoyer un texto", advanced=True),
    "suppress_clid": SUPPRESS_CLID,
    "static_invite": STATIC_INVITE,
    "custom_sip_headers": SIP_HEADERS,
}


class Data(ModuleData):
    """`timeout` and `delay` in seconds, 0 = 20 s. `dial_strategy` matters for hot-desk devices of several contacts
    only."""

    id: str = ""
    timeout: float = 0
    delay: float = 0
    dial_strategy: str = "simultaneous"
    can_call_self: bool = False
    can_text_self: bool = False
    suppress_clid: bool = False
    static_invite: str = ""
    custom_sip_headers: dict[str, Any] = {}


def references(data: Data) -> list[Ref]:
    """The device."""
    return [Ref("devices", data.id)]


def run(data: Data, call: Call, exits: frozenset[str]) -> Talk[Next]:
    """Ring the device; go on by what came of it."""
    wish = Wish(
        timeout=seconds(data.timeout),
        delay=max(data.delay, 0),
        can_call_self=data.can_call_self,
        suppress_clid=data.suppress_clid,
        static_invite=data.static_invite,
        headers=wish_headers(data.custom_sip_headers),
    )
    found = yield from ring_device(call, data.id, wish)
    if not found.legs:
        return found.failure()
    plan = RingPlan((Stage(tuple(found.legs)),))
    return after_ring((yield from ring(plan)))
