"""A simulated call goes where a call goes, and says why (D19)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any

from qvoice.core.flow.call import Call
from qvoice.core.flow.events import Reply
from qvoice.core.flow.modules import registry
from qvoice.core.flow.requests import LoadFlow, NumberOwner
from qvoice.core.flow.simulate import READS, Script, Simulation, simulate
from tests.core.flow.script import compiled, found, make_call, make_world, node

ANN, DESK, OPEN, MENU = "1" * 32, "2" * 32, "3" * 32, "4" * 32
WORLD = make_world(
    {
        ("users", ANN): {"first_name": "Ann", "last_name": "Lee"},
        ("devices", DESK): {"name": "Ann's desk", "owner_id": ANN, "sip": {"username": "ann", "password": "x"}},
        ("temporal_rules", OPEN): {
            "name": "Open", "cycle": "weekly", "wdays": ["tuesday"],
            "time_window_start": 9 * 3600, "time_window_stop": 17 * 3600,
        },
        ("menus", MENU): {"name": "Main", "retries": 2, "timeout": 5000},
    }
)  # fmt: skip


def run(
    flow: Mapping[str, Any],
    script: Script = Script(),
    replies: Callable[[Any], Any] = lambda request: None,
    call: Call | None = None,
) -> Simulation:
    running = simulate(compiled(flow, WORLD), call or make_call(WORLD), script)
    try:
        request = next(running)
        while True:
            assert type(request) in READS
            request = running.send(Reply(replies(request)))
    except StopIteration as stop:
        return stop.value


def paths(result: Simulation) -> list[tuple[str, str, str | None]]:
    return [(step.path, step.module, step.exit) for step in result.steps]


def test_D19_the_path_has_node_paths_who_rings_and_why_it_went_on() -> None:
    flow = node("user", {"id": ANN, "timeout": 15}, USER_BUSY=node("hangup"), _=node("sleep", {"duration": 3}))
    result = run(flow)
    assert paths(result) == [("flow", "user", "_"), ("flow.children._", "sleep", "")]
    (ring,) = result.steps[0].acts
    assert (ring["do"], ring["cause"], ring["seconds"]) == ("ring", "NO_ANSWER", 15)
    (leg,) = ring["legs"]
    assert (leg["to"], leg["name"], leg["owner"], leg["caller"]["number"]) == (
        "device", "Ann's desk", "Ann Lee", "+14165550199",
    )  # fmt: skip
    assert result.seconds >= 18
    assert paths(run(flow, Script(ringing="busy")))[1] == ("flow.children.USER_BUSY", "hangup", None)
    assert run(flow, Script(ringing="answered")).end.reason == "hung-up"
    assert len(run(flow, Script(ringing="answered")).steps) == 1


def test_D19_a_schedule_decides_by_the_moment_asked_for_and_names_the_rule() -> None:
    flow = node("temporal_route", {"rules": [OPEN]}, **{OPEN: node("answer"), "_": node("hangup")})
    tuesday = datetime(2026, 11, 24, 15, 0, tzinfo=UTC)  # 10:00 in Toronto
    day = run(flow, call=make_call(WORLD, now=tuesday))
    assert paths(day)[1][1] == "answer"
    assert day.steps[0].reasons == [
        {"rule": OPEN, "name": "Open", "in_force": True, "forced": None, "timezone": "America/Toronto"}
    ]
    night = run(flow, call=make_call(WORLD, now=tuesday.replace(hour=23)))
    assert paths(night)[1][1] == "hangup"
    assert night.steps[0].reasons[0]["in_force"] is False


def test_D19_keys_are_pressed_as_scripted_then_nothing() -> None:
    flow = node("menu", {"id": MENU}, **{"1": node("answer"), "timeout": node("hangup")})
    pressed = run(flow, Script(presses=("1", "9")))
    assert paths(pressed) == [("flow", "menu", "1"), ("flow.children.1", "answer", "")]
    assert pressed.presses_left == 1
    silent = run(flow)
    assert paths(silent)[0] == ("flow", "menu", "timeout")
    assert silent.steps[0].acts[0]["asked"] is True


def test_D19_other_flows_are_followed_and_come_back() -> None:
    other = found(node("sleep", {"duration": 1}), WORLD, "other")
    flow = node("callflow", {"id": "5" * 32}, _=node("hangup"))
    result = run(flow, replies=lambda request: other if isinstance(request, LoadFlow) else None)
    assert [(step.flow_id, step.path) for step in result.steps] == [
        ("flow-1", "flow"), ("other", "flow"), ("flow-1", "flow.children._"),
    ]  # fmt: skip


def test_D19_calls_to_the_platforms_own_numbers_need_no_trunk() -> None:
    flow = node("resources", {"to_did": "+14165550142"})
    result = run(flow, replies=lambda request: NumberOwner("b" * 32, "+14165550142"))
    (leg,) = result.steps[0].acts[0]["legs"]
    assert (leg["to"], leg["number"], leg["on_net"]) == ("number", "+14165550142", True)


def test_D19_nothing_is_changed_and_every_module_comes_to_an_end() -> None:
    result = run(node("temporal_route", {"action": "enable", "rules": [OPEN]}))
    assert {"do": "change", "request": "SetRules"} in result.steps[0].acts
    for name in registry():
        assert run(node(name, {"id": ANN}, _=node("hangup"))).end.reason != "too-long"


def test_D19_what_a_flow_only_tells_others_is_noted_and_the_call_goes_on() -> None:
    result = run(node("webhook", {"uri": "https://example.com/"}, _=node("noop")))
    assert [step.module for step in result.steps] == ["webhook", "noop"]
    assert {"do": "change", "request": "FireWebhook"} in result.steps[0].acts
