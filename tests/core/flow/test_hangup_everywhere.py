"""The caller hangs up in every state of every module: whatever is due is kept, nothing else happens, the flow ends."""

from __future__ import annotations

from typing import Any

import pytest

from qvoice.core.flow.commands import Ask, Command
from qvoice.core.flow.events import CallerGone, Collected, Played, Recorded, Reply, RingDone
from qvoice.core.flow.interpreter import interpret
from qvoice.core.flow.modules import registry
from qvoice.core.flow.requests import (
    CheckPin,
    CheckRoomPin,
    FindFlow,
    FindNumber,
    FindRoom,
    ForwardMessage,
    KeepRecording,
    ListMessages,
    LoadFlow,
    Mailbox,
    MailboxMessage,
    OpenMailbox,
    Registered,
    Room,
    SetPin,
    StoreMessage,
)
from qvoice.core.flow.trace import Trace
from qvoice.core.flow.world import GLOBAL_POOL, World
from tests.core.flow.script import A, automatic, compiled, found, make_call, make_world, node

TRUNK = {"id": "t1", "name": "T", "rules": [r"^\+?1?(\d{10})$"], "gateways": [{"server": "127.0.0.2"}]}
DOCUMENTS: dict[tuple[str, str], dict[str, Any]] = {
    ("users", "u1"): {"first_name": "Bob", "presence_id": "1000"},
    ("devices", "d1"): {"owner_id": "u1", "sip": {"username": "bob"}},
    ("devices", "d2"): {
        "owner_id": "u1",
        "sip": {"username": "cell"},
        "call_forward": {"enabled": True, "number": "4165550111", "failover": True},
    },
    ("groups", "g1"): {"endpoints": {"u1": {"type": "user"}}},
    ("menus", "m1"): {"hunt": True, "record_pin": "4321", "allow_record_from_offnet": True, "retries": 2},
    ("temporal_rules", "r1"): {"cycle": "daily"},
    ("vmboxes", "b1"): {"mailbox": "1000", "owner_id": "u1"},
}
DATA: dict[str, list[dict[str, Any]]] = {
    "user": [{"id": "u1"}],
    "device": [{"id": "d1"}, {"id": "d2"}],
    "group": [{"id": "g1"}],
    "ring_group": [{"endpoints": [{"id": "u1", "endpoint_type": "user"}], "repeats": 2}],
    "callflow": [{"id": "f2"}],
    "menu": [{"id": "m1"}],
    "conference": [{"id": "c1"}, {}, {"config": {"name": "x", "member": {"pins": ["1"]}}}],
    "conference_feature": [{"id": "c1"}],
    "group_pickup": [{"group_id": "g1"}],
    "group_pickup_feature": [{"group_id": "g1"}],
    "intercept": [{"user_id": "u1"}],
    "intercept_feature": [{"user_id": "u1"}],
    "hotdesk": [{"action": a, "id": u} for a, u in (("login", ""), ("logout", ""), ("toggle", ""), ("bridge", "u1"))],
    "eavesdrop": [{"user_id": "u1"}],
    "eavesdrop_feature": [{}],
    "intercom": [{}],
    "page_group": [{"endpoints": [{"id": "g1", "endpoint_type": "group"}]}],
    "play": [{"id": "system_media/hello"}],
    "voicemail": [{"id": "b1"}, {"id": "b1", "action": "check"}, {"action": "check"}],
    "temporal_route": [{"rules": ["r1"]}, {"rules": ["r1"], "action": "menu"}, {"rules": ["r1"], "action": "enable"}],
    "resources": [{}],
    "offnet": [{}],
    "response": [{"media": "system_media/busy"}],
    "sleep": [{"duration": 1}],
    "directory": [{"id": "d1"}],
    "park": [{}, {"action": "retrieve"}, {"action": "auto"}],
}
DIGITS = ["", "1", "2", "3", "4", "5", "6", "7", "8", "9", "0", "*", "#", "4321", "1000"]
KEPT_WHEN_GONE = (StoreMessage, KeepRecording)
"""The only question a flow may still ask when there is no caller."""


