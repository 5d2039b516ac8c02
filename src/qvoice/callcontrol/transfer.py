"""Transfers: REFER (blind, and attended between two calls of this node) and the API's transfer.

A transferred party is handed to a new call of his own, whatever side he was on; what he left ends by itself. So there
is one rule for
all cases, and no call ever changes its caller.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from qvoice.callcontrol.ari import wire
from qvoice.callcontrol.ari.client import AriError
from qvoice.callcontrol.live import Command, LiveCall
from qvoice.kit import log
from qvoice.kit.errors import Unavailable

if TYPE_CHECKING:
    from qvoice.callcontrol.legs import CallLeg

UNAVAILABLE, ANSWERED = "channel_unavailable", "channel_answered"


async def requested(call: LiveCall, leg: CallLeg, message: wire.Message) -> bool:
    """Carry out a REFER that came on one side of a conversation; True when the conversation is over here.

    `leg` is the side that is not the caller. A transfer that cannot be made is refused, and the two go on talking.
    """
    source = message.referred_by.source_channel if message.referred_by else None
    if source is None or message.refer_to is None or source.id not in (call.caller.channel, leg.channel):
        return False
    by, party = (call.caller, leg) if source.id == call.caller.channel else (leg, call.caller)
    other = message.refer_to.destination_channel
    try:
        if other is not None:
            moved = await _attended(call, party, other.id)
        else:
            moved = await blind(call, by, party, message.refer_to.requested_destination.destination)
    except (AriError, Unavailable) as problem:
        log.get().warning("transfer.failed", call=call.id, problem=str(problem))
        moved = False
    call.ari.tell("POST", f"channels/{by.channel}/transfer_progress", {"states": ANSWERED if moved else UNAVAILABLE})
    if moved and not by.gone:
        call.hang_up(by, "BLIND_TRANSFER" if other is None else "ATTENDED_TRANSFER", q850=16)
    return moved


async def blind(call: LiveCall, by: CallLeg, party: CallLeg, number: str) -> bool:
    """Send `party` to what `number` is in the account of `by`; False when there is nothing."""
    exchange = call.exchange
    placed = await exchange.placing.transferred(call, by, party, number)
    if placed is None:
        return False
    call.give_up_leg(party)
    call.drop_bridge()
    fresh = LiveCall(exchange, party, interaction_id=call.interaction_id)
    fresh.facts = placed.facts
    fresh.facts.call_id = fresh.id
    exchange.start(fresh, placed)
    if by.cancelled == "" and not by.gone:
        by.cancelled = "BLIND_TRANSFER"
    return True


async def _attended(call: LiveCall, party: CallLeg, replaced: str) -> bool:
    """Join `party` with whoever the replaced channel talks with; a replaced channel that still rings becomes a blind
    transfer.
    """
    exchange = call.exchange
    second = exchange.by_channel.get(replaced)
    if second is None or second is call:
        return False
    theirs = second.caller if second.caller.channel == replaced else second.legs.get(replaced)
    if theirs is None:
        return False
    if not second.talking_with:
        if theirs is not second.caller or second.facts is None:
            return False
        moved = await blind(call, theirs, party, second.facts.request_user)
        if moved:
            second.hang_up(theirs, "ATTENDED_TRANSFER", q850=16)
        return moved
    target = second.legs.get(second.talking_with) if theirs is second.caller else second.caller
    if target is None:
        return False
    wish = Command("hand-over", leg=target)
    second.mailbox.put(wish)
    await wish.done
    call.give_up_leg(party)
    fresh = LiveCall(exchange, party, interaction_id=call.interaction_id)
    fresh.facts = call.facts
    fresh.legs[target.channel] = target
    exchange.adopt_leg(fresh, target)
    exchange.join(fresh, target)
    second.hang_up(theirs, "ATTENDED_TRANSFER", q850=16)
    return True
