"""group_pickup, group_pickup_feature, intercept, intercept_feature: whose calls, who may, what is heard."""

from __future__ import annotations

from typing import Any

import pytest

from qvoice.core.flow.commands import Ask, PickUp, Play
from qvoice.core.flow.events import PickedUp
from qvoice.core.flow.pickup import NOT_ALLOWED, NOTHING_RINGS, TAKEN
from qvoice.core.flow.requests import FindFlow, LoadFlow
from qvoice.core.pickup.choose import Targets
from tests.core.flow.script import ANSWER, HANGUP, Step, found, make_call, make_world, node, run_script

DOCUMENTS: dict[tuple[str, str], dict[str, Any]] = {
    ("users", "u1"): {"first_name": "Bob", "presence_id": "1001", "hotdesk": {"enabled": True}},
    ("users", "u2"): {"first_name": "Carol"},
    ("devices", "d0"): {"owner_id": "u0"},
    ("devices", "d1"): {"owner_id": "u1", "sip": {"username": "bob"}},
    ("devices", "d2"): {"owner_id": "u2"},
    ("devices", "hot"): {"owner_id": "u3", "hotdesk": {"users": {"u1": {}}}},
    ("groups", "g1"): {"endpoints": {"u1": {"type": "user"}, "d2": {"type": "device"}}},
    ("groups", "outer"): {"endpoints": {"g1": {"type": "group"}}},
}
BOBS = Targets(frozenset({"d1", "hot"}), frozenset({"u1"}))
SALES = Targets(frozenset({"d1", "d2", "hot"}), frozenset({"u1"}))
TAKEN_OVER = PickedUp("taken-over")


def say(sounds: tuple[Any, ...]) -> Step:
    return (Play(sounds), None)


def call(**facts: Any) -> Any:
    defaults = {"device_id": "d0", "owner_id": "u0", "authorised_by": "d0", "source": "device"}
    return make_call(make_world(DOCUMENTS), **{**defaults, **facts})


@pytest.mark.parametrize("module", ["group_pickup", "intercept"])
@pytest.mark.parametrize(
    ("data", "targets"),
    [
        ({"user_id": "u1"}, BOBS),
        ({"device_id": "d2"}, Targets(frozenset({"d2"}))),
        ({"group_id": "g1"}, SALES),
        ({"group_id": "outer"}, SALES),
    ],
)
def test_D11_a_node_takes_calls_of_its_group_user_or_device(
    module: str, data: dict[str, str], targets: Targets
) -> None:
    wanted = PickUp(targets, live=module == "intercept")
    result = run_script(node(module, data), call(), [(wanted, TAKEN_OVER)])
    assert result.end.reason == "transferred"


def test_D11_a_conversation_that_was_taken_over_and_ended_ends_the_call() -> None:
    result = run_script(
        node("intercept", {"user_id": "u1"}), call(), [(PickUp, PickedUp("talked", "NORMAL_CLEARING")), HANGUP]
    )
    assert result.end.cause == "NORMAL_CLEARING"


@pytest.mark.parametrize(("outcome", "heard"), [("too-late", TAKEN), ("nothing", NOTHING_RINGS)])
def test_D11_who_gets_no_call_hears_why_and_goes_on(outcome: str, heard: tuple[Any, ...]) -> None:
    flow = node("group_pickup", {"group_id": "g1"}, _=node("hangup"))
    run_script(flow, call(), [(PickUp, PickedUp(outcome)), ANSWER, say(heard), HANGUP])


@pytest.mark.parametrize("data", [{}, {"group_id": "gone"}, {"user_id": "gone"}, {"device_id": "gone"}])
def test_D11_a_target_that_does_not_exist_has_no_calls(data: dict[str, str]) -> None:
    run_script(node("group_pickup", data), call(), [ANSWER, say(NOTHING_RINGS), HANGUP])


APPROVALS = [
    ({"approved_device_id": "d0"}, True),
    ({"approved_device_id": "d1"}, False),
    ({"approved_user_id": "u0"}, True),
    ({"approved_user_id": "u1"}, False),
    ({"approved_group_id": "g1"}, False),
    ({"approved_user_id": "u1", "approved_device_id": "d0"}, True),
]


