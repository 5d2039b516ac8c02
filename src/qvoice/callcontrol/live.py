"""One call while it lives: its legs, its mailbox, and the one task that reads it.

Everything that happens to the call comes in through `next`, which first writes it down (a leg rang, answered, ended;
a key was
pressed) and then hands it to whoever waits. When the caller is gone, whoever waits gets CallerHungUp, in any state.
"""

from __future__ import annotations

import asyncio
from collections import deque
from typing import TYPE_CHECKING, Any

from qvoice.callcontrol import causes, keys
from qvoice.callcontrol.ari import wire
from qvoice.callcontrol.ari.client import AriError
from qvoice.callcontrol.legs import INBOUND, CallLeg
from qvoice.callcontrol.mailbox import Mailbox
from qvoice.core.flow.call import Call
from qvoice.core.flow.checkpoint import Checkpoint
from qvoice.core.flow.trace import Trace
from qvoice.core.recording.rules import ON_ANSWER
from qvoice.kit import log
from qvoice.kit.clock import GREGORIAN_OFFSET
from qvoice.kit.errors import Unavailable
from qvoice.kit.ids import new_id

if TYPE_CHECKING:
    from qvoice.callcontrol.exchange import Exchange
    from qvoice.callcontrol.rooms import Room
    from qvoice.callcontrol.transfer import Pending

TYPE_AHEAD = 64
"""Keys kept that nobody has read yet."""


class CallerHungUp(Exception):
    """The caller's channel is gone; raised by `LiveCall.next` whatever the call was doing."""


class Command:
    """A message from outside Asterisk: an RPC or a transfer asks the call to do something. `kind` says what; see
    talking.py.
    """

    __slots__ = ("data", "done", "kind")

    def __init__(self, kind: str, **data: Any) -> None:
        self.kind, self.data = kind, data
        self.done: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    def finish(self, problem: Exception | None = None) -> None:
        """Tell who asked."""
        if not self.done.done():
            if problem is None:
                self.done.set_result(None)
            else:
                self.done.set_exception(problem)

    def decline(self) -> None:
        """Refuse what makes no sense in the call's state."""
        self.finish(Unavailable("the call is not in a conversation just now"))


Item = wire.Message | Command

NOT_NOW = "the call cannot do that just now"


