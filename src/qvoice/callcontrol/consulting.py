"""An attended transfer by key: the peer hears music while the actor talks with the target; what then is the machine's
(core.transfer.machine). The target is dialled around through the edge, as a call in the actor's name: his
restrictions, his bill.
"""

from __future__ import annotations

from qvoice.callcontrol import transfer
from qvoice.callcontrol.ari import wire
from qvoice.callcontrol.ari.client import AriError
from qvoice.callcontrol.holding import music_of
from qvoice.callcontrol.legs import CallLeg, create_body, outgoing
from qvoice.callcontrol.live import CallerHungUp, Command, LiveCall
from qvoice.callcontrol.music import Music
from qvoice.callcontrol.outcome import Done, Meeting
from qvoice.core.flow.call import Call
from qvoice.core.flow.events import RingDone
from qvoice.core.incall import acts as a
from qvoice.core.ring.plan import Leg, Loop
from qvoice.core.transfer import machine as m
from qvoice.core.transfer.recall import recall
from qvoice.kit import log

RING_SECONDS = 60.0
"""How long the target rings."""


async def consult(call: LiveCall, leg: CallLeg, by: CallLeg, act: a.Transfer) -> Done:
    """Consult until it is over: True when caller and leg talk again, the leg the caller talks with from now on, a
    Meeting, or an end. Raises CallerHungUp when the caller leaves (the others go on in a call of their own).
    """
    return await _carry_through(_Consultation(call, leg, by, act))


async def again(call: LiveCall, leg: CallLeg) -> Done:
    """Go on with the consultation that an earlier process began, whose target has answered; as `consult`."""
    noted = call.consulting
    act = a.Transfer(noted["number"], attended=True, take_back=noted["take_back"], merge=noted["merge"])
    by = leg if noted["by"] == leg.channel else call.caller
    return await _carry_through(_Consultation(call, leg, by, act, target=call.legs[noted["target"]]))


async def _carry_through(consultation: _Consultation) -> Done:
    call = consultation.call
    try:
        await consultation.begin()
        while not consultation.over:
            item = await call.next()
            for event in consultation.events(item):
                await consultation.take(event)
    except CallerHungUp:
        consultation.caller_left()
        raise
    finally:
        consultation.music.stop()
        call.consulting = {}
    return await consultation.outcome()


class _Consultation:
    """`target`: who was dialled, and has answered, before this process began."""

    def __init__(
        self, call: LiveCall, leg: CallLeg, by: CallLeg, act: a.Transfer, *, target: CallLeg | None = None
    ) -> None:
        self.call, self.leg, self.by, self.act = call, leg, by, act
        self.party = call.caller if by is leg else leg
        self.machine = m.TransferMachine(attended=True)
        self.music = Music(call, self.party, music_of(call, by) or None)
        plan = Leg(
            "consult",
            Loop(act.target, call.caller.account_id, by.authorizing_id or by.device_id),
            by.person,
            timeout=RING_SECONDS,
        )
        self.begun = target is not None
        self.target = target or outgoing(
            plan,
            account_id=call.caller.account_id,
            now=call.exchange.now(),
            other=by.uuid,
            authorizing_id=by.authorizing_id,
        )
        self.plan = plan
        self.rings = False
        self.pressed = ""

    @property
    def over(self) -> bool:
        """Whether nothing is left to decide here."""
        return bool(self.machine.outcome) or self.machine.state in (m.State.HANDED, m.State.ALONE)

    async def begin(self) -> None:
        """Put the peer on music and dial the target."""
        call = self.call
        call.consulting = {
            "by": self.by.channel,
            "target": self.target.channel,
            "number": self.act.target,
            "take_back": self.act.take_back,
            "merge": self.act.merge,
        }
        if self.begun:
            await self.music.start()
            await self.take(m.TargetAnswers())
            return
        channels = f"{call.caller.channel},{self.leg.channel}"
        call.ari.tell("POST", f"bridges/{call.bridge}/removeChannel", {"channel": channels})
        call.ari.tell("DELETE", f"channels/{self.party.channel}/moh")
        await self.music.start()
        call.legs[self.target.channel] = self.target
        call.exchange.adopt_leg(call, self.target)
        hops = call.facts.hops if call.facts else 0
        try:
            await call.ari.post("channels/create", body=create_body(self.target, self.plan, call_id=call.id, hops=hops))
        except AriError as problem:
            log.get().warning("consult.failed", call=call.id, problem=str(problem))
            call.end_leg(self.target, call.exchange.now(), "NORMAL_TEMPORARY_FAILURE", 0)
            await self.take(m.TargetFails())

    def events(self, item: wire.Message | Command | None) -> list[m.Event]:
        """Translate what happened into the machine's events."""
        if item is None:
            return []
        if isinstance(item, Command):
            return self._asked(item)
        if item.type == "ChannelTransfer":
            refusing = self.call.leg_of(item.referred_by.source_channel if item.referred_by else None)
            if refusing is not None:
                transfer.tell(refusing, self.call, "failed")
            return []
        if self.by.gone:
            return [m.TransferorLeaves()]
        if self.party.gone:
            return [m.TransfereeLeaves()]
        if item.type == "ChannelDtmfReceived" and item.channel is not None and item.channel.id == self.by.channel:
            self.pressed = (self.pressed + item.digit)[-16:]
            if self.pressed.endswith(self.act.take_back):
                return [m.TakeBack()]
            return [m.Merge()] if self.pressed.endswith(self.act.merge) else []
        return target_events(self.call, self.target, item, consulting=self.machine.state is m.State.CONSULTING)

    def _asked(self, command: Command) -> list[m.Event]:
        acts = command.data.get("acts") or []
        known: dict[type, m.Event] = {a.Merge: m.Merge(), a.Resume: m.TakeBack()}
        found = [known[type(act)] for act in acts if type(act) in known]
        merging = any(isinstance(event, m.Merge) for event in found)
        if not found or (merging and self.machine.state is not m.State.CONSULTING):
            command.decline()
            return []
        command.finish()
        return found

    async def take(self, event: m.Event) -> None:
        """Feed the machine and carry out what it says."""
        call = self.call
        for action in self.machine.on(event):
            match action:
                case m.PlayRinging(party=m.TRANSFEROR):
                    self.rings = True
                    call.ari.tell("POST", f"channels/{self.by.channel}/ring")
                case m.Connect(parties=parties):
                    self._connect(parties)
                case m.HangUp(party=m.TARGET):
                    call.hang_up(self.target, "NORMAL_CLEARING")

    def _connect(self, parties: frozenset[str]) -> None:
        call = self.call
        legs = {m.TRANSFEROR: self.by, m.TRANSFEREE: self.party, m.TARGET: self.target}
        if m.TRANSFEREE in parties:
            self.music.stop()
        if self.rings:
            self.rings = False
            call.ari.tell("DELETE", f"channels/{self.by.channel}/ring")
        wanted = ",".join(legs[party].channel for party in sorted(parties))
        call.ari.tell("POST", f"bridges/{call.bridge}/addChannel", {"channel": wanted})
        call.exchange.journal.touch(call)

    async def outcome(self) -> Done:
        """Say how the conversation goes on in this call, whose caller is there."""
        match self.machine.outcome:
            case "returned":
                return True
            case "three-way":
                return Meeting(self.target)
            case "transferred" | "kept":
                return self.target
        survivor = self.call.caller
        return await _wait_for(self.call, self.machine, self.target, survivor, self.by)

    def caller_left(self) -> None:
        """The caller is gone: whoever is left goes on with the target in a call of their own."""
        caller_acted = self.by is self.call.caller
        actions = self.machine.on(m.TransferorLeaves() if caller_acted else m.TransfereeLeaves())
        survivor = self.party if caller_acted else self.by
        if survivor.gone or self.target.gone or (not actions and not self.over):
            return
        call, exchange, machine, target, by = self.call, self.call.exchange, self.machine, self.target, self.by
        fresh = transfer.hand(call, survivor)
        call.give_up_leg(target)
        fresh.facts = call.facts
        fresh.legs[target.channel] = target
        exchange.adopt_leg(fresh, target)
        if machine.outcome:
            exchange.join(fresh, target)
            return

        async def life() -> str:
            return await _life(fresh, machine, target, by)

        exchange.live(fresh, life)


