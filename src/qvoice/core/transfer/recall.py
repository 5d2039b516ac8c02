"""Ring somebody's phone again, for a party that nobody took: after a failed transfer, or too long in a parking slot."""

from __future__ import annotations

from qvoice.core.flow.call import Call
from qvoice.core.flow.events import RingDone
from qvoice.core.flow.ringing import Found, Wish, ring_device, ring_user
from qvoice.core.flow.talk import Talk, ring
from qvoice.core.ring.plan import RingPlan, Stage

RECALL_SECONDS = 30.0
"""How long the phone rings (kazoo: parker called back for 30 s)."""


def recall(call: Call, *, device_id: str, user_id: str = "", seconds: float = RECALL_SECONDS) -> Talk[RingDone]:
    """Ring a device (else all phones of a user) that the call came from, forwarding left out, and stay until the
    conversation ends.
    """
    wish = Wish(timeout=seconds, can_call_self=True, ignore_forward=True)
    found = Found(refused={"missing"})
    if device_id:
        found = yield from ring_device(call, device_id, wish)
    if not found.legs and user_id:
        found = yield from ring_user(call, user_id, wish)
    if not found.legs:
        return RingDone(None, "SUBSCRIBER_ABSENT", 480)
    plan = RingPlan((Stage(tuple(found.legs)),), timeout=seconds)
    return (yield from ring(plan))