def _world() -> World:
    return make_world(DOCUMENTS, pools={A: (TRUNK,), GLOBAL_POOL: (TRUNK,)}, numbers=frozenset({"+14165550100"}))


def _replies(set_up: bool, world: World) -> Any:
    message = MailboxMessage("m1", "ref-m1", 1764000000.0, 4.0, "+14165550199", "Alice")

    def reply(request: Any) -> Any:
        match request:
            case OpenMailbox():
                return Mailbox("b1", "1000", {"is_setup": set_up}, True, 2, 1, "u1")
            case CheckPin():
                return "ok"
            case FindRoom():
                return Room("c1", {"name": "Room", "play_name": True}, member_pins=True)
            case CheckRoomPin():
                return "member"
            case SetPin() | StoreMessage():
                return True
            case ListMessages():
                return (message, message)
            case FindFlow() | LoadFlow():
                return found(node("hangup"), world, "f2")
            case ForwardMessage():
                return ()
            case Registered():
                return frozenset[str]()
            case FindNumber():
                return None
            case _:
                return None

    return reply


def _event(command: Command, key: str, replies: Any) -> Any:
    event = automatic(command, replies)
    if isinstance(event, Collected) and key:
        return Collected(key)
    if isinstance(event, Played) and key in ("0", "*", "7", "9", "#"):
        return Played(key)
    return event


CASES = [(name, index) for name in registry() for index in range(len(DATA.get(name, [{}])))]


@pytest.mark.parametrize("key", DIGITS)
@pytest.mark.parametrize(("name", "index"), CASES)
def test_a_caller_who_hangs_up_at_any_moment_ends_the_flow(name: str, index: int, key: str) -> None:
    flow = node(name, DATA.get(name, [{}])[index], _=node("hangup"))
    for set_up in (True, False) if name == "voicemail" else (True,):
        moment = 0
        while moment < 60:
            world = _world()
            call = make_call(world, dialled="4165550123", request_user="4165550123")
            talk = interpret(compiled(flow, world), call, Trace())
            reached = _go(talk, moment, key, _replies(set_up, world))
            if not reached:
                break
            moment += 1
        assert moment > 0, "the flow must have at least one state"


def _go(talk: Any, moment: int, key: str, replies: Any) -> bool:
    """Run to the given moment and hang up there; False when the flow ends before it."""
    try:
        command = next(talk)
        for _ in range(moment):
            command = talk.send(_event(command, key, replies))
    except StopIteration:
        return False
    recorded = Recorded("rec-2", 2.0, "hangup")
    with pytest.raises(StopIteration) as stop:  # noqa: PT012 - the flow may ask a few questions first
        command = talk.throw(CallerGone(recorded if type(command).__name__ == "Record" else None))
        for _ in range(10):
            assert isinstance(command, Ask), f"{command!r} after the caller hung up"
            assert isinstance(command.request, KEPT_WHEN_GONE), f"{command!r} after the caller hung up"
            command = talk.send(Reply(True))
    assert stop.value.value.reason == "caller-gone"
    return True


def test_ring_done_values_are_used_by_every_ringing_module() -> None:
    for name in ("user", "device", "group", "ring_group", "resources", "offnet"):
        world = _world()
        call = make_call(world, dialled="4165550123", request_user="4165550123")
        talk = interpret(compiled(node(name, DATA[name][0]), world), call, Trace())
        command = next(talk)
        while type(command).__name__ != "Ring":
            command = talk.send(automatic(command, _replies(True, world)))
        with pytest.raises(StopIteration) as stop:
            talk.send(RingDone("leg", "NORMAL_CLEARING", 200, transferred=True))
        assert stop.value.value.reason == "transferred", name
