"""Ring: carries out what `core.ring.machine` decides, then stays with the conversation (talking.py)."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field, replace

from qvoice.callcontrol import dialling, pickup, saying_no, talking, transfer
from qvoice.callcontrol.ari import wire
from qvoice.callcontrol.ari.client import AriError
from qvoice.callcontrol.legs import INBOUND, CallLeg
from qvoice.callcontrol.live import CallerHungUp, Command, LiveCall, all_of
from qvoice.callcontrol.sounds import Run, language, render
from qvoice.core.flow.commands import Media, Sound
from qvoice.core.flow.events import RingDone
from qvoice.core.limits.refusals import Refusal
from qvoice.core.ring import machine as m
from qvoice.core.ring.causes import SENT_TO_VOICEMAIL
from qvoice.core.ring.plan import RingPlan
from qvoice.features.charging.admission import Admission
from qvoice.kit import log

CONFIRM_PROMPT = ("sound:vm-press", "sound:digits/1")
CONFIRM_PROMPTS, CONFIRM_WAIT = 3, 7.0
ANNOUNCE_WAIT = 12.0
"""Seconds between two announcements of a screened caller, which take about eight."""
_CHOICES = {"2": "CALL_REJECTED", "3": SENT_TO_VOICEMAIL}
"""What else than 1 can be pressed for a screened caller."""
_CANCEL_CAUSES = {
    "answered-elsewhere": ("LOSE_RACE", 26),
    "no-answer": ("NO_ANSWER", 19),
    "caller-left": ("ORIGINATOR_CANCEL", 16),
    "refused": ("LOSE_RACE", 16),
    "late": ("LOSE_RACE", 26),
}
"""CancelLeg's reason → cause of the CDR, and the Q.850 number for Asterisk (26 makes it send `Reason: SIP;cause=200`,
RFC 3326).
"""


@dataclass(slots=True)
class _Ringing:
    """What ringing needs while it lasts. `asking`: prompts left for a leg that must confirm."""

    call: LiveCall
    plan: RingPlan
    machine: m.RingMachine
    admission: Admission | None = None
    """What was reserved for whoever of the carriers answers."""
    by_plan: dict[str, CallLeg] = field(default_factory=dict)
    asking: dict[str, int] = field(default_factory=dict)
    announced: dict[str, tuple[Sound, ...]] = field(default_factory=dict)
    prompts: dict[str, str] = field(default_factory=dict)
    prompting: set[asyncio.Task[None]] = field(default_factory=set)
    wake: float | None = None
    rung: bool = False
    ringback: str = ""
    bridged: str = ""
    taken: bool = False
    """The caller was taken elsewhere."""
    tried: int = 0
    """Carriers that were tried so far."""


async def ring(call: LiveCall, plan: RingPlan) -> RingDone:
    """Ring a plan; when a leg answers, connect it and stay until the conversation has ended.

    Raises CallerHungUp when the caller leaves, with all legs cancelled.
    """
    call.keys.clear()
    if plan.ringback is None and call.facts is not None and call.facts.ringback:
        plan = replace(plan, ringback=call.facts.ringback)
    admission = await call.exchange.meters.admit(call, plan)
    if isinstance(admission, Refusal):
        return await saying_no.refuse(call, admission)
    state = _Ringing(call, plan, m.RingMachine(plan), admission)
    try:
        return await _ring(state)
    finally:
        call.exchange.meters.drop(call, state.admission)


async def _ring(state: _Ringing) -> RingDone:
    call, plan = state.call, state.plan
    loop = asyncio.get_running_loop()
    call.ringing = True
    call.obeying = True
    try:
        await _carry_out(state, state.machine.start(loop.time()))
        while state.machine.finished is None:
            item = await call.next(state.wake)
            if isinstance(item, Command) and item.kind == "take-place":
                await _new_caller(state, item)
                continue
            for event in _events(state, item):
                await _carry_out(state, state.machine.on(event, loop.time()))
    except CallerHungUp:
        await _carry_out(state, state.machine.on(m.CallerLeft(), loop.time()))
        raise
    finally:
        call.ringing = False
        call.obeying = False
    if state.taken:
        return RingDone(None, "NORMAL_CLEARING", 200, transferred=True)
    finished = state.machine.finished
    if finished.answered_by is None:
        await _quiet(state)
        if state.bridged:
            call.drop_bridge()
        return RingDone(None, finished.cause, finished.sip_code)
    call.group_music = plan.hold_music or ""
    return await talking.converse(call, state.by_plan[finished.answered_by])


def _events(state: _Ringing, item: wire.Message | Command | None) -> list[m.RingEvent]:
    """Translate what happened into the machine's events."""
    if item is None:
        return [m.Tick()]
    if isinstance(item, Command):
        return _own(state, item)
    kind = item.type
    if kind == "ChannelTransfer":
        source = item.referred_by.source_channel if item.referred_by else None
        refusing = state.call.leg_of(source)
        if refusing is not None:
            transfer.tell(refusing, state.call, "failed")
        return []
    if kind == "PlaybackFinished" and item.playback is not None:
        _played(state, item.playback.id)
        return []
    channel = item.peer if kind == "Dial" else item.channel
    leg = next((leg for leg in state.by_plan.values() if channel is not None and leg.channel == channel.id), None)
    if leg is None:
        return []
    if kind == "StasisStart":
        dialling.dial(state.call, leg, limit=180)
        return []
    if kind == "Dial":
        if item.dialstatus == "RINGING":
            return [m.LegRinging(leg.plan_id)]
        return [m.LegProgress(leg.plan_id)] if item.dialstatus == "PROGRESS" else []
    if kind == "ChannelStateChange" and leg.answered:
        return [m.LegAnswered(leg.plan_id)]
    if kind == "ChannelDtmfReceived" and leg.plan_id in state.asking:
        if item.digit == "1":
            del state.asking[leg.plan_id]
            # What is being said would go on into the conversation.
            state.call.ari.tell("DELETE", f"playbacks/{state.prompts.get(leg.plan_id, '')}")
            return [m.LegConfirmed(leg.plan_id)]
        chosen = _CHOICES.get(item.digit) if state.announced.get(leg.plan_id) else None
        if chosen is not None:
            del state.asking[leg.plan_id]
            state.call.hang_up(leg, chosen)
            return [m.LegFailed(leg.plan_id, chosen)]
        return []
    if kind == "ChannelDestroyed":
        state.asking.pop(leg.plan_id, None)
        return [m.LegFailed(leg.plan_id, leg.cause, leg.sip_code)]
    return []


