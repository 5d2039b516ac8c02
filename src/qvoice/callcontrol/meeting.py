"""Three talk (a merged consultation) until one leaves; the other two talk on."""

from __future__ import annotations

import asyncio

from qvoice.callcontrol import transfer
from qvoice.callcontrol.legs import CallLeg
from qvoice.callcontrol.live import CallerHungUp, Command, LiveCall
from qvoice.core.flow.events import RingDone
from qvoice.core.incall import acts as a


async def meet(call: LiveCall, leg: CallLeg, third: CallLeg, until: float) -> RingDone | CallLeg:
    """Stay until one of the three has left; returns the leg that the caller talks on with.

    Raises CallerHungUp when the caller leaves; the other two go on in a call of their own.
    """
    call.others = [third]
    call.exchange.journal.touch(call)
    try:
        while not leg.gone and not third.gone:
            item = await call.next(until)
            if item is None:
                for one in (leg, third, call.caller):
                    call.hang_up(one, "ALLOTTED_TIMEOUT")
                until = asyncio.get_running_loop().time() + 10
            elif isinstance(item, Command):
                _obey(call, leg, third, item)
            elif item.type == "ChannelTransfer":
                refusing = call.leg_of(item.referred_by.source_channel if item.referred_by else None)
                if refusing is not None:
                    transfer.tell(refusing, call, "failed")
    except CallerHungUp:
        if not leg.gone and not third.gone:
            fresh = transfer.hand(call, leg)
            call.give_up_leg(third)
            fresh.facts = call.facts
            fresh.legs[third.channel] = third
            call.exchange.adopt_leg(fresh, third)
            call.exchange.join(fresh, third)
        raise
    finally:
        call.others = []
    return third if leg.gone else leg


def _obey(call: LiveCall, leg: CallLeg, third: CallLeg, command: Command) -> None:
    acts = command.data.get("acts") or []
    if acts and all(isinstance(act, a.HangUp) for act in acts):
        for one in (leg, third, call.caller):
            call.hang_up(one)
        command.finish()
    else:
        command.decline()