class LiveCall:
    """One caller's call. `caller` is the leg whose flow runs; `legs` are those it rings or talks with, by channel."""

    def __init__(self, exchange: Exchange, caller: CallLeg, *, id: str | None = None, interaction_id: str = "") -> None:
        self.exchange = exchange
        self.ari = exchange.ari
        self.id = id or new_id()
        self.caller = caller
        self.legs: dict[str, CallLeg] = {}
        self.past: list[CallLeg] = []
        self.mailbox: Mailbox[Item] = Mailbox()
        self.keys: deque[str] = deque(maxlen=TYPE_AHEAD)
        self.facts: Call | None = None
        self.trace = Trace()
        self.checkpoint: Checkpoint | None = None
        self.bridge = ""
        self.talking_with = ""
        self.held_by = ""
        """Channel of the party that holds the other by us (not by its phone alone)."""
        self.held_key = ""
        self.consulting: dict[str, str] = {}
        """A consultation under way (consulting.py): for the case that this process dies."""
        self.paging = False
        """The caller speaks to phones that have answered by themselves (paging.py)."""
        self.group_music = ""
        """Hold music of the group that the caller reached (media id), for him."""
        self.others: list[CallLeg] = []
        """Who else is in the conversation: three talk."""
        self.ringing = False
        """Legs ring, and somebody may still pick the call up."""
        self.room: Room | None = None
        """The conference room he is in."""
        self.recording = ""
        self.early_media = False
        self.sounds = 0
        self.leaving = False
        self.playing = ""
        self._kept: deque[Item] = deque(maxlen=100)
        self.released = False
        """The caller's channel was handed to another call (transfer): leave it alone."""
        self.obeying = False
        """Whoever reads the mailbox now understands Commands and transfers (ringing, talking); else they are declined.
        """
        self.transfer: Pending | None = None
        """How this call came to be, when its caller was sent here and nobody has taken the call yet."""
        self.in_slot = False
        """It occupies a slot where others may take it."""
        self.bridges = 0
        """How many bridges this call has had."""
        self.task: asyncio.Task[None] | None = None
        # What groups the legs of one conversation, the dialect's `<gregorian seconds>-<hex>`; a transferred one keeps
        # it.
        self.interaction_id = interaction_id or f"{int(caller.created) + GREGORIAN_OFFSET}-{self.id[:8]}"
        exchange.adopt_leg(self, caller)

    # --- reading ----------------------------------------------------------------------------------------------------

    async def next(self, until: float | None = None) -> Item | None:
        """Return the next thing that happens, already written down; None when `until` (loop time) has passed.

        Raises CallerHungUp when the caller's channel is gone.
        """
        self._check_caller()
        while True:
            item = await self.mailbox.get(until)
            if isinstance(item, wire.Message):
                self._note(item)
                self._check_caller()
                if self.leaving:
                    await self._leave(item)
            if self.obeying or not self._declined(item):
                return item

    def _declined(self, item: Item | None) -> bool:
        """Refuse what the present state has no answer to, so that whoever asked does not wait."""
        if isinstance(item, Command):
            item.finish(Unavailable(NOT_NOW))
            return True
        if item is not None and item.type == "ChannelTransfer":
            source = item.referred_by.source_channel if item.referred_by else None
            if source is not None:
                self.ari.tell("POST", f"channels/{source.id}/transfer_progress", {"states": "channel_unavailable"})
            return True
        return False

    async def _leave(self, item: Item | None) -> None:
        """The caller has hung up, and Asterisk is about to end the channel: what ends because of that (a playback, a
        recording) must
        not look as if it had ended by itself. Read on to the end; the items read are kept for `next_event`.
        """
        until = asyncio.get_running_loop().time() + 2
        while item is not None:
            self._kept.append(item)
            self._check_caller()
            item = await self.mailbox.get(until)
            if isinstance(item, wire.Message):
                self._note(item)
        self.leaving = False

    async def settle(self, seconds: float = 0.1) -> None:
        """Give Asterisk a moment to say that the caller has left, when something ended that may have ended because of
        it.
        """
        until = asyncio.get_running_loop().time() + seconds
        while (item := await self.next(until)) is not None:
            self._kept.append(item)

    async def next_event(self, until: float | None = None) -> Item | None:
        """As `next`, but the caller's leaving is an item like any other (for ends of calls)."""
        if self._kept:
            return self._kept.popleft()
        item = await self.mailbox.get(until)
        if isinstance(item, wire.Message):
            self._note(item)
        return item

    def _check_caller(self) -> None:
        if self.caller.gone and not self.released:
            raise CallerHungUp

    def leg_of(self, channel: wire.Channel | None) -> CallLeg | None:
        """Return the leg of a channel snapshot, the caller's too."""
        if channel is None:
            return None
        return self.caller if channel.id == self.caller.channel else self.legs.get(channel.id)

    def _note(self, message: wire.Message) -> None:
        kind = message.type
        leg = self.leg_of(message.peer if kind == "Dial" else message.channel)
        if leg is None:
            return
        if kind == "ChannelDtmfReceived":
            if leg is self.caller:
                self.keys.append(message.digit)
        elif kind == "ChannelStateChange":
            state = message.channel.state if message.channel else ""
            if state == "Up" and not leg.answered:
                leg.answered = wire.moment(message.timestamp)
                self.exchange.leg_changed(self, leg, "CHANNEL_ANSWER")
        elif kind == "Dial":
            if message.dialstatus in ("RINGING", "PROGRESS") and not leg.rang:
                leg.rang = wire.moment(message.timestamp)
                self.exchange.leg_changed(self, leg, None)
        elif kind == "ChannelHangupRequest":
            _count(leg, message)
            if leg is self.caller and not leg.cancelled and not self.released:
                self.leaving = True
            if message.cause and not leg.cause and not leg.cancelled:
                leg.cause, leg.sip_code = causes.name_of(message.cause, message.tech_cause), message.tech_cause
        elif kind == "ChannelDestroyed":
            _count(leg, message)
            self.end_leg(
                leg,
                wire.moment(message.timestamp),
                causes.name_of(message.cause, message.tech_cause),
                message.tech_cause,
            )
        elif kind == "StasisEnd" and (leg.direction == INBOUND or leg.kind == "snoop"):
            # The last we hear of a channel that came in by the dialplan, or snoops: no ChannelDestroyed comes to us.
            _count(leg, message)
            self.end_leg(leg, wire.moment(message.timestamp), leg.cause or "NORMAL_CLEARING", leg.sip_code)

    def end_leg(self, leg: CallLeg, at: float, cause: str, sip_code: int) -> None:
        """Write down a leg's end (Unix seconds) and why; its CDR goes out. A second time does nothing."""
        if leg.gone:
            return
        leg.ended = max(at, leg.created)
        if leg.cancelled:
            leg.cause = leg.cancelled
        elif leg.direction == INBOUND and not leg.answered:
            leg.cause = "ORIGINATOR_CANCEL"
        else:
            leg.cause = cause
        leg.sip_code = sip_code
        if self.legs.pop(leg.channel, None) is not None:
            self.past.append(leg)
        self.exchange.leg_ended(self, leg)
        if self.transfer is not None:
            self.transfer.left(leg)

    # --- doing ------------------------------------------------------------------------------------------------------

    def hang_up(self, leg: CallLeg, cause: str = "NORMAL_CLEARING", *, q850: int | None = None) -> None:
        """Ask Asterisk to end a leg; `cause` goes into its CDR. The end itself comes as ChannelDestroyed."""
        if leg.gone or (leg is self.caller and self.released):
            return
        leg.cancelled = leg.cancelled or cause
        if leg is self.caller and self.playing:
            # A tone does not notice that its channel is to end, and would turn in Asterisk for ever.
            self.ari.tell("DELETE", f"playbacks/{self.playing}")
        self.ari.tell(
            "DELETE",
            f"channels/{leg.channel}",
            {"reason_code": str(q850 if q850 is not None else causes.q850_of(cause))},
        )

    async def answer(self) -> None:
        """Answer the caller unless that is done."""
        if not self.caller.answered:
            await self.ari.post(f"channels/{self.caller.channel}/answer")
        self.mark_answered()

    def mark_answered(self) -> None:
        """Write down that the caller is answered (Asterisk said so to our request; its event may come later)."""
        if not self.caller.answered:
            self.caller.answered = self.exchange.now()
            self.exchange.leg_changed(self, self.caller, "CHANNEL_ANSWER")
            if self.caller.tape:
                self.exchange.tapes.due(self, self.caller, ON_ANSWER)
        if self.facts is not None:
            self.facts.answered = True

    async def progress(self) -> None:
        """Open the way for audio to a caller who is not answered (183)."""
        if not self.caller.answered and not self.early_media:
            self.early_media = True
            await self.ari.post(f"channels/{self.caller.channel}/progress")

    async def close(self, cause: str = "NORMAL_CLEARING") -> None:
        """End what is left of the call and wait, not longer than 10 s, until Asterisk says that all its channels are
        gone.
        """
        if self.transfer is not None:
            self.transfer.abandoned()
        if not self.released:
            self.hang_up(self.caller, cause)
        for leg in list(self.legs.values()):
            self.hang_up(leg, "NORMAL_CLEARING" if leg.answered else "ORIGINATOR_CANCEL")
        self.drop_bridge()
        until = asyncio.get_running_loop().time() + 10
        while self.legs or not (self.released or self.caller.gone):
            if not self.ari.connected or await self.next_event(until) is None:
                self._write_off()
                break

    def lose_node(self, at: float) -> None:
        """The media node is gone with all channels: end every leg with a cause that says so."""
        for leg in (self.caller, *self.legs.values()):
            if not (leg is self.caller and self.released):
                self.end_leg(leg, at, "NETWORK_OUT_OF_ORDER", 0)

    def _write_off(self) -> None:
        """Asterisk never said that these ended (it was restarted, or lost them): close our books."""
        log.get().warning("call.written_off", call=self.id, legs=len(self.legs))
        now = self.exchange.now()
        for leg in list(self.legs.values()):
            self.end_leg(leg, now, leg.cancelled or "NORMAL_TEMPORARY_FAILURE", 0)
        if not self.released:
            self.end_leg(self.caller, now, self.caller.cancelled or "NORMAL_TEMPORARY_FAILURE", 0)

    def give_up_leg(self, leg: CallLeg) -> None:
        """Another call takes this leg over: it is no longer ours, whatever becomes of it."""
        self.exchange.tapes.leg_moves(leg)
        if leg is self.caller:
            self.released = True
        else:
            self.legs.pop(leg.channel, None)

    def bridge_up(self) -> asyncio.Future[wire.Message]:
        """Ask for a new bridge of this call, which takes the place of the one before; its name is `bridge`."""
        self.drop_bridge()
        self.bridges += 1
        self.bridge = self.id if self.bridges == 1 else f"{self.id}-{self.bridges}"
        # Two parties are mixed without looking into their packets, unless somebody's keys are listened for.
        kind = "mixing,dtmf_events" if keys.wanted(self) else "mixing"
        return self.ari.post(f"bridges/{self.bridge}", {"type": kind})

    async def connect(self, *legs: CallLeg) -> None:
        """Let the caller and `legs` talk, in a new bridge. Raises AriError when one of them is leaving just now."""
        channels = ",".join(leg.channel for leg in (self.caller, *legs))
        up = self.bridge_up()
        await all_of(up, self.ari.post(f"bridges/{self.bridge}/addChannel", {"channel": channels}))

    def drop_bridge(self, *also: CallLeg) -> None:
        """Destroy the call's bridge, if there is one. `also`: legs of other calls by now that are still in it.

        Who lives on is taken out first: Asterisk puts the channels of a bridge that is destroyed out by and by, and
        what is played to one of them meanwhile is neither heard nor ever over.
        """
        if not self.bridge:
            return
        bridge, self.bridge = self.bridge, ""
        ours = (*self.legs.values(), *(() if self.released else (self.caller,)))
        for leg in (*ours, *also):
            if not leg.gone and not leg.cancelled:
                # One request each: together they are refused when one is not in the bridge.
                self.ari.tell("POST", f"bridges/{bridge}/removeChannel", {"channel": leg.channel})
        self.ari.tell("DELETE", f"bridges/{bridge}")


async def all_of(*futures: asyncio.Future[wire.Message]) -> None:
    """Wait for requests that were sent together; raise the first failure after all have come back."""
    problem: AriError | None = None
    for future in futures:
        try:
            await future
        except AriError as failed:
            problem = problem or failed
    if problem is not None:
        raise problem


def _count(leg: CallLeg, message: wire.Message) -> None:
    """Keep what Asterisk counted of the leg's packets; each event of its end may be the one that says it."""
    if message.channel is not None and (counted := message.channel.channelvars.get("RTPAUDIOQOS")):
        leg.counted = counted[:512]