def _own(state: _Ringing, command: Command) -> list[m.RingEvent]:
    """Messages this file sent to itself through the mailbox: a leg that could not be made, a confirmation that is
    due.
    """
    if command.kind == dialling.FAILED:
        leg = dialling.failed(state.call, command)
        return [m.LegFailed(leg.plan_id, leg.cause)]
    if command.kind == "confirm-due":
        leg = command.data["leg"]
        if leg.plan_id not in state.asking or leg.gone:
            return []
        if state.asking[leg.plan_id] > 0:
            _prompt(state, leg)
            return []
        del state.asking[leg.plan_id]
        state.call.hang_up(leg, "NO_ANSWER")
        return [m.LegFailed(leg.plan_id, "CALL_REJECTED")]
    if command.kind == "pick-up" and not command.done.done() and state.machine.finished is None:
        leg = pickup.join_ringing(state.call, command)
        state.by_plan[leg.plan_id] = leg
        return [m.PickedUp(leg.plan_id)]
    if command.kind == "hand-over" and command.data["leg"] is state.call.caller:
        state.call.give_up_leg(state.call.caller)
        _stop_sounds(state)
        state.taken = True
        command.finish()
        return [m.CallerLeft()]
    command.decline()
    return []


async def _new_caller(state: _Ringing, command: Command) -> None:
    """Somebody takes the caller's place while it rings: he hears what the caller heard."""
    call = state.call
    had_bridge, heard_ringing = bool(state.bridged), state.rung or bool(state.ringback)
    _stop_sounds(state)
    transfer.take_place(call, command)
    if had_bridge:
        call.ari.tell("POST", f"bridges/{call.bridge}/addChannel", {"channel": call.caller.channel})
    elif heard_ringing:
        await _indicate(state)


async def _carry_out(state: _Ringing, actions: list[m.Action]) -> None:
    for action in actions:
        match action:
            case m.StartLeg():
                _start(state, action)
            case m.CancelLeg(leg_id=leg_id, reason=reason):
                leg = state.by_plan.get(leg_id)
                if leg is not None:
                    cause, q850 = _CANCEL_CAUSES.get(reason, ("NORMAL_CLEARING", 16))
                    state.call.hang_up(leg, cause, q850=q850)
            case m.AskConfirm(leg_id=leg_id):
                state.asking[leg_id] = CONFIRM_PROMPTS
                _prompt(state, state.by_plan[leg_id])
            case m.IndicateRinging():
                await _indicate(state)
            case m.PassEarlyMedia(leg_id=leg_id):
                await _early_media(state, state.by_plan[leg_id])
            case m.ConnectLeg(leg_id=leg_id):
                await _connect(state, state.by_plan[leg_id])
            case m.WakeAt(at=at):
                state.wake = at
            case m.Finished():
                state.wake = None


def _start(state: _Ringing, action: m.StartLeg) -> None:
    leg = dialling.start(state.call, action.leg)
    if state.plan.trunks:
        state.tried += 1
        leg.attempt, leg.called, state.call.caller.offnet = state.tried, state.plan.called, True
    state.by_plan[action.leg.id] = leg
    state.announced[action.leg.id] = action.leg.announce


