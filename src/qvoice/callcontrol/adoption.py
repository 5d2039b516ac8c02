"""After a restart of callcontrol: take on the calls that Asterisk still has, and end what nobody knows.

Conversations go on untouched (their bridge is in Asterisk); afterwards hang-up, transfer and detail record work as if
nothing had
been. A caller in a menu starts again at the node he was in; what he was just saying to a voicemail box is kept.
Channels without a journal entry, and legs that were ringing, are hung up. Entries without channels get their detail
records: those calls ended while nobody watched.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from typing import Any

from qvoice.callcontrol import meeting, paging, rooms
from qvoice.callcontrol import talking as conversation
from qvoice.callcontrol.ari.client import AriError
from qvoice.callcontrol.exchange import Exchange
from qvoice.callcontrol.legs import CallLeg
from qvoice.callcontrol.live import LiveCall
from qvoice.callcontrol.placing import Placed, RefusedCall
from qvoice.callcontrol.transfer import Pending
from qvoice.core.flow.checkpoint import Checkpoint, call_from_json
from qvoice.kit import log

LOST = "NORMAL_TEMPORARY_FAILURE"
_UNNOTED = 1000
"""More sounds and bridges than a call can have begun since its last entry in the journal: Asterisk uses their names."""


async def adopt(exchange: Exchange, states: dict[str, dict[str, Any]]) -> list[str]:
    """Adopt the calls of `states` ({call id: journal state}) that live; returns their ids. Runs once, before new
    calls.
    """
    alive = {channel.id for channel in await exchange.lists.channels()}
    bridges = {bridge.id: set(bridge.channels) for bridge in await exchange.lists.bridges()}
    kept: list[str] = []
    for call_id, state in states.items():
        if call_id in exchange.calls:
            kept.append(call_id)
            continue
        try:
            if await _one(exchange, call_id, state, alive, bridges):
                kept.append(call_id)
        except (KeyError, TypeError, ValueError) as problem:
            log.get().error("adoption.unreadable", call=call_id, problem=repr(problem))
    ours = exchange.by_channel.keys() | exchange.tapes.live.keys()
    orphans = alive - ours
    for channel in orphans:
        exchange.ari.tell("DELETE", f"channels/{channel}", {"reason_code": "41"})
    for bridge in bridges.keys() - exchange.bridges():
        exchange.ari.tell("DELETE", f"bridges/{bridge}")
    if states or orphans:
        log.get().info("adoption.done", adopted=len(kept), orphans=len(orphans), journal=len(states))
    return kept


async def _one(
    exchange: Exchange, call_id: str, state: dict[str, Any], alive: set[str], bridges: dict[str, set[str]]
) -> bool:
    caller = CallLeg.from_json(state["caller"])
    legs = [CallLeg.from_json(leg) for leg in state["legs"]]
    if state.get("released"):
        caller.ended = caller.ended or exchange.now()
    call = LiveCall(exchange, caller, id=call_id, interaction_id=state["interaction_id"])
    exchange.tapes.adopt(caller, alive)
    call.group_music = str(state.get("group_music") or "")
    call.sounds = int(state.get("sounds", 0)) + _UNNOTED
    call.bridges = int(state.get("bridges", 0)) + _UNNOTED
    checkpoint = Checkpoint.from_json(state["checkpoint"]) if state.get("checkpoint") else None
    kept = _kept(state, caller, legs, alive, bridges.get(state["bridge"], set()))
    for leg in legs:
        call.legs[leg.channel] = leg
        exchange.tapes.adopt(leg, alive)
        if leg.channel in alive:
            exchange.adopt_leg(call, leg)
            if leg not in kept.legs:
                call.hang_up(leg, LOST)
        else:
            call.end_leg(leg, exchange.now(), LOST, 0)
    if caller.channel not in alive:
        exchange.by_channel.pop(caller.channel, None)
        call.end_leg(caller, exchange.now(), LOST, 0)
        if not call.legs:
            exchange.journal.over(call)
            return False
    if checkpoint is not None:
        await _facts(exchange, call, checkpoint)
    if kept.legs:
        _go_on(exchange, call, kept, state)
        return True
    if not caller.gone and state.get("room"):
        exchange.rooms.adopt(call, state["room"], bridges)
        exchange.live(call, lambda: _in_room(call))
        return True
    if not caller.gone and state.get("recording"):
        await _keep_recording(exchange, str(state["recording"]))
    placed = await _resumed(exchange, call, checkpoint) if not caller.gone else None
    if state.get("playing"):
        # It would be heard beside what the flow plays now.
        exchange.ari.tell("DELETE", f"playbacks/{state['playing']}")
    if placed is not None and not state["talking_with"]:
        if placed.facts.unclaimed:
            call.transfer = Pending(call, caller, there=False)
        exchange.start(call, placed)
    else:
        exchange.dismiss(call, LOST)
    return True


@dataclass(slots=True)
class _Kept:
    """Which legs of a call go on, and how: in a conversation with `talking`, `with_others` too, or in a page."""

    talking: CallLeg | None = None
    how: str = ""
    """`together`, `held`, `consulting`, `page`."""
    with_others: list[CallLeg] = field(default_factory=list)

    @property
    def legs(self) -> list[CallLeg]:
        return [*([self.talking] if self.talking else []), *self.with_others]


def _kept(state: dict[str, Any], caller: CallLeg, legs: list[CallLeg], alive: set[str], together: set[str]) -> _Kept:
    if caller.channel not in alive:
        return _Kept()
    inside = [leg for leg in legs if leg.channel in together]
    if state.get("paging") and caller.channel in together:
        return _Kept(None, "page", inside)
    talking = next((leg for leg in legs if leg.channel == state["talking_with"] and leg.channel in alive), None)
    if talking is None:
        return _Kept()
    if {caller.channel, talking.channel} <= together:
        return _Kept(talking, "together", [leg for leg in inside if leg.channel in state.get("others", ())])
    if state.get("held_by"):
        return _Kept(talking, "held")
    if noted := state.get("consulting"):
        return _Kept(talking, "consulting", [leg for leg in inside if leg.channel == noted["target"]])
    return _Kept()


def _go_on(exchange: Exchange, call: LiveCall, kept: _Kept, state: dict[str, Any]) -> None:
    """Take a conversation on: two, three, one who is held outside the bridge, a consultation, a page."""
    others, leg = kept.with_others, kept.talking
    if leg is None:
        call.bridge = state["bridge"]
        exchange.live(call, lambda: paging.go_on(call))
    elif kept.how == "together":
        call.bridge = state["bridge"]
        if others:
            exchange.live(call, lambda: _three(call, leg, others[0]))
        else:
            exchange.join(call, leg, in_bridge=True)
    elif kept.how == "held":
        # Brought together for a moment, in a new bridge, then held again.
        call.bridge = state["bridge"]
        call.held_by, call.held_key = str(state["held_by"]), str(state.get("held_key") or "")
        exchange.ari.tell("DELETE", f"playbacks/{state.get('playing') or 'none'}")
        exchange.join(call, leg)
    else:
        _consult_on(exchange, call, leg, state, answered=bool(others))


def _consult_on(exchange: Exchange, call: LiveCall, leg: CallLeg, state: dict[str, Any], *, answered: bool) -> None:
    """Take a consultation on; one whose target had not answered is over, and the two talk again."""
    noted = state["consulting"]
    party = leg if noted["by"] == call.caller.channel else call.caller
    exchange.ari.tell("DELETE", f"playbacks/{state.get('playing') or 'none'}")
    exchange.ari.tell("DELETE", f"channels/{party.channel}/moh")
    exchange.ari.tell("DELETE", f"channels/{noted['by']}/ring")
    if answered:
        call.bridge, call.consulting = state["bridge"], noted
    exchange.join(call, leg, in_bridge=answered)


async def _three(call: LiveCall, leg: CallLeg, third: CallLeg) -> str:
    """Go on with three, then with two."""
    call.talking_with, call.obeying = leg.channel, True
    after = await meeting.meet(call, leg, third, asyncio.get_running_loop().time() + conversation.LONGEST_CALL)
    return (await conversation.converse(call, after)).cause if isinstance(after, CallLeg) else after.cause


async def _in_room(call: LiveCall) -> str:
    """Go on in the conference; whoever is let go afterwards is hung up."""
    if call.room is not None:
        await rooms.stay_on(call, call.room)
    return "NORMAL_CLEARING"


async def _keep_recording(exchange: Exchange, name: str) -> None:
    """End a recording that nobody listens to any more: it would swallow whatever is played next."""
    try:
        await exchange.ari.post(f"recordings/live/{name}/stop")
    except AriError as problem:
        log.get().info("adoption.recording_over", recording=name, problem=str(problem))
    try:
        await exchange.journal.recording_cut(name)
    except OSError as problem:
        log.get().warning("adoption.recording", recording=name, problem=str(problem))


async def _facts(exchange: Exchange, call: LiveCall, checkpoint: Checkpoint) -> None:
    """Give the call its facts back, with a fresh world."""
    account_id = str(checkpoint.call["account_id"])
    device, owner = checkpoint.call.get("device_id"), checkpoint.call.get("owner_id")
    world = await exchange.placing.directory.world(account_id, device_id=device, user_id=owner)
    if world is not None:
        call.facts = call_from_json(checkpoint.call, world)
        call.checkpoint = checkpoint


async def _resumed(exchange: Exchange, call: LiveCall, checkpoint: Checkpoint | None) -> Placed | None:
    """Return where the caller goes on: at the node of his checkpoint, or nowhere when its flow is gone."""
    if checkpoint is None or call.facts is None:
        return None
    try:
        placed = await exchange.placing.again(call.facts, checkpoint)
    except RefusedCall:
        return None
    if placed is not None:
        call.facts = placed.facts
    return placed
