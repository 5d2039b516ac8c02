"""Transfers: REFER (blind, attended, attended to a phone that still rings) and the API's.

A transferred party is handed to a new call of his own, whatever side he was on. A transferor who waits for the outcome
goes with him, as a leg of that call; `core.transfer.machine` says what he is told and what happens when nobody takes
the call (returning.py).
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from qvoice.callcontrol.ari import wire
from qvoice.callcontrol.ari.client import AriError
from qvoice.callcontrol.live import Command, LiveCall
from qvoice.core.transfer import machine as m
from qvoice.kit import log
from qvoice.kit.errors import Unavailable

if TYPE_CHECKING:
    from qvoice.callcontrol.legs import CallLeg
    from qvoice.callcontrol.placing import Placed

_WORDS = {"ringing": "channel_progress", "answered": "channel_answered", "failed": "channel_unavailable"}
"""What the transferor's phone is told → Asterisk's name for it (NOTIFY 100, 200, 503)."""

WAIT = 5.0
"""Seconds that one call waits for another to do its part."""


def tell(leg: CallLeg, call: LiveCall, word: str) -> None:
    """Report the state of the transfer that `leg` asked for by REFER."""
    call.ari.tell("POST", f"channels/{leg.channel}/transfer_progress", {"states": _WORDS[word]})


class Pending:
    """A blind transfer under way: the call is the transferee's, `by` asked for it (perhaps still one of its legs)."""

    def __init__(self, call: LiveCall, by: CallLeg, *, there: bool) -> None:
        self.call, self.by = call, by
        self.machine = m.TransferMachine(attended=False, transferor_there=there)
        if call.facts is not None:
            call.facts.unclaimed = True

    def on(self, event: m.Event) -> list[m.Action]:
        """Take an event and carry out what concerns the transferor alone; return all actions."""
        actions = self.machine.on(event)
        for action in actions:
            match action:
                case m.Tell(word=word):
                    tell(self.by, self.call, word)
                case m.HangUp(party=m.TRANSFEROR):
                    self.call.hang_up(self.by, "BLIND_TRANSFER", q850=16)
        if self.machine.outcome and self.call.transfer is self:
            self.call.transfer = None
            if self.call.facts is not None:
                self.call.facts.unclaimed = False
        return actions

    def rings(self) -> None:
        """The target rings."""
        self.on(m.TargetRings())

    def taken(self) -> None:
        """Somebody or something took the call."""
        self.on(m.TargetAnswers())

    def left(self, leg: CallLeg) -> None:
        """A leg of the call ended."""
        if leg is self.by:
            self.on(m.TransferorLeaves())
        elif leg is self.call.caller:
            self.abandoned()

    def abandoned(self) -> None:
        """The transferee is gone, or the call ends."""
        self.on(m.TransfereeLeaves())


async def requested(call: LiveCall, leg: CallLeg, message: wire.Message) -> bool:
    """Carry out a REFER that came on one side of a conversation; True when the conversation is over here.

    `leg` is the side that is not the caller. A transfer that cannot be made is refused, and the two go on talking.
    """
    source = message.referred_by.source_channel if message.referred_by else None
    if source is None or message.refer_to is None or source.id not in (call.caller.channel, leg.channel):
        return False
    by, party = (call.caller, leg) if source.id == call.caller.channel else (leg, call.caller)
    wanted, other = message.refer_to.requested_destination, message.refer_to.destination_channel
    moved = False
    try:
        if not by.is_ours:
            log.get().warning("transfer.refused", call=call.id, why="a carrier may not transfer on a customer's bill")
        elif other is not None:
            moved = await _attended(call, by, party, other.id)
        elif wanted.protocol_id:
            log.get().warning("transfer.refused", call=call.id, why="the dialog to be replaced is not here")
        else:
            return await _blind_by_refer(call, by, party, wanted.destination)
    except (AriError, Unavailable, TimeoutError) as problem:
        log.get().warning("transfer.failed", call=call.id, problem=str(problem))
    tell(by, call, "answered" if moved else "failed")
    if moved and not by.gone:
        call.hang_up(by, "ATTENDED_TRANSFER", q850=16)
    return moved


async def _blind_by_refer(call: LiveCall, by: CallLeg, party: CallLeg, number: str) -> bool:
    moved = await blind(call, by, party, number, waits=True)
    if not moved:
        tell(by, call, "failed")
    return moved


