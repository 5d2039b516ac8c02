"""The exchange: all live calls of one media node, and which call each of Asterisk's channels belongs to.

Hot path: Asterisk's event → `on_event` → the call's mailbox. Nothing here waits.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from qvoice.callcontrol import arrival, driver, replacing, selftest, talking
from qvoice.callcontrol.ari import wire
from qvoice.callcontrol.ari.client import Ari
from qvoice.callcontrol.ari.lists import Lists
from qvoice.callcontrol.book import CallBook
from qvoice.callcontrol.legs import INBOUND, CallLeg, incoming
from qvoice.callcontrol.live import CallerHungUp, Item, LiveCall
from qvoice.callcontrol.mailbox import Mailbox
from qvoice.callcontrol.marks import Marks
from qvoice.callcontrol.metering import Meters
from qvoice.callcontrol.placing import Placed, Placing, RefusedCall
from qvoice.callcontrol.rooms import Rooms
from qvoice.callcontrol.sounds import MediaPath
from qvoice.callcontrol.tapes import Tapes
from qvoice.core.flow.events import RingDone
from qvoice.core.flow.requests import Request
from qvoice.core.flow.talk import Talk
from qvoice.core.park.lot import Lot
from qvoice.features.edge.kamailio import Kamailio
from qvoice.kit import log
from qvoice.kit.ids import new_id

NODE_AWAY_SECONDS = 30.0
"""How long calls wait for a media node that does not come back before they are written off."""


Answerer = Callable[[LiveCall, Request], Awaitable[Any]]
MediaPaths = Callable[[LiveCall], MediaPath]


class Exchange:
    """Live calls by id and by channel. `ask` and `media_path` are the data layer's side (answers.py)."""

    def __init__(
        self,
        *,
        journal: CallBook,
        placing: Placing,
        ask: Answerer,
        media_path: MediaPaths,
        recordings: Path,
        lists: Lists,
        edge: Kamailio | None = None,
        meters: Meters | None = None,
    ) -> None:
        self.journal, self.placing, self.ask, self.media_path = journal, placing, ask, media_path
        self.recordings, self.lists, self.edge = recordings, lists, edge
        self.calls: dict[str, LiveCall] = {}
        self.rooms = Rooms(self)
        self.meters = meters or Meters()
        self.marks = Marks()
        self.by_channel: dict[str, LiveCall] = {}
        self.lots: dict[tuple[str, str], Lot] = {}
        """(account, lot) → its slots. Only calls of this node: all calls of an account are."""
        self.refused = 0
        self.expected: set[str] = set()
        """Numbers of self-test calls that are about to arrive."""
        self._watched: dict[str, Mailbox[wire.Message]] = {}
        self._selftests: set[asyncio.Task[None]] = set()
        self.draining = False
        self._link = asyncio.Event()
        self._away: asyncio.TimerHandle | None = None
        self._reconciled: asyncio.Task[None] | None = None
        self.on_link: Callable[[], Awaitable[None]] | None = None
        self.tapes = Tapes(self)
        self.ari = Ari(on_event=self.on_event, on_up=self._up, on_down=self._down)

    @staticmethod
    def now() -> float:
        """Return Unix seconds."""
        return time.time()

    def lot(self, account_id: str, name: str) -> Lot:
        """Return a lot of an account; an empty one when nobody has waited there yet."""
        return self.lots.setdefault((account_id, name), Lot())

    def leave_slots(self, call: LiveCall) -> None:
        """The call waits nowhere any longer."""
        if not call.in_slot:
            return
        call.in_slot = False
        for key, lot in list(self.lots.items()):
            lot.leave(call.id)
            if not lot.slots:
                del self.lots[key]

    # --- events -----------------------------------------------------------------------------------------------------

    def on_event(self, message: wire.Message) -> None:
        """Take one event from Asterisk."""
        if message.type == "StasisStart":
            self._stasis_start(message)
            return
        if message.type == "ChannelTransfer" and message.state:
            # Asterisk's echo of what we reported ourselves; a REFER has no state.
            return
        channel = _channel_id(message)
        call = self.by_channel.get(channel)
        if call is None and channel in self.tapes.live:
            self.tapes.on_event(channel, message)
            return
        if call is None:
            if channel in self._watched:
                self._watched[channel].put(message)
            elif message.recording is not None:
                self.rooms.on_event(channel, message)
            return
        leg = call.leg_of(message.channel)
        call.mailbox.put(message)
        ends_here = leg is not None and (leg.kind == "snoop" or (leg is call.caller and leg.direction == INBOUND))
        if message.type == "ChannelDestroyed" or (message.type == "StasisEnd" and ends_here):
            del self.by_channel[channel]

    def _stasis_start(self, message: wire.Message) -> None:
        channel, args = message.channel, message.args
        if channel is None:
            return
        if channel.id in self.by_channel:
            self.by_channel[channel.id].mailbox.put(message)
            return
        if channel.id in self._watched:
            self._watched[channel.id].put(message)
            return
        if channel.id in self.tapes.live:
            self.tapes.on_event(channel.id, message)
            return
        if selftest.is_selftest(arrival.request_user(args), self.expected):
            task = asyncio.get_running_loop().create_task(selftest.echo_end(self, channel.id))
            self._selftests.add(task)
            task.add_done_callback(self._selftests.discard)
            return
        if args[:1] != ["in"] or self.draining:
            # A leg whose call has ended meanwhile, or something that did not come through the edge.
            self._refuse(channel.id, "not a call of ours" if not self.draining else "shutting down")
            return
        try:
            came = arrival.read(message)
        except arrival.Refused as why:
            self._refuse(channel.id, str(why))
            return
        call_id = new_id()
        leg = incoming(came, uuid=call_id)
        call = LiveCall(self, leg, id=call_id)
        self.calls[call.id] = call
        call.task = asyncio.get_running_loop().create_task(self._conduct(call, came))

    def watch(self, channel: str, mailbox: Mailbox[wire.Message] | None = None) -> Mailbox[wire.Message]:
        """Return a mailbox (the one given, else a new one) of the events of a channel that belongs to no call yet."""
        self._watched[channel] = Mailbox() if mailbox is None else mailbox
        return self._watched[channel]

    def unwatch(self, channel: str) -> None:
        """End `watch`."""
        self._watched.pop(channel, None)

    def _refuse(self, channel: str, why: str) -> None:
        self.refused += 1
        log.get().warning("call.refused", channel=channel, why=why)
        self.ari.tell("DELETE", f"channels/{channel}", {"reason_code": "21"})

    # --- calls ------------------------------------------------------------------------------------------------------

    async def _conduct(self, call: LiveCall, came: arrival.Arrival) -> None:
        """One call's whole life: find out whose it is and where it goes, run the flow, close the books."""

        async def life() -> str:
            try:
                placed = await self.placing.arrived(call, came)
            except RefusedCall as no:
                call.hang_up(call.caller, no.cause, q850=no.q850)
                return no.cause
            call.facts = placed.facts
            call.facts.call_id = call.id
            self.leg_changed(call, call.caller, "CHANNEL_CREATE")
            if came.replaces is not None and not placed.facts.emergency:
                return await replacing.take(call, came.replaces)
            return await self._flow(call, placed)

        await self._guard(call, life)

    def start(self, call: LiveCall, placed: Placed) -> None:
        """Start a call that did not arrive by SIP (a transferred party, an adopted caller) at what was found for it."""
        self.calls[call.id] = call
        self.journal.touch(call)
        call.task = asyncio.get_running_loop().create_task(self._guard(call, lambda: self._flow(call, placed)))

    def join(self, call: LiveCall, leg: CallLeg, *, in_bridge: bool = False) -> None:
        """Start a call whose caller and `leg` shall talk (or do already, `in_bridge`, after a restart)."""
        self.calls[call.id] = call

        async def life() -> str:
            done = await (talking.converse(call, leg) if in_bridge else self.connect(call, leg))
            return done.cause

        call.task = asyncio.get_running_loop().create_task(self._guard(call, life))

    async def connect(self, call: LiveCall, leg: CallLeg) -> RingDone:
        """Let the caller and `leg` talk until that is over."""
        await call.connect(leg)
        return await talking.converse(call, leg)

    async def run_talk(self, call: LiveCall, talk: Talk[Any]) -> Any:
        """Carry out what a talk says, for those whom the driver itself uses."""
        return await driver.run_talk(call, talk)

    def dismiss(self, call: LiveCall, cause: str) -> None:
        """Take charge of a call only to end it."""
        self.calls[call.id] = call

        async def life() -> str:
            return cause

        call.task = asyncio.get_running_loop().create_task(self._guard(call, life))

    def live(self, call: LiveCall, life: Callable[[], Awaitable[str]]) -> None:
        """Start a call whose life is `life`, which returns the cause of its end."""
        self.calls[call.id] = call
        call.task = asyncio.get_running_loop().create_task(self._guard(call, life))

    def bridges(self) -> set[str]:
        """Return the ids of all bridges that are somebody's."""
        return {call.bridge for call in self.calls.values()} | self.rooms.bridges()

    def forget_channel(self, channel: str) -> None:
        """Asterisk does not have this channel (any more): tell its call."""
        call = self.by_channel.pop(channel, None)
        if call is not None:
            call.mailbox.put(_gone(channel, self.now()))

    async def _flow(self, call: LiveCall, placed: Placed) -> str:
        if placed.resume is None:
            await self.tapes.begins(call, placed.flow)
        end = await driver.run_flow(call, placed.flow, resume=placed.resume)
        return end.cause

    async def _guard(self, call: LiveCall, life: Callable[[], Awaitable[str]]) -> None:
        """Run a call's life; whatever happens in it, its channels end and its books are closed. No call can hurt
        another.
        """
        cause = "NORMAL_TEMPORARY_FAILURE"
        try:
            cause = await life()
        except CallerHungUp:
            cause = "ORIGINATOR_CANCEL"
        except Exception:  # noqa: BLE001 - logged
            log.get().exception("call.failed", call=call.id, account=call.caller.account_id)
        finally:
            try:
                await call.close(cause)
            finally:
                self.calls.pop(call.id, None)
                self.leave_slots(call)
                self.journal.over(call)
                for leg in (call.caller, *call.legs.values()):
                    if self.by_channel.get(leg.channel) is call:
                        del self.by_channel[leg.channel]

    def adopt_leg(self, call: LiveCall, leg: CallLeg) -> None:
        """From now on events of this leg's channel go to `call`, those too that its call before has not read yet."""
        before = self.by_channel.get(leg.channel)
        if before is not None and before is not call:
            for item in before.mailbox.drain(lambda item: _is_about(item, leg.channel)):
                call.mailbox.put(item)
        self.by_channel[leg.channel] = call
        if leg.account_id:
            self.journal.leg(call, leg, "CHANNEL_CREATE" if not leg.answered else None)

    def leg_changed(self, call: LiveCall, leg: CallLeg, event: str | None) -> None:
        """A leg's facts changed."""
        if event == "CHANNEL_ANSWER":
            self.meters.answered(call, leg)
        self.journal.leg(call, leg, event)

    def leg_ended(self, call: LiveCall, leg: CallLeg) -> None:
        """A leg ended."""
        if self.by_channel.get(leg.channel) is call:
            del self.by_channel[leg.channel]
        self.tapes.leg_ended(leg)
        self.meters.ended(call, leg)
        self.journal.leg_over(call, leg)

    # --- the node ---------------------------------------------------------------------------------------------------

    def _up(self) -> None:
        if self._away is not None:
            self._away.cancel()
            self._away = None
        if self._reconciled is not None:
            self._reconciled.cancel()
        self._reconciled = asyncio.get_running_loop().create_task(self._come_up())

    async def _come_up(self) -> None:
        """Asterisk is here: set the filter, compare its channels with our calls, then let waiting calls go on.

        Repeated until it works: an Asterisk that starts connects before all its ARI modules are there (404 until then).
        """
        while self.ari.connected:
            try:
                await self.ari.configure()
                alive = {channel.id for channel in await self.lists.channels()}
                at = self.now()
                for call in list(self.calls.values()):
                    _drop_missing(call, alive, at)
                if self.on_link is not None:
                    await self.on_link()
            except Exception as problem:  # noqa: BLE001 - logged, and tried again
                log.get().warning("ari.setup_failed", problem=f"{type(problem).__name__}: {problem}"[:300])
                await asyncio.sleep(0.3)
                continue
            self._link.set()
            log.get().info("ari.up", calls=len(self.calls))
            return

    def _down(self) -> None:
        self._link.clear()
        log.get().warning("ari.down", calls=len(self.calls))
        self._away = asyncio.get_running_loop().call_later(NODE_AWAY_SECONDS, self._write_off_node)

    def _write_off_node(self) -> None:
        at = self.now()
        for call in list(self.calls.values()):
            _drop_missing(call, set(), at)

    async def reconnected(self, call: LiveCall) -> None:
        """Wait until Asterisk is here again and our calls have been compared with it; CallerHungUp when the caller is
        lost.
        """
        while not self._link.is_set():
            await call.next(asyncio.get_running_loop().time() + 0.2)
        while len(call.mailbox):
            await call.next(asyncio.get_running_loop().time())

    @property
    def ready(self) -> bool:
        """Whether calls can be handled now."""
        return self._link.is_set()


