"""A conversation: two legs in a bridge, until one leaves, is transferred, or the longest call time is over.

Hold, DTMF and re-INVITEs pass between the legs inside Asterisk. RPCs and transfers of other calls arrive as Commands.
"""

from __future__ import annotations

import asyncio

from qvoice.callcontrol import transfer
from qvoice.callcontrol.legs import CallLeg
from qvoice.callcontrol.live import Command, LiveCall
from qvoice.core.flow.events import RingDone
from qvoice.kit.errors import Unavailable

LONGEST_CALL = 10 * 3600.0
"""Seconds after which a conversation is ended: a ghost must not live for ever (peers.md, Wazo)."""


async def converse(call: LiveCall, leg: CallLeg, hold_music: str | None = None) -> RingDone:
    """Stay until the conversation has ended; `transferred` when it goes on elsewhere. Raises CallerHungUp when the
    caller leaves.
    """
    until = asyncio.get_running_loop().time() + LONGEST_CALL
    _begin(call, leg)
    call.obeying = True
    await call.exchange.tapes.talking(call, leg)
    try:
        while not leg.gone:
            item = await call.next(until)
            if item is None:
                call.hang_up(leg, "ALLOTTED_TIMEOUT")
                call.hang_up(call.caller, "ALLOTTED_TIMEOUT")
                until = asyncio.get_running_loop().time() + 10
            elif isinstance(item, Command):
                if await _obey(call, leg, item):
                    return RingDone(leg.plan_id, "NORMAL_CLEARING", 200, transferred=True)
            elif item.type == "ChannelTransfer" and await transfer.requested(call, leg, item):
                return RingDone(leg.plan_id, "NORMAL_CLEARING", 200, transferred=True)
    finally:
        call.obeying = False
        call.talking_with = ""
        call.drop_bridge()
        call.keys.clear()
    return RingDone(leg.plan_id, leg.cause or "NORMAL_CLEARING", 200)


def _begin(call: LiveCall, leg: CallLeg) -> None:
    if call.transfer is not None:
        call.transfer.taken()
    now = call.exchange.now()
    call.talking_with = leg.channel
    if call.facts is not None:
        call.facts.bridged = True
        if call.facts.emergency_callback:
            call.exchange.placing.callbacks.done(call.facts.account_id, call.facts.dialled)
    for side, other in ((call.caller, leg), (leg, call.caller)):
        side.bridged, side.other = side.bridged or now, other.uuid
        call.exchange.leg_changed(call, side, "CHANNEL_BRIDGE")
    call.exchange.journal.touch(call)


async def _obey(call: LiveCall, leg: CallLeg, command: Command) -> bool:
    """Carry out an RPC or another call's wish; True when the conversation is over here."""
    if command.done.done():
        return False  # whoever asked has given up waiting
    if command.kind == "transfer":
        by = leg if command.data["channel"] == leg.channel else call.caller
        moved = await transfer.blind(call, by, call.caller if by is leg else leg, command.data["number"])
        command.finish(None if moved else Unavailable("there is nothing at that number"))
        return moved
    if command.kind == "break":
        call.hang_up(leg, "NORMAL_CLEARING")
        command.finish()
        return False
    if command.kind == "hand-over":
        side: CallLeg = command.data["leg"]
        call.give_up_leg(side)
        command.finish()
        return True
    decline(command)
    return False


def decline(command: Command) -> None:
    """Refuse a command that makes no sense in this state."""
    command.finish(Unavailable("the call is not in a conversation just now"))
