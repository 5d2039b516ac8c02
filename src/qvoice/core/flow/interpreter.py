"""Walks a compiled flow: runs a node, takes the child it names, comes back from other flows, ends the call.

Rules (docs/handbook/add-a-callflow-module.md): child key, else the hangup cause, else `sip:<code>`, else `_`, else
the return point,
else hang up. A module that fails is passed over: one bad node drops no call. At most 50 jumps to other flows per call.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from qvoice.core.flow.admission import refusal
from qvoice.core.flow.arrived import can_fail_over, fail_over, hears
from qvoice.core.flow.blocking import owner_of_flow, verdict
from qvoice.core.flow.call import Call
from qvoice.core.flow.callers import facts_of
from qvoice.core.flow.checkpoint import Checkpoint, Position, call_to_json
from qvoice.core.flow.commands import Prompt
from qvoice.core.flow.compile import CompiledFlow, Node
from qvoice.core.flow.events import CallerGone
from qvoice.core.flow.exits import WILDCARD, Branch, Failed, Next, Stop
from qvoice.core.flow.requests import FindFlow, FoundFlow, LoadFlow, SendNotice
from qvoice.core.flow.screening import state_name
from qvoice.core.flow.talk import DataUnavailable, Talk, answer, ask, hangup, play, reject, tell
from qvoice.core.flow.trace import Trace
from qvoice.core.flow.world import Document, World

MAX_BRANCHES = 50
"""Jumps to other flows in one call (kazoo max_branch_count)."""


@dataclass(frozen=True, slots=True)
class End:
    """How a flow ended. `reason`: `hung-up`, `transferred`, `caller-gone`, `refused` (restriction)."""

    reason: str
    cause: str = "NORMAL_CLEARING"


AtNode = Callable[[Checkpoint], None]
"""Called before each node: the driver keeps the checkpoint, and sets `call.now` and `call.random`."""


def interpret(
    flow: CompiledFlow,
    call: Call,
    trace: Trace,
    *,
    at_node: AtNode | None = None,
    resume: Checkpoint | None = None,
) -> Talk[End]:
    """Run a call through a flow and return how it ended.

    Start it with `next(gen)`, then `gen.send(event)` for each command yielded; throw CallerGone when the caller
    hangs up (a module may
    still ask the data layer then, e.g. to keep a message). `resume`: go on at that checkpoint; `flow` must be the
    flow it names.
    """
    walk = _Walk(flow, call, trace, at_node)
    try:
        if resume is None:
            end = yield from walk.from_the_start()
        else:
            walk.returns = list(resume.returns)
            end = yield from walk.on(flow.node(resume.at.keys))
    except CallerGone:
        end = End("caller-gone", "ORIGINATOR_CANCEL")
    yield from walk.farewell()
    trace.add("end", at=call.now, flow_id=walk.flow.flow_id, path="", detail=f"{end.reason} {end.cause}")
    return end


class _Walk:
    """The state of one walk: the current flow and the return points."""

    def __init__(self, flow: CompiledFlow, call: Call, trace: Trace, at_node: AtNode | None) -> None:
        self.flow = flow
        self.call = call
        self.trace = trace
        self.at_node = at_node
        self.returns: list[Position] = []
        self.flows = {flow.flow_id: flow}

    def from_the_start(self) -> Talk[End]:
        """Check restrictions, run the account's preflow, then the flow."""
        call = self.call
        self._now_in(self.flow)
        why = refusal(call, self.flow)
        if why is not None:
            return (yield from self._refuse(why))
        for holder in (call.world.account, owner_of_flow(call, self.flow.document)):
            turned_away = (yield from self._judge(holder)) if holder is not None else None
            if turned_away is not None:
                return turned_away
        preflow = call.world.account.get("preflow") or {}
        flow_id = preflow.get("always") if hasattr(preflow, "get") and not call.emergency else None
        if isinstance(flow_id, str) and flow_id and flow_id != self.flow.flow_id:
            found = yield from self._load(flow_id)
            if found is not None:
                self.returns.append(Position(self.flow.flow_id, ()))
                self._enter(found)
        return (yield from self.on(self.flow.root))

    def on(self, node: Node | None) -> Talk[End]:
        """Run from a node to the end."""
        while True:
            while node is None:
                if not self.returns:
                    cause = (
                        self.call.last_cause if not self.call.answered and self.call.last_cause else "NORMAL_CLEARING"
                    )
                    if can_fail_over(self.call, cause):
                        self._note("failover", detail=self.call.failover)
                        done = yield from fail_over(self.call)
                        if isinstance(done, Stop) and done.transferred:
                            return End("transferred", done.cause)
                        cause = done.cause if isinstance(done, Stop | Failed) else cause
                    yield from hangup(cause)
                    return End("hung-up", cause)
                node = yield from self._go_back(self.returns.pop())
            if self.at_node is not None:
                at = Position(self.flow.flow_id, node.keys)
                self.at_node(Checkpoint(at, tuple(self.returns), call_to_json(self.call)))
            outcome = yield from self._run(node)
            match outcome:
                case Stop(transferred=True):
                    return End("transferred", outcome.cause)
                case Stop(talked=True) if self.call.after_bridge and (found := (yield from self._after_bridge())):
                    self._note("branch", node, found.flow.flow_id)
                    self._enter(found)
                    node = self.flow.root
                case Stop():
                    yield from hangup(outcome.cause)
                    return End("hung-up", outcome.cause)
                case Branch():
                    self.call.depth += 1
                    if self.call.depth > MAX_BRANCHES:
                        self._note("error", node, f"more than {MAX_BRANCHES} jumps to other flows")
                        yield from hangup("EXCHANGE_ROUTING_ERROR")
                        return End("hung-up", "EXCHANGE_ROUTING_ERROR")
                    if outcome.come_back and WILDCARD in node.children:
                        self.returns.append(Position(self.flow.flow_id, (*node.keys, WILDCARD)))
                    self._note("branch", node, outcome.found.flow.flow_id)
                    self._enter(outcome.found)
                    if outcome.dialled:
                        self.call.dialled = self.call.request_user = outcome.dialled
                        why = refusal(self.call, self.flow)
                        if why is not None:
                            return (yield from self._refuse(why))
                    owner = owner_of_flow(self.call, self.flow.document)
                    turned_away = (yield from self._judge(owner)) if owner is not None else None
                    if turned_away is not None:
                        return turned_away
                    node = self.flow.root
                case Failed(cause="CALL_REJECTED") if self.call.screened and "CALL_REJECTED" not in node.children:
                    return (yield from self._decline())
                case _:
                    key = self._choose(node, outcome)
                    self._note("leave", node, key or "")
                    node = node.children[key] if key else None

    def _after_bridge(self) -> Talk[FoundFlow | None]:
        """Return where a caller goes whose conversation has ended; asked once, so that nobody goes round for ever."""
        number, self.call.after_bridge = self.call.after_bridge, ""
        try:
            found: FoundFlow | None = yield from ask(FindFlow(number, no_match=bool(self.call.authorised_by)))
        except DataUnavailable as problem:
            self._note("error", detail=f"after_bridge {number}: {problem}")
            return None
        if found is not None:
            self.call.dialled = self.call.request_user = number
            self.returns.clear()
        return found

    def farewell(self) -> Talk[None]:
        """Send the notices that were kept for the end of the call (missed_call_alert, notification)."""
        for notice in self.call.at_end:
            if notice.get("unless_bridged") and self.call.bridged:
                continue
            facts = {**facts_of(self.call), **notice["facts"]}
            yield from tell(SendNotice(notice["kind"], tuple(notice["to"]), facts))
        self.call.at_end = ()

    def _judge(self, holder: Document) -> Talk[End | None]:
        """Let a caller from outside in, ask for his name, or turn him away, as the account or user wants it."""
        found = verdict(self.call, holder)
        if found.sip_code:
            self._note("refused", detail=found.why)
            yield from reject(found.sip_code)
            return End("refused", "CALL_REJECTED")
        if found.screen:
            yield from state_name(self.call)
        return None

    def _decline(self) -> Talk[End]:
        """The callee refused a screened caller: he hears so, and no mailbox takes him."""
        self._note("refused", detail="the callee refused the screened caller")
        yield from play(Prompt("im-sorry"), Prompt("vm-nobodyavail"))
        yield from hangup("CALL_REJECTED")
        return End("refused", "CALL_REJECTED")

    def _refuse(self, why: str) -> Talk[End]:
        self._note("refused", detail=why)
        yield from answer()
        yield from play(Prompt("ss-noservice"))
        yield from hangup("OUTGOING_CALL_BARRED")
        return End("refused", "OUTGOING_CALL_BARRED")

    def _run(self, node: Node) -> Talk[Next]:
        call = self.call
        if node.module is None or node.data is None:
            self._note("unknown", node)
            return WILDCARD
        if node.data.skip_module:
            self._note("skip", node)
            return WILDCARD
        self._note("enter", node)
        try:
            return (yield from node.module.run(node.data, call, node.exits))
        except CallerGone:
            raise
        except Exception as failure:
            self._note("error", node, f"{type(failure).__name__}: {failure}")
            gone = _caller_gone(failure)
            if gone is not None:
                raise gone from failure
            return WILDCARD

    def _choose(self, node: Node, outcome: str | Failed) -> str | None:
        if isinstance(outcome, Failed):
            self.call.last_cause = outcome.cause
            wanted = [outcome.cause, f"sip:{outcome.sip_code}", WILDCARD]
        else:
            wanted = [outcome, WILDCARD]
        return next((key for key in wanted if key in node.children), None)

    def _go_back(self, to: Position) -> Talk[Node | None]:
        flow = self.flows.get(to.flow_id)
        if flow is None:
            found = yield from self._load(to.flow_id)
            if found is None:
                return None
            self._enter(found)
        else:
            self._now_in(flow)
        node = self.flow.node(to.keys)
        self._note("return", node)
        return node

    def _load(self, flow_id: str) -> Talk[FoundFlow | None]:
        try:
            return (yield from ask(LoadFlow(flow_id)))
        except DataUnavailable as problem:
            self._note("error", detail=f"callflow {flow_id} could not be loaded: {problem}")
            return None

    def _now_in(self, flow: CompiledFlow) -> None:
        group_id = flow.document.get("group_id")
        self.flow, self.call.group_id = flow, group_id if isinstance(group_id, str) else ""
        hears(self.call, flow.document)

    def _enter(self, found: FoundFlow) -> None:
        self._now_in(found.flow)
        self.flows[found.flow.flow_id] = found.flow
        if isinstance(found.world, World):
            self.call.world = self.call.world.merged(found.world)
        if found.capture_group is not None:
            self.call.capture_group = found.capture_group
        if found.named_captures:
            self.call.named_captures = dict(found.named_captures)

    def _note(self, kind: str, node: Node | None = None, detail: str = "") -> None:
        self.trace.add(
            kind,
            at=self.call.now,
            flow_id=self.flow.flow_id,
            path=node.path if node else "",
            module=node.name if node else "",
            detail=detail,
        )


def _caller_gone(failure: BaseException) -> CallerGone | None:
    """Return the CallerGone that a module was dealing with when it failed: then there is no caller to go on with."""
    context = failure.__context__
    while context is not None:
        if isinstance(context, CallerGone):
            return context
        context = context.__context__
    return None
