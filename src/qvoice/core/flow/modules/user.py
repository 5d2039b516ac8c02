"""Ring all devices of a user."""

from __future__ import annotations

from typing import Any

from qvoice.core.flow.call import Call
from qvoice.core.flow.document import ModuleData
from qvoice.core.flow.exits import FAILURES, Next, after_ring
from qvoice.core.flow.forms import (
    CAN_CALL_SELF,
    DELAY,
    FAIL_ON_REJECT,
    RING_SECONDS,
    SIP_HEADERS,
    STATIC_INVITE,
    STRATEGY,
    SUPPRESS_CLID,
    Words,
    document,
)
from qvoice.core.flow.references import Ref
from qvoice.core.flow.ringing import Wish, ring_user, seconds, wish_headers
from qvoice.core.flow.talk import Talk, ring
from qvoice.core.ring.plan import RingPlan, Stage

VERSION = 1
GROUP = "Basic"
ICON = "user"
EXITS = FAILURES
TITLE = Words("User", "Utilisateur")
ABOUT = Words(
    "Ring all devices of a user.",
    "Faire sonner tous les postes d’un utilisateur.",
)
FORM = {
    "id": document("users", "User", "Utilisateur", needed=True),
    "timeout": RING_SECONDS,
    "strategy": STRATEGY,
    "delay": DELAY,
    "can_call_self": CAN_CALL_SELF,
    "suppress_clid": SUPPRESS_CLID,
    "fail_on_single_reject": FAIL_ON_REJECT,
    "static_invite": STATIC_INVITE,
    "custom_sip_headers": SIP_HEADERS,
}


class Data(ModuleData):
    """`timeout` and `delay` in seconds. `strategy`: `simultaneous`, or `single` = one device after the other."""

    id: str = ""
    timeout: float = 20
    delay: float = 0
    strategy: str = "simultaneous"
    can_call_self: bool = False
    suppress_clid: bool = False
    fail_on_single_reject: bool | str = False
    static_invite: str = ""
    custom_sip_headers: dict[str, Any] = {}


def references(data: Data) -> list[Ref]:
    """The user and the user's devices."""
    return [Ref("users", data.id), Ref("devices", data.id, by="owner_id")] if data.id else []


def run(data: Data, call: Call, exits: frozenset[str]) -> Talk[Next]:
    """Ring the user; go on by what came of it."""
    wish = Wish(
        timeout=seconds(data.timeout),
        delay=max(data.delay, 0),
        can_call_self=data.can_call_self,
        suppress_clid=data.suppress_clid,
        static_invite=data.static_invite,
        headers=wish_headers(data.custom_sip_headers),
    )
    found = yield from ring_user(call, data.id, wish)
    if not found.legs:
        return found.failure()
    serial = data.strategy == "single"
    stages = tuple(Stage((leg,)) for leg in found.legs) if serial else (Stage(tuple(found.legs)),)
    plan = RingPlan(stages, fail_on_single_reject=bool(data.fail_on_single_reject))
    return after_ring((yield from ring(plan)))