async def blind(call: LiveCall, by: CallLeg, party: CallLeg, number: str, *, waits: bool = False) -> bool:
    """Send `party` to what `number` is, in the account and name of `by`; False when there is nothing, or he may not.

    `waits`: the transferor stays until the outcome is known; else he is hung up, and rung again if nobody takes it.
    """
    placed = await call.exchange.placing.transferred(call, by, party, number)
    if placed is None or party.gone:
        return False
    go(call, by, party, placed, waits=waits)
    return True


def go(call: LiveCall, by: CallLeg, party: CallLeg, placed: Placed, *, waits: bool = False) -> None:
    """Take `party` out of the call and start a call of his own at what was found for him, in the name of `by`."""
    exchange = call.exchange
    fresh = hand(call, party)
    fresh.facts = placed.facts
    fresh.facts.call_id = fresh.id
    by.cancelled = by.cancelled or "BLIND_TRANSFER"
    waits = waits and not by.gone
    if waits:
        call.give_up_leg(by)
        fresh.legs[by.channel] = by
        exchange.adopt_leg(fresh, by)
    fresh.transfer = Pending(fresh, by, there=waits)
    exchange.start(fresh, placed)


def hand(call: LiveCall, party: CallLeg) -> LiveCall:
    """Take `party` out of a call and its bridge, and give him a call of his own (not started yet)."""
    call.give_up_leg(party)
    call.drop_bridge(party)
    # What he heard while he was held goes on in Asterisk, whoever holds him.
    call.ari.tell("DELETE", f"channels/{party.channel}/moh")
    return LiveCall(call.exchange, party, interaction_id=call.interaction_id)


async def handed_over(other: LiveCall, leg: CallLeg) -> None:
    """Let another call give up one of its legs; raises Unavailable when it cannot just now."""
    wish = Command("hand-over", leg=leg)
    other.mailbox.put(wish)
    async with asyncio.timeout(WAIT):
        await wish.done


async def _attended(call: LiveCall, by: CallLeg, party: CallLeg, replaced: str) -> bool:
    """Join `party` with whoever the replaced channel talks with, or let him take its place at what it reached."""
    exchange = call.exchange
    second = exchange.by_channel.get(replaced)
    if second is None or second is call:
        return False
    theirs = second.caller if second.caller.channel == replaced else second.legs.get(replaced)
    if theirs is None or theirs.account_id != by.account_id:
        return False
    target = second.legs.get(second.talking_with) if theirs is second.caller else second.caller
    if second.talking_with and target is not None:
        await handed_over(second, target)
        fresh = hand(call, party)
        fresh.facts = call.facts
        fresh.legs[target.channel] = target
        second.interaction_id = call.interaction_id
        exchange.adopt_leg(fresh, target)
        exchange.join(fresh, target)
        second.hang_up(theirs, "ATTENDED_TRANSFER", q850=16)
        return True
    if theirs is not second.caller or second.facts is None:
        return False
    wish = Command("take-place", leg=party, of=call, by=by)
    second.mailbox.put(wish)
    try:
        async with asyncio.timeout(WAIT):
            await wish.done
        return True
    except Unavailable:
        return await _go_on_for(call, party, second)


async def _go_on_for(call: LiveCall, party: CallLeg, second: LiveCall) -> bool:
    """The transferor consulted a menu, a voicemail box, a conference: the party starts there at the same node."""
    if second.facts is None or second.checkpoint is None:
        return False
    placed = await call.exchange.placing.again(second.facts, second.checkpoint)
    if placed is None or party.gone:
        return False
    fresh = hand(call, party)
    fresh.facts = placed.facts
    fresh.facts.call_id = fresh.id
    fresh.facts.transferee = party.person
    fresh.facts.answered = party.answered > 0
    call.exchange.start(fresh, placed)
    second.hang_up(second.caller, "ATTENDED_TRANSFER", q850=16)
    return True


def take_place(second: LiveCall, command: Command) -> CallLeg:
    """Let a party of another call take the caller's place in this one, which rings somebody (runs in its own task).

    The caller is hung up; returns the new one. When nobody answers, the transferor is rung again.
    """
    party: CallLeg = command.data["leg"]
    of: LiveCall = command.data["of"]
    old = second.caller
    of.give_up_leg(party)
    of.drop_bridge(party)
    second.ari.tell("DELETE", f"channels/{party.channel}/moh")
    second.caller, second.legs[old.channel] = party, old
    second.interaction_id = of.interaction_id
    second.exchange.adopt_leg(second, party)
    if second.facts is not None:
        second.facts.transferee = party.person
        second.facts.answered = party.answered > 0
    second.transfer = Pending(second, command.data["by"], there=False)
    second.keys.clear()
    second.hang_up(old, "ATTENDED_TRANSFER", q850=16)
    second.exchange.journal.touch(second)
    command.finish()
    return party
