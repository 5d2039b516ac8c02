"""Phones that answer by themselves: what intercom and page_group share."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from qvoice.core.flow.call import Call
from qvoice.core.flow.members import Member, expand
from qvoice.core.flow.ringing import Found, Wish, ring_device, ring_user
from qvoice.core.flow.talk import Talk

MAX_PHONES = 250


def legs_of(call: Call, members: Sequence[Member], *, barge_calls: bool, timeout: float) -> Talk[Found]:
    """Return one leg for each phone of the members, told to answer at once. Forwarding is not followed, and phones in
    a call are left out unless `barge_calls`."""
    wish = Wish(timeout=timeout, direct=False, ignore_forward=True, auto_answer=True, only_idle=not barge_calls)
    found = Found()
    for one in expand(call.world, members):
        ringer = ring_user if one.type == "users" else ring_device
        found.add((yield from ringer(call, one.id, wish)))
        if len(found.legs) >= MAX_PHONES:
            break
    # A page is for all at once, whatever delays a group has.
    found.legs = [replace(leg, delay=0.0) for leg in found.legs[:MAX_PHONES]]
    return found
