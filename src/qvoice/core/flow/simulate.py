"""The simulating driver: runs a flow as a call would, without a call, and tells where it went, who would ring and why.

It plays no sound and rings no phone. What the flow asks about (other flows, whose number, which phones are registered)
is passed on to whoever runs the generator; what it would change is noted and not done. So it decides with exactly the
code that decides calls. Time passes as it would: `call.now` moves on by ringing and waiting times.
"""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from qvoice.core.flow import commands as c
from qvoice.core.flow import events as e
from qvoice.core.flow import requests as r
from qvoice.core.flow.call import Call
from qvoice.core.flow.checkpoint import Checkpoint
from qvoice.core.flow.compile import CompiledFlow, Node
from qvoice.core.flow.interpreter import End, interpret
from qvoice.core.flow.simulated_acts import leg_of, sounds_of
from qvoice.core.flow.talk import Talk
from qvoice.core.flow.trace import Trace
from qvoice.core.ring.plan import Gateway, RingPlan

READS: frozenset[type] = frozenset(
    {
        r.FindFlow,
        r.LoadFlow,
        r.FindNumber,
        r.MayCall,
        r.Registered,
        r.InCall,
        r.ListDirectory,
        r.OpenMailbox,
        r.ListMessages,
    }
)
"""Questions that change nothing: they are asked. All others are noted only."""

MAX_COMMANDS = 2000
AFTERWORDS = 30
"""Commands carried out for a flow whose caller is gone."""

OUTCOMES: dict[str, tuple[str, int]] = {
    "nobody": ("NO_ANSWER", 480),
    "busy": ("USER_BUSY", 486),
    "offline": ("SUBSCRIBER_ABSENT", 480),
    "answered": ("NORMAL_CLEARING", 200),
}
"""What ringing comes to, by the name the script gives it."""


@dataclass(frozen=True, slots=True)
class Script:
    """What people do. `presses`: what the caller dials at each question, in order; afterwards nothing.

    `ringing`: a key of OUTCOMES, for every ringing.
    """

    presses: tuple[str, ...] = ()
    ringing: str = "nobody"


@dataclass(slots=True)
class Step:
    """A node the call came through. `path`: `flow.children.1…`; `exit`: the child key taken, '' when none."""

    flow_id: str
    flow_name: str
    path: str
    module: str
    at: datetime
    exit: str | None = None
    acts: list[dict[str, Any]] = field(default_factory=list)
    notes: list[dict[str, str]] = field(default_factory=list)
    reasons: list[dict[str, Any]] = field(default_factory=list)


@dataclass(slots=True)
class Simulation:
    """Where the call went. `end`: how it ended; `seconds`: how long it took, about; `presses_left`: not needed."""

    steps: list[Step]
    end: End
    seconds: float
    presses_left: int


class _Notes(Trace):
    """A trace that hands each entry on."""

    def __init__(self, walk: _Walk) -> None:
        super().__init__()
        self._walk = walk

    def add(self, kind: str, *, at: datetime, flow_id: str, path: str, module: str = "", detail: str = "") -> None:
        """Note it at the step that the call is in."""
        super().add(kind, at=at, flow_id=flow_id, path=path, module=module, detail=detail)
        self._walk.note(kind, detail)


