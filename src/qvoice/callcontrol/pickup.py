"""PickUp: gives a caller a call that rings elsewhere, or the place of one who talks. The choice is core.pickup's.

A ringing call takes the picker's channel as one of its legs, and its ring machine lets him win: the race between
pickers and answerers is decided in the one task of that call. In a conversation the other party is handed over to the
picker's call, as in a transfer; whoever was replaced is hung up.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from typing import TYPE_CHECKING

from qvoice.callcontrol import talking as conversation
from qvoice.callcontrol.ari import wire
from qvoice.callcontrol.ari.client import AriError
from qvoice.callcontrol.legs import CallLeg
from qvoice.callcontrol.live import Command, LiveCall, all_of
from qvoice.core.flow import commands as c
from qvoice.core.flow.events import PickedUp
from qvoice.core.pickup.choose import Choice, Party, Pickable, choose
from qvoice.kit.errors import QvoiceError

if TYPE_CHECKING:
    from qvoice.callcontrol.exchange import Exchange

PATIENCE = 3.0
"""Seconds that a call may take to say whether it lets itself be picked up."""


async def pick_up(call: LiveCall, command: c.PickUp) -> PickedUp:
    """Carry out PickUp. Of several who try the same call exactly one gets it; the others learn that they were late."""
    choice = choose(
        pickable(call.exchange, call),
        command.targets,
        account_id=call.caller.account_id,
        live=command.live,
        picker=as_party(call.caller),
    )
    target = call.exchange.calls.get(choice.call_id) if choice else None
    if choice is None or target is None:
        return PickedUp("nothing")
    if choice.party is None:
        return PickedUp("taken-over" if await _wish(target, "pick-up", picker=call) else "too-late")
    return await _replace(call, target, choice)


def pickable(exchange: Exchange, picker: LiveCall) -> Iterator[Pickable]:
    """Yield the calls that ring or are talked, but the picker's own, as core.pickup sees them."""
    for other in exchange.calls.values():
        if other is picker or other.released:
            continue
        ringing: tuple[Party, ...] = ()
        talking: tuple[Party, ...] = ()
        if other.ringing:
            ringing = tuple(as_party(leg) for leg in other.legs.values() if not leg.gone and not leg.cancelled)
        elif (leg := other.legs.get(other.talking_with)) is not None:
            talking = (as_party(other.caller), as_party(leg))
        if ringing or talking:
            yield Pickable(other.id, other.caller.account_id, other.caller.created, ringing, talking)


def as_party(leg: CallLeg) -> Party:
    """Return a leg as core.pickup sees it. A forwarded one has no device: it stands for whose name it was made in."""
    name = leg.authorizing_id if leg.kind == "loop" else ""
    return Party(leg.channel, leg.device_id or name, leg.owner_id or name)


async def _wish(target: LiveCall, kind: str, **data: object) -> bool:
    """Ask another call for something; False when it does not grant it in time (then it will not grant it later)."""
    wish = Command(kind, **data)
    target.mailbox.put(wish)
    try:
        await asyncio.wait_for(wish.done, PATIENCE)
    except (TimeoutError, QvoiceError):
        # wait_for has cancelled `done`: a call that reads the wish only now sees that nobody waits any more.
        return False
    return True


def join_ringing(call: LiveCall, command: Command) -> CallLeg:
    """The ringing call's side of `pick-up`: take the picker's channel over as a leg of this call, and say so."""
    picker: LiveCall = command.data["picker"]
    leg = picker.caller
    picker.released = True
    leg.plan_id = f"picked-up-by:{leg.uuid}"
    leg.callee_name, leg.callee_number = leg.caller_name, leg.caller_number
    call.legs[leg.channel] = leg
    call.exchange.adopt_leg(call, leg)
    # What happened to his channel and was not read yet (he may have hung up this moment) is ours to read now.
    for item in picker.mailbox.drain(lambda item: _about(item, leg.channel)):
        call.mailbox.put(item)
    command.finish()
    return leg


def _about(item: wire.Message | Command, channel: str) -> bool:
    return isinstance(item, wire.Message) and item.channel is not None and item.channel.id == channel


async def _replace(call: LiveCall, target: LiveCall, choice: Choice) -> PickedUp:
    """Talk with whoever the chosen party talked with; the chosen party is hung up by its own call, which is over."""
    replaced = choice.party
    party = target.legs.get(target.talking_with)
    if replaced is None or party is None:
        return PickedUp("too-late")
    if party.channel == replaced.channel:
        party = target.caller
    if not await _wish(target, "hand-over", leg=party):
        return PickedUp("too-late")
    call.interaction_id = target.interaction_id
    party.plan_id = party.plan_id or f"taken:{party.uuid}"
    call.legs[party.channel] = party
    call.exchange.adopt_leg(call, party)
    for item in target.mailbox.drain(lambda item: _about(item, party.channel)):
        call.mailbox.put(item)
    steps = [call.bridge_up()]
    if not call.caller.answered:
        steps.insert(0, call.ari.post(f"channels/{call.caller.channel}/answer"))
    both = f"{call.caller.channel},{party.channel}"
    steps.append(call.ari.post(f"bridges/{call.bridge}/addChannel", {"channel": both}))
    try:
        await all_of(*steps)
    except AriError as problem:
        if problem.status == 0:
            raise
    call.mark_answered()
    return PickedUp("talked", (await conversation.converse(call, party)).cause)