async def _indicate(state: _Ringing) -> None:
    call = state.call
    if call.transfer is not None:
        call.transfer.rings()
    if state.plan.ringback is None:
        state.rung = True
        call.ari.tell("POST", f"channels/{call.caller.channel}/ring")
        return
    parts = await render(
        (Media(state.plan.ringback),),
        lang=language(call.facts.language if call.facts else "en"),
        media_path=call.exchange.media_path(call),
    )
    uris = [uri for part in parts if isinstance(part, Run) for uri in part.uris]
    if not uris:
        state.rung = True
        call.ari.tell("POST", f"channels/{call.caller.channel}/ring")
        return
    await call.progress()
    call.sounds += 1
    state.ringback = f"{call.id}.{call.sounds}"
    # Repeated in one playback: nothing to be restarted while other things happen.
    await call.ari.post(f"channels/{call.caller.channel}/play", body={"media": uris * 40, "playbackId": state.ringback})


async def _quiet(state: _Ringing) -> None:
    """Stop ringing and ringback towards the caller."""
    _stop_sounds(state)


def _stop_sounds(state: _Ringing) -> None:
    call = state.call
    if state.ringback:
        call.ari.tell("DELETE", f"playbacks/{state.ringback}")
        state.ringback = ""
    if state.rung and call.caller.answered:
        # An answered caller hears ringing as a tone, which does not stop by itself.
        call.ari.tell("DELETE", f"channels/{call.caller.channel}/ring")
    state.rung = False


async def _early_media(state: _Ringing, leg: CallLeg) -> None:
    call = state.call
    await _quiet(state)
    if state.bridged:
        return
    state.bridged = leg.channel
    call.early_media = True
    steps = [call.bridge_up()]
    if not call.caller.answered:
        steps.append(call.ari.post(f"channels/{call.caller.channel}/progress"))
    steps.append(
        call.ari.post(f"bridges/{call.bridge}/addChannel", {"channel": f"{call.caller.channel},{leg.channel}"})
    )
    try:
        await all_of(*steps)
    except AriError:
        # The leg or the caller is leaving; ringing goes on by its own events.
        state.bridged = ""


async def _connect(state: _Ringing, leg: CallLeg) -> None:
    """Answer the caller and join the two: all requests at once, in this order."""
    call = state.call
    await _quiet(state)
    admission, state.admission = state.admission, None
    if admission is not None and leg.kind == "gateway":
        call.exchange.meters.started(call, leg, admission)
    else:
        call.exchange.meters.drop(call, admission)
    leg.other, call.caller.other = call.caller.uuid, leg.uuid
    call.caller.callee_name, call.caller.callee_number = leg.callee_name, leg.callee_number
    steps: list[asyncio.Future[wire.Message]] = []
    if leg.direction == INBOUND and not leg.answered:
        # Somebody who picked the call up: he called us.
        steps.append(call.ari.post(f"channels/{leg.channel}/answer"))
    if not call.caller.answered:
        steps.append(call.ari.post(f"channels/{call.caller.channel}/answer"))
    if state.bridged != leg.channel:
        steps.append(call.bridge_up())
        steps.append(
            call.ari.post(f"bridges/{call.bridge}/addChannel", {"channel": f"{call.caller.channel},{leg.channel}"})
        )
    try:
        await all_of(*steps)
    except AriError as problem:
        # Somebody left in the same moment: ChannelDestroyed is on its way and ends the conversation at once.
        if problem.status == 0:
            raise
    call.mark_answered()


def _prompt(state: _Ringing, leg: CallLeg) -> None:
    """Ask for a key: by the prompt to press 1, or with what announces a screened caller."""
    state.asking[leg.plan_id] -= 1
    call = state.call
    call.sounds += 1
    name, announce = f"{call.id}.{call.sounds}", state.announced.get(leg.plan_id, ())
    state.prompts[leg.plan_id] = name
    task = asyncio.get_running_loop().create_task(_play_prompt(call, leg, name, announce))
    state.prompting.add(task)
    task.add_done_callback(state.prompting.discard)
    asyncio.get_running_loop().call_later(
        ANNOUNCE_WAIT if announce else CONFIRM_WAIT,
        lambda: None if leg.gone else call.mailbox.put(Command("confirm-due", leg=leg)),
    )


async def _play_prompt(call: LiveCall, leg: CallLeg, name: str, announce: tuple[Sound, ...]) -> None:
    lang, uris = "en", list(CONFIRM_PROMPT)
    if announce:
        lang = language(call.facts.language if call.facts else "en")
        parts = await render(announce, lang=lang, media_path=call.exchange.media_path(call))
        uris = [uri for part in parts if isinstance(part, Run) for uri in part.uris] or uris
    if not leg.gone:
        try:
            await call.ari.post(f"channels/{leg.channel}/play", body={"media": uris, "lang": lang, "playbackId": name})
        except AriError as problem:
            # Usually the answerer has just left; then ringing hears it by its own event.
            log.get().info("ringing.no_prompt", call=call.id, leg=leg.uuid, problem=str(problem))


def _played(state: _Ringing, playback: str) -> None:
    if playback == state.ringback:
        state.ringback = ""
