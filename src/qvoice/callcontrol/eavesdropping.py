"""Listen: the caller hears a conversation of his account through a snoop channel, and by key speaks into it.

Asterisk's snoop channel (ARI `channels/{id}/snoop`) copies both directions of the watched channel; `whisper=out` is
heard by the watched party only, `both` also by the other. What it does is fixed when it is made, so another mode is
another snoop channel. It ends with the watched channel.
"""

from __future__ import annotations

import asyncio

from qvoice.callcontrol import transfer
from qvoice.callcontrol.ari import wire
from qvoice.callcontrol.ari.client import AriError
from qvoice.callcontrol.legs import OUTBOUND, CallLeg
from qvoice.callcontrol.live import Command, LiveCall
from qvoice.callcontrol.pickup import as_party, pickable
from qvoice.core.flow import commands as c
from qvoice.core.flow.events import Listened
from qvoice.core.pickup.choose import choose_conversation
from qvoice.core.pickup.modes import WHISPER, mode_of_key
from qvoice.kit import log
from qvoice.kit.errors import Unavailable
from qvoice.kit.ids import new_id


async def listen(call: LiveCall, command: c.Listen) -> Listened:
    """Carry out Listen; raises CallerHungUp when the listener leaves."""
    chosen = choose_conversation(
        pickable(call.exchange, call),
        command.targets,
        account_id=call.caller.account_id,
        picker=as_party(call.caller),
    )
    if chosen is None or chosen.party is None:
        return Listened("nothing")
    log.get().info("call.eavesdrop", call=call.id, account=call.caller.account_id, watched=chosen.call_id)
    await call.bridge_up()
    bridge = call.bridge
    await call.ari.post(f"bridges/{bridge}/addChannel", {"channel": call.caller.channel, "absorbDTMF": "true"})
    mode = command.mode
    snoop = _snoop(call, chosen.party.channel, mode)
    call.keys.clear()
    call.obeying = True
    try:
        while True:
            item = await call.next()
            if isinstance(item, Command):
                if item.kind == "snoop-failed" and item.data["leg"] is snoop:
                    call.end_leg(snoop, call.exchange.now(), "NORMAL_TEMPORARY_FAILURE", 0)
                    return Listened("over")
                item.finish(Unavailable("the call is not in a conversation just now"))
            elif item is None:
                continue
            elif item.type == "ChannelTransfer":
                transfer.tell(call.caller, call, "failed")
            elif item.type == "ChannelDtmfReceived":
                wanted = next((m for m in map(mode_of_key, call.keys) if m), None)
                call.keys.clear()
                if wanted is not None and wanted != mode:
                    mode, old = wanted, snoop
                    snoop = _snoop(call, chosen.party.channel, mode)
                    call.hang_up(old)
            elif item.channel is not None and item.channel.id == snoop.channel:
                if item.type == "StasisStart":
                    _watch(call, snoop, call.ari.post(f"bridges/{bridge}/addChannel", {"channel": snoop.channel}))
                elif snoop.gone or item.type in ("StasisEnd", "ChannelDestroyed"):
                    return Listened("over")
    finally:
        call.obeying = False
        call.hang_up(snoop)
        call.drop_bridge()


def _snoop(call: LiveCall, watched: str, mode: str) -> CallLeg:
    """Make a snoop channel: a leg of this call that is nobody's, so it has no record."""
    id = new_id()
    leg = CallLeg(id, id, "", OUTBOUND, call.exchange.now(), plan_id=f"snoop:{id}", kind="snoop")
    call.legs[id] = leg
    call.exchange.adopt_leg(call, leg)
    query = {"spy": "both", "whisper": WHISPER[mode], "app": "qvoice", "appArgs": f"leg,{call.id},{id}", "snoopId": id}
    _watch(call, leg, call.ari.post(f"channels/{watched}/snoop", query))
    return leg


def _watch(call: LiveCall, leg: CallLeg, future: asyncio.Future[wire.Message]) -> None:
    def check(future: asyncio.Future[wire.Message]) -> None:
        problem = None if future.cancelled() else future.exception()
        if isinstance(problem, AriError) and not leg.gone:
            log.get().info("call.eavesdrop_failed", call=call.id, problem=str(problem))
            call.mailbox.put(Command("snoop-failed", leg=leg))

    future.add_done_callback(check)
