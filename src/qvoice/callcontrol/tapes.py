"""Recordings of calls that run beside them: a snoop channel on one leg hears both sides, and is recorded to a file.

It hangs on the leg, not on the conversation: hold, transfer and a restart of this process do not end it. The journal
knows of it before its first sample, and the worker keeps what is complete (features/recordings).
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from qvoice.callcontrol.ari import wire
from qvoice.callcontrol.ari.client import AriError
from qvoice.callcontrol.legs import CallLeg
from qvoice.core.flow.compile import CompiledFlow
from qvoice.core.flow.world import World
from qvoice.core.recording.rules import ON_ANSWER, ON_BRIDGE, Tape, conversation
from qvoice.kit import log
from qvoice.kit.ids import new_id

if TYPE_CHECKING:
    from qvoice.callcontrol.exchange import Exchange
    from qvoice.callcontrol.live import LiveCall

_PATIENCE = 3.0
"""Seconds after the end of a leg in which Asterisk must have closed its file."""


@dataclass(slots=True)
class _Live:
    leg: CallLeg
    tape: Tape
    call: LiveCall | None = None
    """Whose call it began in; None when it was taken over from an earlier process."""
    stopping: bool = False
    since: float = 0.0

    @property
    def empty(self) -> bool:
        """Whether a rule recorded what was nothing but ringing: nobody answered, and nothing was played."""
        by_rule = self.tape.origin in ("account", "endpoint")
        return by_rule and self.call is not None and not self.leg.answered and not self.call.early_media


class Tapes:
    """All call recordings of this node. `live`: by name, which is also the snoop channel's id."""

    def __init__(self, exchange: Exchange) -> None:
        self.exchange = exchange
        self.live: dict[str, _Live] = {}
        self._tasks: set[asyncio.Task[None]] = set()

    # --- what calls want ----------------------------------------------------------------------------------------------

    async def want(self, call: LiveCall, leg: CallLeg, tape: Tape) -> bool:
        """Record a leg now, or when it is time; False when it cannot be (one recording a leg; the disk is full)."""
        if leg.tape.get("name") in self.live or leg.gone:
            return False
        waits = (tape.begins == ON_ANSWER and not leg.answered) or (tape.begins == ON_BRIDGE and not call.talking_with)
        if waits:
            leg.tape = {"tape": tape.to_json()}
            return True
        return await self._start(call, leg, tape)

    def due(self, call: LiveCall, leg: CallLeg, moment: str) -> None:
        """The leg was answered, or talks: begin what waits for that."""
        tape = Tape.from_json(leg.tape.get("tape") or {})
        if "name" not in leg.tape and tape.begins == moment:
            leg.tape = {}
            self._run(self._start(call, leg, tape))

    async def begins(self, call: LiveCall, flow: CompiledFlow) -> None:
        """A call begins: record it from the start if the rules say so. Feature codes are nobody's conversation."""
        facts, caller = call.facts, call.caller
        if facts is None or caller.tape or call.transfer is not None or flow.document.get("featurecode"):
            return
        tape = conversation(
            facts.world.account,
            caller=self._end(call, caller) if caller.is_ours else None,
            callee=None,
            from_carrier=caller.kind == "carrier",
            to_carrier=facts.emergency or flow.leads_outside,
        )
        if tape is None:
            return
        if facts.emergency:
            # Help waits for no disk.
            self._run(self.want(call, caller, tape))
        else:
            await self.want(call, caller, tape)

    @staticmethod
    def _end(call: LiveCall, leg: CallLeg) -> tuple[Mapping[str, Any], Mapping[str, Any]]:
        world = call.facts.world if call.facts is not None else World(leg.account_id)
        return world.user(leg.owner_id) or {}, world.device(leg.device_id) or {}

    async def talking(self, call: LiveCall, leg: CallLeg) -> None:
        """A conversation begins: start what waits for it, else what the rules of account, user and device want."""
        pair = (call.caller, leg)
        if any(one.tape for one in pair):
            for one in pair:
                if one.tape:
                    self.due(call, one, ON_BRIDGE)
            return
        facts = call.facts
        if facts is None:
            return
        tape = conversation(
            facts.world.account,
            caller=self._end(call, call.caller) if call.caller.is_ours else None,
            callee=self._end(call, leg) if leg.is_ours else None,
            from_carrier=call.caller.kind == "carrier",
            to_carrier=leg.kind == "gateway",
        )
        if tape is not None:
            await self._start(call, call.caller, tape)

    def stop(self, leg: CallLeg) -> bool:
        """End the recording of a leg; False when there is none."""
        name = str(leg.tape.get("name") or "")
        leg.tape = {} if name not in self.live else leg.tape
        live = self.live.get(name)
        if live is None:
            return False
        live.stopping = True
        self.exchange.ari.tell("POST", f"recordings/live/{name}/stop")
        return True

    def mask(self, leg: CallLeg, *, on: bool) -> bool:
        """Record silence instead of what is said (a card number), or voices again; False when nothing is recorded."""
        name = str(leg.tape.get("name") or "")
        if name not in self.live:
            return False
        self.exchange.ari.tell("POST" if on else "DELETE", f"recordings/live/{name}/mute")
        leg.tape["masked"] = on
        return True

    def leg_moves(self, leg: CallLeg) -> None:
        """The leg goes to another call: its recording follows, unless it is not to."""
        tape = leg.tape.get("tape")
        if tape and not Tape.from_json(tape).follow:
            self.stop(leg)

    # --- Asterisk's side ----------------------------------------------------------------------------------------------

    async def _start(self, call: LiveCall, leg: CallLeg, tape: Tape) -> bool:
        name = f"call-{new_id()}"
        try:
            await self.exchange.journal.recording_starts(
                call, name, purpose="call", owner=call.id, details=details(call, leg, tape)
            )
        except OSError as problem:
            log.get().error("tape.no_room", call=call.id, account=leg.account_id, problem=str(problem))
            return False
        self.live[name] = _Live(leg, tape, call, since=self.exchange.now())
        leg.tape = {"name": name, "tape": tape.to_json()}
        self.exchange.journal.touch(call)
        try:
            await self.exchange.ari.post(
                f"channels/{leg.channel}/snoop", {"snoopId": name, "spy": "both", "app": "qvoice", "appArgs": "tape"}
            )
        except AriError as problem:
            log.get().warning("tape.failed", call=call.id, leg=leg.uuid, problem=str(problem))
            self._over(name)
            return False
        self.exchange.leg_changed(call, leg, "RECORD_START")
        return True

    def on_event(self, name: str, message: wire.Message) -> None:
        """Take an event of a snoop channel or its recording."""
        live = self.live[name]
        if message.type == "StasisStart":
            query = {
                "name": name,
                "format": "wav16" if live.tape.wide else "wav",
                "maxDurationSeconds": str(live.tape.time_limit),
                "ifExists": "overwrite",
                "terminateOn": "none",
            }
            self.exchange.ari.post(f"channels/{name}/record", query).add_done_callback(
                lambda done: self._refused(name, done)
            )
        elif message.type in ("RecordingFinished", "RecordingFailed"):
            lasted = self.exchange.now() - live.since
            expected = live.stopping or live.leg.gone or lasted + 1.0 >= live.tape.time_limit
            if message.type == "RecordingFailed" or not expected:
                # Asterisk also calls `done` what met a full disk. What fitted is kept.
                cause = message.recording.cause if message.recording else ""
                log.get().warning("tape.ended_early", recording=name, seconds=round(lasted), cause=cause)
            self._over(name)
            self.exchange.ari.tell("DELETE", f"channels/{name}")
        elif message.type in ("StasisEnd", "ChannelDestroyed"):
            asyncio.get_running_loop().call_later(_PATIENCE, self._over, name)

    def _refused(self, name: str, done: asyncio.Future[wire.Message]) -> None:
        if not done.cancelled() and (problem := done.exception()) is not None:
            log.get().error("tape.refused", recording=name, problem=str(problem))
            self._over(name)
            self.exchange.ari.tell("DELETE", f"channels/{name}")

    def leg_ended(self, leg: CallLeg) -> None:
        """The recorded leg is gone; Asterisk ends the recording by itself, if it is still there."""
        if leg.tape.get("name") in self.live:
            asyncio.get_running_loop().call_later(_PATIENCE, self._over, leg.tape["name"])

    def adopt(self, leg: CallLeg, alive: set[str]) -> None:
        """After a restart: go on with a leg's recording if Asterisk does; else what there is is kept (`orphans`)."""
        name = str(leg.tape.get("name") or "")
        if name in alive:
            tape = Tape.from_json(leg.tape.get("tape") or {})
            self.live[name] = _Live(leg, tape, since=self.exchange.now() - tape.time_limit)
        elif name:
            leg.tape = {}

    def _over(self, name: str) -> None:
        live = self.live.pop(name, None)
        if live is None:
            return
        live.leg.tape = {}
        call = self.exchange.by_channel.get(live.leg.channel)
        if call is not None:
            self.exchange.journal.touch(call)
            self.exchange.leg_changed(call, live.leg, "RECORD_STOP")
        self._run(self._complete(name, wanted=not live.empty))

    async def _complete(self, name: str, *, wanted: bool) -> None:
        journal = self.exchange.journal
        try:
            await (journal.recording_cut(name) if wanted else journal.recording_unwanted(name))
        except OSError as problem:
            # The disk is full: recovery says it again when there is room.
            log.get().error("tape.not_noted", recording=name, problem=str(problem))

    def _run(self, work: Any) -> None:
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)


def details(call: LiveCall, leg: CallLeg, tape: Tape) -> dict[str, Any]:
    """Return what is known of a recording when it begins (features/recordings/store.py reads it)."""
    facts = call.facts
    other = call.legs.get(call.talking_with)
    return {
        "tape": tape.to_json(),
        "call_id": leg.uuid,
        "interaction_id": call.interaction_id,
        "direction": leg.direction,
        "from": call.caller.person.number,
        "from_name": call.caller.person.name,
        "to": (other.person.number if other is not None else "") or (facts.dialled if facts is not None else ""),
        "to_name": other.person.name if other is not None else "",
        "owner_ids": [one.owner_id for one in (call.caller, other) if one is not None and one.owner_id],
    }