def _gone(channel: str, at: float) -> wire.Message:
    """Return the event that Asterisk could not send: a channel was lost with its node (cause 38, network out of
    order).
    """
    stamp = datetime.fromtimestamp(at, UTC).isoformat()
    return wire.Message("ChannelDestroyed", timestamp=stamp, channel=wire.Channel(channel), cause=38)


def _drop_missing(call: LiveCall, alive: set[str], at: float) -> None:
    """Tell a call which of its channels Asterisk no longer has."""
    for leg in (call.caller, *call.legs.values()):
        if leg.gone or leg.channel in alive or (leg is call.caller and call.released):
            continue
        leg.cancelled = leg.cancelled or "NETWORK_OUT_OF_ORDER"
        call.mailbox.put(_gone(leg.channel, at))


def _is_about(item: Item, channel: str) -> bool:
    return isinstance(item, wire.Message) and _channel_id(item) == channel


def _channel_id(message: wire.Message) -> str:
    if message.channel is not None:
        return message.channel.id
    if message.peer is not None:
        return message.peer.id
    if message.playback is not None:
        return message.playback.target_uri.partition(":")[2]
    if message.recording is not None:
        return message.recording.target_uri.partition(":")[2]
    if message.referred_by is not None and message.referred_by.source_channel is not None:
        return message.referred_by.source_channel.id
    return ""
