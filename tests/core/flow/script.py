"""The test driver of callflows: a list of (expected command, answer) is the world.

An expected command is a command (compared), a command type, or a function that says whether it fits. An answer is an
event, a plain value
(the reply to Ask), or an exception to throw. Hangup and Reject end the script.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from qvoice.core.flow.call import Call
from qvoice.core.flow.commands import (
    Answer,
    Ask,
    Collect,
    Command,
    Hangup,
    HoldOpen,
    JoinRoom,
    Listen,
    Occupy,
    Page,
    PickUp,
    Play,
    Record,
    Reject,
    Ring,
    Take,
    Wait,
)
from qvoice.core.flow.compile import CompiledFlow, compile_flow
from qvoice.core.flow.events import (
    CallerGone,
    Collected,
    Done,
    Event,
    Listened,
    Occupied,
    PageDone,
    PickedUp,
    Played,
    Recorded,
    Reply,
    RingDone,
    RoomLeft,
    Waited,
)
from qvoice.core.flow.interpreter import End, interpret
from qvoice.core.flow.requests import FoundFlow
from qvoice.core.flow.trace import Trace
from qvoice.core.flow.world import World
from qvoice.core.ring.plan import CallerId

A = "a" * 32
"""The account of the tests."""

Expected = Command | type | Callable[[Any], bool]
Step = tuple[Expected, Any]

ANSWERED = RingDone("leg", "NORMAL_CLEARING", 200)


def busy(cause: str = "USER_BUSY", code: int = 486) -> RingDone:
    return RingDone(None, cause, code)


def node(module: str, data: Mapping[str, Any] | None = None, **children: Any) -> dict[str, Any]:
    """Build a flow node; child keys that are no Python names go in with `**{"1": …}`."""
    return {"module": module, "data": dict(data or {}), "children": children}


def make_world(documents: Mapping[tuple[str, str], Mapping[str, Any]] | None = None, **more: Any) -> World:
    account = {"id": A, "name": "Acme", "realm": "acme.example.test", "timezone": "America/Toronto"}
    return World(A, {("accounts", A): account, **(documents or {})}, **more)


def make_call(world: World, **facts: Any) -> Call:
    defaults: dict[str, Any] = {
        "call_id": "call-1",
        "account_id": A,
        "realm": "acme.example.test",
        "source": "carrier",
        "dialled": "1000",
        "request_user": "1000",
        "caller": CallerId("Alice", "+14165550199"),
        "now": datetime(2026, 11, 24, 15, 0, tzinfo=UTC),
        "world": world,
        "random": (0.5, 0.1, 0.9, 0.3),
    }
    return Call(**{**defaults, **facts})


def compiled(
    flow: Mapping[str, Any], world: World | None = None, flow_id: str = "flow-1", **document: Any
) -> CompiledFlow:
    result = compile_flow({"flow": flow, **document}, world, flow_id=flow_id)
    assert isinstance(result, CompiledFlow), result
    return result


def found(flow: Mapping[str, Any], world: World, flow_id: str, capture: str | None = None) -> FoundFlow:
    return FoundFlow(compiled(flow, world, flow_id), world, capture)


@dataclass
class Result:
    end: End
    trace: Trace
    call: Call
    commands: list[Command] = field(default_factory=list)

    @property
    def path(self) -> list[str]:
        """Modules entered, in order."""
        return [entry.module for entry in self.trace.entries if entry.kind == "enter"]


def run_script(
    flow: Mapping[str, Any],
    call: Call,
    steps: Sequence[Step],
    *,
    flow_id: str = "flow-1",
    owner_id: str = "",
    **options: Any,
) -> Result:
    """Run a flow against a script; every step must be used, and no command may come that is not in it. `owner_id`: the
    user whose flow it is.
    """
    trace = Trace()
    talk = interpret(compiled(flow, call.world, flow_id, owner_id=owner_id), call, trace, **options)
    commands: list[Command] = []
    left = list(steps)
    try:
        command = next(talk)
        while True:
            commands.append(command)
            assert left, f"no step is left for {command!r}; so far {commands!r}"
            expected, reply = left.pop(0)
            assert _fits(expected, command), f"expected {expected!r}, got {command!r}"
            event = _event(command, reply)
            command = talk.throw(event) if isinstance(event, BaseException) else talk.send(event)
    except StopIteration as stop:
        assert not left, f"these steps were not reached: {left!r}; commands {commands!r}"
        return Result(stop.value, trace, call, commands)


def automatic(command: Command, replies: Callable[[Any], Any]) -> Event:
    """Return a plain answer to any command: digits never come, recordings last 3 s, nobody answers."""
    match command:
        case Play():
            return Played()
        case Collect():
            return Collected("", timed_out=True)
        case Record():
            return Recorded("rec-1", 3.0, "key", "#")
        case Ring():
            return busy("NO_ANSWER", 480)
        case JoinRoom():
            return RoomLeft("kicked")
        case Listen():
            return Listened("nothing")
        case Page():
            return PageDone(0)
        case PickUp():
            return PickedUp("nothing")
        case Occupy():
            return Occupied("101")
        case Wait():
            return Waited()
        case Take():
            return busy("NO_ROUTE_DESTINATION", 404)
        case Ask():
            return Reply(replies(command.request))
        case _:
            return Done()


def _fits(expected: Expected, command: Command) -> bool:
    if isinstance(expected, type):
        return isinstance(command, expected)
    if callable(expected):
        return bool(expected(command))
    return expected == command


def _event(command: Command, reply: Any) -> Event | BaseException:
    if isinstance(reply, BaseException):
        return reply
    if isinstance(command, Ask):
        return reply if isinstance(reply, Reply) else Reply(reply)
    if reply is None:
        return automatic(command, lambda _: None)
    if isinstance(reply, str) and isinstance(command, Collect):
        return Collected(reply)
    if isinstance(reply, str) and isinstance(command, Play):
        return Played(reply)
    return reply


HANGUP: Step = (Hangup, None)
ANSWER: Step = (Answer, None)
__all__ = ["ANSWER", "ANSWERED", "HANGUP", "A", "CallerGone", "HoldOpen", "Reject", "busy", "run_script"]
