"""A conversation: two legs in a bridge, until one leaves, is transferred, or the longest call time is over.

DTMF and re-INVITEs pass between the legs inside Asterisk. Keys that mean something, RPCs and other calls' wishes end up
here as acts (core.incall); hold is played here when the holder has music of his own.
"""

from __future__ import annotations

import asyncio

from qvoice.callcontrol import acting, consulting, keys, meeting, saying_no, transfer
from qvoice.callcontrol.ari import wire
from qvoice.callcontrol.holding import Holding
from qvoice.callcontrol.legs import CallLeg
from qvoice.callcontrol.live import Command, LiveCall
from qvoice.callcontrol.outcome import GONE, Done, Meeting
from qvoice.core.flow.events import RingDone
from qvoice.core.incall.acts import Act, Transfer
from qvoice.kit.errors import Unavailable

LONGEST_CALL = 10 * 3600.0
"""Seconds after which a conversation is ended: a ghost must not live for ever (peers.md, Wazo)."""


async def converse(call: LiveCall, leg: CallLeg) -> RingDone:
    """Stay until the conversation has ended; `transferred` when it goes on elsewhere. Raises CallerHungUp when the
    caller leaves.
    """
    until = asyncio.get_running_loop().time() + LONGEST_CALL
    while True:
        _begin(call, leg)
        call.obeying = True
        await call.exchange.tapes.talking(call, leg)
        talk = _Talk(call, leg, until)
        try:
            after = await talk.run()
        finally:
            talk.holding.end()
            call.obeying = False
            call.talking_with = ""
            if not isinstance(talk.after, CallLeg):
                call.drop_bridge()
            call.keys.clear()
        if not isinstance(after, CallLeg):
            await saying_no.part(call, leg)
            return after
        leg = after


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


class _Talk:
    """One conversation of the caller with `leg`. `after`: how it ended, or the leg with which the caller talks on."""

    def __init__(self, call: LiveCall, leg: CallLeg, until: float) -> None:
        self.call, self.leg, self.until = call, leg, until
        self.holding = Holding(call, leg)
        self.readers = keys.armed(call, leg)
        self.after: RingDone | CallLeg | None = None
        self._gone = RingDone(leg.plan_id, "NORMAL_CLEARING", 200, transferred=True)

    async def run(self) -> RingDone | CallLeg:
        """Take what happens until the conversation of these two is over."""
        call, leg, loop = self.call, self.leg, asyncio.get_running_loop()
        await self.holding.again()
        if call.consulting:
            await self._done(await consulting.again(call, leg))
        while self.after is None and not leg.gone:
            dues = [armed.reader.due for armed in self.readers if armed.reader.due is not None]
            item = await call.next(min([self.until, *dues]))
            if isinstance(item, Command):
                await self._obey(item)
            elif item is not None:
                await self._event(item)
            else:
                await self._late(loop.time())
        if self.after is None:
            self.after = RingDone(leg.plan_id, leg.cause or "NORMAL_CLEARING", 200)
        return self.after

    async def _late(self, now: float) -> None:
        if now >= self.until:
            self.call.hang_up(self.leg, "ALLOTTED_TIMEOUT")
            self.call.hang_up(self.call.caller, "ALLOTTED_TIMEOUT")
            self.until = now + 10
        for armed in self.readers:
            meant = armed.reader.late(now)
            if meant is not None:
                await self._act(armed.by, keys.acts(meant))

    async def _event(self, message: wire.Message) -> None:
        call, leg = self.call, self.leg
        by = call.leg_of(message.channel)
        if message.type == "ChannelTransfer":
            if await transfer.requested(call, leg, message):
                self.after = self._gone
        elif message.type == "ChannelHold" and by is not None:
            await self.holding.by_phone(by)
        elif message.type == "ChannelUnhold" and by is not None:
            self.holding.unheld_by_phone(by)
        elif message.type == "PlaybackFinished":
            await self.holding.heard(message)
        elif message.type == "ChannelDtmfReceived" and by is not None:
            if self.holding.key(by, message.digit):
                return
            for armed in self.readers:
                if by.channel in armed.listens:
                    meant = armed.reader.press(message.digit, asyncio.get_running_loop().time())
                    if meant is not None:
                        await self._act(armed.by, keys.acts(meant))

    async def _act(self, by: CallLeg, wanted: list[Act]) -> bool:
        """Do one thing after the other; False when one could not be done (the conversation goes on)."""
        for act in wanted:
            if self.after is not None or self.leg.gone:
                return False
            if not await self._done(await acting.do(self.call, self.leg, by, act, self.holding)):
                return False
        return True

    async def _done(self, done: Done) -> bool:
        """Take what came of an act; False when it could not be done."""
        if isinstance(done, Meeting):
            self.after = await meeting.meet(self.call, self.leg, done.third, self.until)
        elif isinstance(done, RingDone | CallLeg):
            self.after = done
        elif done is GONE:
            self.after = self._gone
        return done is not False

    async def _obey(self, command: Command) -> None:
        """Carry out an RPC or another call's wish."""
        call, leg = self.call, self.leg
        if command.done.done():
            return  # whoever asked has given up waiting
        if command.kind == "act":
            by = leg if command.data["channel"] == leg.channel else call.caller
            # A consultation lasts: whoever asks is answered when it begins.
            if any(isinstance(act, Transfer) and act.attended for act in command.data["acts"]):
                command.finish()
            did = await self._act(by, command.data["acts"])
            command.finish(None if did else Unavailable("that cannot be done with this call"))
        elif command.kind == "transfer":
            by = leg if command.data["channel"] == leg.channel else call.caller
            moved = await transfer.blind(call, by, call.caller if by is leg else leg, command.data["number"])
            command.finish(None if moved else Unavailable("there is nothing at that number"))
            self.after = self._gone if moved else None
        elif command.kind == "break":
            call.hang_up(leg, "NORMAL_CLEARING")
            command.finish()
        elif command.kind == "hand-over":
            self.holding.end()
            call.give_up_leg(command.data["leg"])
            call.drop_bridge(command.data["leg"])
            command.finish()
            self.after = self._gone
        else:
            command.decline()
