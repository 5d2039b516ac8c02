"""eavesdrop and eavesdrop_feature: nobody listens who is not approved, and only to whom the node allows."""

from __future__ import annotations

from typing import Any

import pytest

from qvoice.core.flow.commands import Ask, Listen, Play
from qvoice.core.flow.compile import CompiledFlow, compile_flow
from qvoice.core.flow.events import Listened
from qvoice.core.flow.pickup import NOT_ALLOWED, NOTHING_TALKS
from qvoice.core.flow.requests import FindFlow
from qvoice.core.pickup.choose import Targets
from qvoice.core.pickup.modes import BARGE, LISTEN, WHISPERING, mode_of_key, mode_of_setting
from tests.core.flow.script import ANSWER, HANGUP, Step, found, make_call, make_world, node, run_script

DOCUMENTS: dict[tuple[str, str], dict[str, Any]] = {
    ("users", "agent"): {"first_name": "Bob"},
    ("users", "other"): {"first_name": "Carol"},
    ("devices", "d1"): {"owner_id": "agent", "sip": {"username": "bob"}},
    ("devices", "d2"): {"owner_id": "other", "sip": {"username": "carol"}},
    ("groups", "team"): {"endpoints": {"agent": {"type": "user"}}},
    ("groups", "bosses"): {"endpoints": {"boss": {"type": "user"}}},
}
AGENT = Targets(frozenset({"d1"}), frozenset({"agent"}))
REFUSED: list[Step] = [ANSWER, (Play(NOT_ALLOWED), None), HANGUP]
BY_ME = {"approved_user_id": "boss"}


def call(**facts: Any) -> Any:
    defaults = {"device_id": "d0", "owner_id": "boss", "authorised_by": "d0", "source": "device"}
    return make_call(make_world(DOCUMENTS), **{**defaults, **facts})


@pytest.mark.parametrize("approval", [BY_ME, {"approved_device_id": "d0"}, {"approved_group_id": "bosses"}])
def test_D15_an_approved_supervisor_listens_until_it_is_over(approval: dict[str, str]) -> None:
    flow = node("eavesdrop", {"user_id": "agent", "mode": "barge", **approval})
    run_script(flow, call(), [ANSWER, (Listen(AGENT, BARGE), Listened("over")), HANGUP])


@pytest.mark.parametrize("approval", [{}, {"approved_user_id": "other"}, {"approved_group_id": "team"}])
@pytest.mark.parametrize("module", ["eavesdrop", "eavesdrop_feature"])
def test_D15_nobody_else_listens(module: str, approval: dict[str, str]) -> None:
    run_script(node(module, {"user_id": "agent", **approval}), call(capture_group="1001"), REFUSED)


def test_D15_nobody_listens_from_outside() -> None:
    outside = call(authorised_by=None, device_id=None, source="carrier")
    run_script(node("eavesdrop", {"user_id": "agent", **BY_ME}), outside, REFUSED)


def test_D15_where_nobody_talks_it_says_so() -> None:
    nothing: Step = (Play(NOTHING_TALKS), None)
    flow = node("eavesdrop", {"user_id": "agent", **BY_ME})
    run_script(flow, call(), [ANSWER, (Listen, Listened("nothing")), nothing, HANGUP])
    run_script(node("eavesdrop", BY_ME), call(), [ANSWER, nothing, HANGUP])


def test_D15_by_extension_and_only_inside_the_group() -> None:
    world = make_world(DOCUMENTS)
    both = found(node("user", {"id": "agent"}, _=node("user", {"id": "other"})), world, "f")
    steps: list[Step] = [(Ask(FindFlow("1001")), both), ANSWER]
    free = Targets(frozenset({"d1", "d2"}), frozenset({"agent", "other"}))
    flow = node("eavesdrop_feature", BY_ME)
    run_script(flow, call(capture_group="1001"), [*steps, (Listen(free, LISTEN), Listened("over")), HANGUP])
    team = node("eavesdrop_feature", {"group_id": "team", **BY_ME})
    run_script(team, call(capture_group="1001"), [*steps, (Listen(AGENT, LISTEN), Listened("over")), HANGUP])
    run_script(flow, call(), [ANSWER, (Play(NOTHING_TALKS), None), HANGUP])


def test_D15_modes_by_key_and_setting() -> None:
    assert [mode_of_key(key) for key in "1234"] == [LISTEN, WHISPERING, BARGE, None]
    assert [mode_of_setting(s) for s in ("whisper", "shout", "")] == [WHISPERING, LISTEN, LISTEN]


@pytest.mark.parametrize("module", ["eavesdrop", "eavesdrop_feature", "group_pickup", "intercept"])
def test_D15_a_node_that_can_do_nothing_is_warned_of(module: str) -> None:
    flow = compile_flow({"flow": node(module)}, None, flow_id="f")
    assert isinstance(flow, CompiledFlow)
    assert flow.warnings
    complete = {"user_id": "agent", **BY_ME}
    good = compile_flow({"flow": node(module, complete)}, None, flow_id="f")
    assert isinstance(good, CompiledFlow)
    assert not good.warnings