@pytest.mark.parametrize("module", ["group_pickup", "intercept", "group_pickup_feature", "intercept_feature"])
@pytest.mark.parametrize(("approval", "allowed"), APPROVALS)
def test_D11_only_approved_callers_pick_up(module: str, approval: dict[str, str], allowed: bool) -> None:
    flow = node(module, {"user_id": "u1", **approval})
    refused: list[Step] = [ANSWER, say(NOT_ALLOWED), HANGUP]
    run_script(flow, call(), [(PickUp, TAKEN_OVER)] if allowed else refused)


def test_D11_members_of_an_approved_group_count_by_device_user_and_hot_desk() -> None:
    flow = node("group_pickup", {"user_id": "u2", "approved_group_id": "outer"})
    for device, owner in (("d1", "u1"), ("d2", "u2"), ("hot", "u3")):
        run_script(flow, call(device_id=device, owner_id=owner, authorised_by=device), [(PickUp, TAKEN_OVER)])


def test_D11_nobody_picks_up_from_outside() -> None:
    flow = node("group_pickup", {"group_id": "g1"})
    outside = call(device_id=None, owner_id=None, authorised_by=None, source="carrier")
    run_script(flow, outside, [ANSWER, say(NOT_ALLOWED), HANGUP])


def test_D11_an_extension_means_everybody_its_flow_rings() -> None:
    """As SmartPBX builds groups: the group's number calls a base flow with a ring group."""
    world = make_world(DOCUMENTS)
    outer = found(node("callflow", {"id": "base"}, _=node("play", {"id": "x"})), world, "outer")
    ring = node(
        "ring_group", {"endpoints": [{"id": "u1", "endpoint_type": "user"}]}, _=node("callflow", {"id": "outer"})
    )
    steps: list[Step] = [
        (Ask(FindFlow("2")), outer),
        (Ask(LoadFlow("base")), found(ring, world, "base")),
        (Ask(LoadFlow("outer")), outer),
        (PickUp(BOBS), TAKEN_OVER),
    ]
    run_script(node("group_pickup_feature", {"type": "extension"}), call(capture_group="2"), steps)


def test_D11_an_extension_of_a_user_or_device_is_found_in_its_flow() -> None:
    world = make_world(DOCUMENTS)
    flow = found(node("user", {"id": "u1"}, _=node("device", {"id": "d2"})), world, "f")
    run_script(
        node("intercept_feature", {}),
        call(capture_group="1001"),
        [(Ask(FindFlow("1001")), flow), (PickUp(SALES, live=True), TAKEN_OVER)],
    )


def test_D11_an_extension_that_does_not_exist_has_no_calls() -> None:
    run_script(
        node("group_pickup_feature"),
        call(capture_group="999"),
        [(Ask(FindFlow("999")), None), ANSWER, say(NOTHING_RINGS), HANGUP],
    )


@pytest.mark.parametrize(
    ("type", "digits", "targets"),
    [
        ("device", "bob", Targets(frozenset({"d1"}))),
        ("device", "d2", Targets(frozenset({"d2"}))),
        ("user", "1001", BOBS),
        ("user", "bob", BOBS),
        ("group", "g1", SALES),
    ],
)
def test_D11_digits_may_name_a_user_device_or_group(type: str, digits: str, targets: Targets) -> None:
    flow = node("group_pickup_feature", {"type": type})
    run_script(flow, call(capture_group=digits), [(PickUp(targets), TAKEN_OVER)])


def test_D11_an_endless_chain_of_flows_ends() -> None:
    world = make_world(DOCUMENTS)
    steps: list[Step] = [(Ask, found(node("callflow", {"id": "f0"}), world, f"f{n}")) for n in range(11)]
    run_script(node("group_pickup_feature"), call(capture_group="5"), [*steps, ANSWER, say(NOTHING_RINGS), HANGUP])
