"""Page: carries out what `core.page.machine` decides: many phones into one bridge with the speaker."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field

from qvoice.callcontrol import dialling
from qvoice.callcontrol.ari import wire
from qvoice.callcontrol.ari.client import AriError
from qvoice.callcontrol.legs import CallLeg
from qvoice.callcontrol.live import CallerHungUp, Command, LiveCall
from qvoice.core.flow.events import PageDone
from qvoice.core.page import machine as p
from qvoice.core.page.plan import PagePlan
from qvoice.core.ring import machine as m

LONGEST_PAGE = 3600.0
"""Seconds after which a page ends: a speaker who forgot to hang up must not hold fifty phones for ever."""


@dataclass(slots=True)
class _Paging:
    call: LiveCall
    plan: PagePlan
    machine: p.PageMachine
    by_plan: dict[str, CallLeg] = field(default_factory=dict)
    wake: float | None = None


async def page(call: LiveCall, plan: PagePlan) -> PageDone:
    """Carry out Page; raises CallerHungUp when the speaker leaves, with all phones let go."""
    state = _Paging(call, plan, p.PageMachine(plan))
    loop = asyncio.get_running_loop()
    until = loop.time() + LONGEST_PAGE
    await call.bridge_up()
    await call.ari.post(f"bridges/{call.bridge}/addChannel", {"channel": call.caller.channel, "absorbDTMF": "true"})
    call.obeying = call.paging = True
    call.exchange.journal.touch(call)
    try:
        _carry_out(state, state.machine.start(loop.time()))
        while state.machine.over is None:
            item = await call.next(min(state.wake or until, until))
            event = m.CallerLeft() if item is None and loop.time() >= until else _event(state, item)
            if event is not None:
                _carry_out(state, state.machine.on(event, loop.time()))
    except CallerHungUp:
        _carry_out(state, state.machine.on(m.CallerLeft(), loop.time()))
        raise
    finally:
        call.obeying = call.paging = False
        call.drop_bridge()
        call.keys.clear()
    return PageDone(state.machine.over.reached)


async def go_on(call: LiveCall) -> str:
    """Go on with a page of an earlier process, with the phones that had answered; return the cause of its end."""
    until = asyncio.get_running_loop().time() + LONGEST_PAGE
    call.obeying = call.paging = True
    while call.legs:
        item = await call.next(until)
        if item is None:
            break
        if isinstance(item, Command):
            item.decline()
    return "NORMAL_CLEARING"


def _event(state: _Paging, item: wire.Message | Command | None) -> p.PageEvent | None:
    if item is None:
        return m.Tick()
    if isinstance(item, Command):
        if item.kind != dialling.FAILED:
            item.decline()
            return None
        leg = dialling.failed(state.call, item)
        return m.LegFailed(leg.plan_id, leg.cause)
    channel = item.peer if item.type == "Dial" else item.channel
    leg_ = next((leg for leg in state.by_plan.values() if channel is not None and leg.channel == channel.id), None)
    if leg_ is None:
        return None
    if item.type == "StasisStart":
        dialling.dial(state.call, leg_, limit=60)
    elif item.type == "ChannelStateChange" and leg_.answered:
        return m.LegAnswered(leg_.plan_id)
    elif item.type == "ChannelDestroyed":
        return m.LegFailed(leg_.plan_id, leg_.cause, leg_.sip_code)
    return None


def _carry_out(state: _Paging, actions: list[p.PageAction]) -> None:
    call = state.call
    for action in actions:
        match action:
            case m.StartLeg(leg):
                state.by_plan[leg.id] = dialling.start(call, leg)
            case m.CancelLeg(leg_id, reason, _):
                gone = state.by_plan.get(leg_id)
                if gone is not None:
                    call.hang_up(gone, "NO_ANSWER" if reason == "no-answer" else "NORMAL_CLEARING")
            case m.WakeAt(at):
                state.wake = at
            case p.JoinLeg(leg_id):
                _join(state, state.by_plan[leg_id])
            case p.SayReady():
                state.wake = None
                call.ari.tell("POST", f"bridges/{call.bridge}/play", {"media": "sound:beep"})
            case p.Over():
                state.wake = None


def _join(state: _Paging, leg: CallLeg) -> None:
    """Put a phone into the bridge; in a one-way page nobody hears it."""
    call = state.call
    query = {"channel": leg.channel, "absorbDTMF": "true"}
    if not state.plan.two_way:
        query["mute"] = "true"
    leg.bridged = leg.bridged or call.exchange.now()
    call.exchange.leg_changed(call, leg, "CHANNEL_BRIDGE")
    call.ari.post(f"bridges/{call.bridge}/addChannel", query).add_done_callback(_left_already)


def _left_already(future: asyncio.Future[wire.Message]) -> None:
    problem = None if future.cancelled() else future.exception()
    if problem is not None and not isinstance(problem, AriError):
        raise problem