class _Walk:
    def __init__(self, flow: CompiledFlow, call: Call, script: Script) -> None:
        self.call, self.script = call, script
        self.flows = {flow.flow_id: flow}
        self.presses = list(script.presses)
        self.steps: list[Step] = []
        self.early: list[dict[str, str]] = []
        self.start = call.now
        self.over = False

    def at_node(self, checkpoint: Checkpoint) -> None:
        flow = self.flows.get(checkpoint.at.flow_id)
        node = flow.node(checkpoint.at.keys) if flow else None
        path = "flow" + "".join(f".children.{key}" for key in checkpoint.at.keys)
        step = Step(checkpoint.at.flow_id, flow.name if flow else "", path, node.name if node else "", self.call.now)
        step.reasons = _reasons(node, self.call)
        step.notes, self.early = self.early, []
        self.steps.append(step)

    def note(self, kind: str, detail: str) -> None:
        if kind in ("enter", "end"):
            return
        if kind == "leave" and self.steps:
            self.steps[-1].exit = detail
        elif kind in ("return", "refused") or not self.steps:
            self.early.append({"kind": kind, "detail": detail})
            if kind == "refused" and self.steps:
                self.steps[-1].notes.append({"kind": kind, "detail": detail})
        else:
            self.steps[-1].notes.append({"kind": kind, "detail": detail})

    def act(self, do: str, **facts: Any) -> None:
        if self.steps:
            self.steps[-1].acts.append({"do": do, **facts})

    def pass_time(self, seconds: float) -> None:
        self.call.now += timedelta(seconds=min(max(seconds, 0.0), 86400.0))

    def carry_out(self, command: c.Command) -> e.Event | e.CallerGone:
        match command:
            case c.Answer():
                self.call.answered = True
                return e.Done()
            case c.Play(sounds=sounds, loop=loop):
                self.act("play", sounds=sounds_of(self.call.world, sounds), loop=loop)
                return e.CallerGone() if loop else e.Played()
            case c.Collect():
                return self._collect(command)
            case c.Record(purpose=purpose):
                self.act("record", purpose=purpose)
                self.pass_time(5)
                return e.Recorded("simulated", 5.0, "key", "#")
            case c.Ring(plan=plan):
                return self._ring(plan)
            case c.Sleep(seconds=seconds):
                self.act("wait", seconds=seconds)
                self.pass_time(seconds)
                return e.Done()
            case c.Hangup(cause=cause):
                if not self.over:
                    self.act("hangup", cause=cause)
                self.over = True
                return e.Done()
            case c.Reject(code=code):
                self.act("reject", code=code)
                self.over = True
                return e.Done()
            case c.Ringing() | c.SendDtmf():
                return e.Done()
            case c.Tell(request=request):
                self.act("change", request=type(request).__name__)
                return e.Done()
            case c.HoldOpen():
                self.act("stay")
                return e.CallerGone()
            case _:
                # A command of a module this driver knows nothing of: the call is there until somebody hangs up.
                self.act("stay", command=type(command).__name__)
                return e.CallerGone()

    def _collect(self, command: c.Collect) -> e.Event:
        digits = self.presses.pop(0) if self.presses else ""
        scripted = bool(digits)
        digits = digits[: max(command.max_digits, 1)]
        sounds = sounds_of(self.call.world, command.sounds)
        self.act("collect", sounds=sounds, digits=digits, asked=not scripted, max_digits=command.max_digits)
        self.pass_time(1 if scripted else command.timeout_ms / 1000)
        return e.Collected(digits, timed_out=not scripted)

    def refused(self, plan: RingPlan, by: r.Refused) -> e.Event:
        """A plan that rings carriers is not let through."""
        self.act(
            "refused", number=plan.called, reason=by.reason, why=by.why, cause=by.cause, code=by.sip_code,
            legs=[leg_of(self.call.world, leg) for stage in plan.stages for leg in stage.legs],
        )  # fmt: skip
        return e.RingDone(None, by.cause, by.sip_code)

    def _ring(self, plan: RingPlan) -> e.Event:
        cause, code = OUTCOMES[self.script.ringing]
        legs = [
            {"stage": number, **leg_of(self.call.world, leg)}
            for number, stage in enumerate(plan.stages)
            for leg in stage.legs
        ]
        longest = sum(max((leg.delay + leg.timeout for leg in stage.legs), default=0) for stage in plan.stages)
        seconds = min(longest, plan.timeout) if plan.timeout else longest
        answered = plan.stages[0].legs[0].id if self.script.ringing == "answered" and plan.stages else None
        self.act("ring", legs=legs, outcome=self.script.ringing, cause=cause, seconds=seconds)
        self.pass_time(seconds if self.script.ringing == "nobody" else 2)
        return e.RingDone(answered, cause, code)


def simulate(flow: CompiledFlow, call: Call, script: Script) -> Generator[r.Request, e.Reply, Simulation]:
    """Run `call` through `flow` as `script` says. Yields the questions that must be answered (READS), is sent Replies.

    `call.now` is the moment of the call and is moved on; `call.random` decides random orders.
    """
    walk = _Walk(flow, call, script)
    talk = interpret(flow, call, _Notes(walk), at_node=walk.at_node)
    end = yield from _drive(talk, walk)
    if walk.early and walk.steps:
        walk.steps[-1].notes += [note for note in walk.early if note not in walk.steps[-1].notes]
    return Simulation(walk.steps, end, (call.now - walk.start).total_seconds(), len(walk.presses))


def _drive(talk: Talk[End], walk: _Walk) -> Generator[r.Request, e.Reply, End]:
    gone = 0
    try:
        command = next(talk)
        for _ in range(MAX_COMMANDS):
            if isinstance(command, c.Ask):
                reply = yield from _ask(command.request, walk)
                command = talk.send(reply)
                continue
            if isinstance(command, c.Ring) and (question := _off_net(walk.call, command.plan)):
                reply = yield question
                if isinstance(reply.value, r.Refused):
                    command = talk.send(walk.refused(command.plan, reply.value))
                    continue
            answer = walk.carry_out(command)
            if isinstance(answer, e.CallerGone):
                gone += 1
                if gone > AFTERWORDS:
                    break
                command = talk.throw(answer)
            else:
                command = talk.send(answer)
    except StopIteration as stop:
        return stop.value
    talk.close()
    return End("too-long", "EXCHANGE_ROUTING_ERROR")


def _off_net(call: Call, plan: RingPlan) -> r.MayCall | None:
    """Return what must be asked before a plan rings carriers; nothing for other plans and for emergency calls."""
    if not plan.trunks or call.emergency or call.emergency_callback:
        return None
    leg = plan.stages[0].legs[0]
    trunk = leg.target.resource_id if isinstance(leg.target, Gateway) else ""
    return r.MayCall(plan.called, leg.caller.number, trunk, bool(call.forwarded_by))


def _ask(request: r.Request, walk: _Walk) -> Generator[r.Request, e.Reply, e.Reply]:
    if type(request) not in READS:
        walk.act("change", request=type(request).__name__)
        return e.Reply("ok" if isinstance(request, r.CheckPin) else None)
    reply = yield request
    if isinstance(reply.value, r.FoundFlow) and isinstance(reply.value.flow, CompiledFlow):
        walk.flows[reply.value.flow.flow_id] = reply.value.flow
    return reply


def _reasons(node: Node | None, call: Call) -> list[dict[str, Any]]:
    """Return what the module says of its choice beforehand (`reasons_of(data, call, exits)`), if it says anything."""
    explain = getattr(node.module, "reasons_of", None) if node and node.module else None
    return explain(node.data, call, node.exits) if explain and node and node.data is not None else []
