"""Occupy, Wait and Take: a caller in a slot, with music, and who fetches him (decisions: core/park/lot.py)."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, replace

from qvoice.callcontrol import talking, transfer
from qvoice.callcontrol.ari import wire
from qvoice.callcontrol.ari.client import AriError
from qvoice.callcontrol.legs import CallLeg
from qvoice.callcontrol.live import Command, LiveCall
from qvoice.callcontrol.music import Music
from qvoice.callcontrol.sounds import Run, language, render
from qvoice.core.flow.checkpoint import call_to_json
from qvoice.core.flow.commands import Occupy, Take, Wait
from qvoice.core.flow.events import Occupied, RingDone, Waited
from qvoice.kit import log
from qvoice.kit.errors import Unavailable

NOBODY = RingDone(None, "NO_ROUTE_DESTINATION", 404)


def occupy(call: LiveCall, command: Occupy) -> Occupied:
    """Carry out Occupy."""
    lot = call.exchange.lot(call.caller.account_id, command.lot)
    claim = lot.claim(call.id, command.slot, last=command.last)
    call.in_slot = call.in_slot or claim.slot is not None
    return Occupied(claim.slot, claim.why)


async def wait(call: LiveCall, command: Wait) -> Waited:
    """Carry out Wait. Raises CallerHungUp when the caller leaves."""
    waiting = _Waiting(call, command)
    loop = asyncio.get_running_loop()
    until = None if command.seconds is None else loop.time() + command.seconds
    _light(call, command, command.lamp_state)
    call.obeying = True
    try:
        await waiting.begin()
        _note(call)
        while True:
            item = await call.next(until)
            if item is None:
                if call.transfer is not None:
                    call.transfer.taken()
                return Waited()
            if await waiting.take(item):
                return Waited(taken=True)
    finally:
        call.obeying = False
        waiting.end()
        _light(call, command, "terminated")


def _note(call: LiveCall) -> None:
    """Keep what the flow knows by now (the slot) for the case that this process dies."""
    if call.checkpoint is not None and call.facts is not None:
        call.checkpoint = replace(call.checkpoint, call=call_to_json(call.facts))
        call.exchange.journal.touch(call)


def _light(call: LiveCall, command: Wait, state: str) -> None:
    person = call.caller.person
    for lamp in command.lamps:
        call.exchange.journal.presence(
            call.caller.account_id,
            lamp,
            command.lot,
            state,
            call=call,
            number=person.number,
            name=person.name,
        )


@dataclass(slots=True)
class _Waiting:
    """A caller who waits. `announcing`: the playback by which a transferor hears the slot before he is let go."""

    call: LiveCall
    command: Wait
    music: Music | None = None
    announcing: str = ""

    async def begin(self) -> None:
        """Start the music and the announcement."""
        call = self.call
        self.music = Music(call, call.caller, self.command.music)
        await self.music.start()
        pending = call.transfer
        if pending is None:
            return
        if pending.by.channel not in call.legs or not await self._announce(pending.by):
            pending.taken()

    async def _announce(self, by: CallLeg) -> bool:
        call = self.call
        parts = await render(
            self.command.announce,
            lang=language(call.facts.language if call.facts else "en"),
            media_path=call.exchange.media_path(call),
        )
        uris = [uri for part in parts if isinstance(part, Run) for uri in part.uris]
        if not uris:
            return False
        call.sounds += 1
        self.announcing = f"{call.id}.{call.sounds}"
        try:
            await call.ari.post(f"channels/{by.channel}/play", body={"media": uris, "playbackId": self.announcing})
        except AriError:
            return False
        return True

    async def take(self, item: wire.Message | Command) -> bool:
        """Take one item of the mailbox; True when the caller was taken."""
        call = self.call
        if isinstance(item, Command):
            if item.kind == "hand-over" and item.data["leg"] is call.caller:
                call.give_up_leg(call.caller)
                self.end()
                item.finish()
                return True
            if item.kind == "take-place":
                self.end()
                transfer.take_place(call, item)
                await self.begin()
                return False
            item.decline()
            return False
        if item.type == "ChannelTransfer":
            refusing = call.leg_of(item.referred_by.source_channel if item.referred_by else None)
            if refusing is not None:
                transfer.tell(refusing, call, "failed")
        elif item.type == "PlaybackFinished" and item.playback is not None:
            if item.playback.id == self.announcing and call.transfer is not None:
                call.transfer.taken()
            elif self.music is not None:
                await self.music.heard(item)
        return False

    def end(self) -> None:
        """Stop the music."""
        if self.music is not None:
            self.music.stop()
            self.music = None


async def take(call: LiveCall, command: Take) -> RingDone:
    """Carry out Take. Raises CallerHungUp when the caller leaves."""
    lot = call.exchange.lot(call.caller.account_id, command.lot)
    other = call.exchange.calls.get(lot.take(command.slot) or "")
    if other is None or other is call:
        return NOBODY
    leg = other.caller
    try:
        await transfer.handed_over(other, leg)
    except (Unavailable, TimeoutError) as problem:
        log.get().info("take.refused", call=call.id, other=other.id, why=str(problem))
        if other.id in call.exchange.calls and not other.caller.gone:
            lot.put_back(command.slot, other.id)
        return NOBODY
    # From here on they are one interaction: the older one.
    call.interaction_id = other.interaction_id
    call.legs[leg.channel] = leg
    call.exchange.adopt_leg(call, leg)
    leg.plan_id = leg.plan_id or "taken"
    call.caller.callee_name, call.caller.callee_number = leg.person.name, leg.person.number
    await call.answer()
    try:
        await call.connect(leg)
    except AriError as problem:
        # Somebody left in the same moment; the end of the leg is on its way and ends the conversation.
        if problem.status == 0:
            raise
    return await talking.converse(call, leg)