async def _life(fresh: LiveCall, machine: m.TransferMachine, target: CallLeg, by: CallLeg) -> str:
    done = await _wait_for(fresh, machine, target, fresh.caller, by)
    if isinstance(done, CallLeg):
        done = await fresh.exchange.connect(fresh, done)
    return done.cause


def target_events(call: LiveCall, target: CallLeg, item: wire.Message, *, consulting: bool) -> list[m.Event]:
    """Translate what happens to a dialled target."""
    channel = item.peer if item.type == "Dial" else item.channel
    if channel is None or channel.id != target.channel:
        return []
    if item.type == "StasisStart":
        call.ari.tell("POST", f"channels/{target.channel}/dial", {"timeout": str(round(RING_SECONDS))})
    elif item.type == "Dial" and item.dialstatus == "RINGING":
        return [m.TargetRings()]
    elif item.type == "ChannelStateChange" and target.answered:
        return [m.TargetAnswers()]
    elif item.type in ("ChannelDestroyed", "StasisEnd") and target.gone:
        return [m.TargetLeaves() if consulting else m.TargetFails()]
    return []


async def _wait_for(
    call: LiveCall, machine: m.TransferMachine, target: CallLeg, survivor: CallLeg, by: CallLeg
) -> CallLeg | RingDone:
    """Let the caller hear ringing until the target answers (returned) or fails; then the transferor is rung again."""
    call.ari.tell("POST", f"channels/{survivor.channel}/ring")
    call.obeying = False
    while not target.gone:
        item = await call.next()
        if not isinstance(item, wire.Message):
            continue
        for event in target_events(call, target, item, consulting=False):
            for action in machine.on(event):
                if isinstance(action, m.Connect):
                    call.ari.tell("DELETE", f"channels/{survivor.channel}/ring")
                    return target
                if isinstance(action, m.Recall) and call.facts is not None:
                    call.ari.tell("DELETE", f"channels/{survivor.channel}/ring")
                    return await _recall(call, call.facts, machine, by)
    return RingDone(None, "NO_ANSWER", 480)


async def _recall(call: LiveCall, facts: Call, machine: m.TransferMachine, by: CallLeg) -> RingDone:
    done = await call.exchange.run_talk(call, recall(facts, device_id=by.device_id, user_id=by.owner_id))
    answered = isinstance(done, RingDone) and done.answered_by is not None
    machine.on(m.RecallAnswers() if answered else m.RecallFails())
    return done if isinstance(done, RingDone) else RingDone(None, "NO_ANSWER", 480)
