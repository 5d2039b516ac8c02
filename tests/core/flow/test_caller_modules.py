"""Modules about who calls and what is shown: privacy, lists, dynamic caller id, routing by number (D3 D6)."""

from __future__ import annotations

from typing import Any

import pytest

from qvoice.core.flow.commands import Ask, Collect, Play, Prompt, Ring, Tone
from qvoice.core.flow.requests import FindFlow, FoundFlow
from qvoice.core.ring.plan import CallerId
from tests.core.flow.script import ANSWER, ANSWERED, HANGUP, Result, compiled, make_call, make_world, node, run_script

LISTS: dict[tuple[str, str], dict[str, Any]] = {
    ("lists", "l1"): {
        "entries": {
            "a": {"number": "(416) 555-0199", "displayname": "Alice A."},
            "b": {"pattern": r"^\+1514", "firstname": "Bob", "lastname": "B"},
        }
    },
    ("lists", "l2"): {
        "entries": [
            {"capture_group_key": "1", "capture_group_length": 2, "number": "+14165550101", "displayname": "Two"}
        ]
    },
    ("users", "u"): {
        "first_name": "Eve",
        "caller_id": {"internal": {"number": "1005"}, "external": {"number": "4165550155"}},
    },
    ("users", "v"): {"first_name": "Off"},
    ("devices", "d"): {"owner_id": "u", "sip": {"username": "eve"}},
    ("devices", "e"): {"sip": {"username": "own"}, "caller_id": {"internal": {"number": "1006"}}},
}
INSIDE: dict[str, Any] = {"source": "device", "device_id": "e", "authorised_by": "e"}


def run(flow: dict[str, Any], steps: list[Any], **facts: Any) -> Result:
    return run_script(flow, make_call(make_world(LISTS), **facts), steps)


def goes(flow: dict[str, Any], **facts: Any) -> str:
    """Which of the children `yes`, `no`, … the flow takes (each is a noop)."""
    return run(flow, [HANGUP], **facts).path[-1]


def to(number: str, *, no_match: bool = True, document: dict[str, Any] | None = None) -> tuple[Any, Any]:
    found = FoundFlow(compiled({"module": "noop"}, None, "out", **(document or {})), make_world(), None)
    return Ask(FindFlow(number, no_match=no_match)), found


INVALID = (Play((Prompt("pbx-invalid"),)), None)


@pytest.mark.parametrize(
    ("data", "before", "after"),
    [
        ({}, "none", "full"),
        ({"mode": "number"}, "full", "number"),
        ({"mode": "number", "endpoint_strategy": "merge"}, "name", "full"),
        ({"mode": "number", "endpoint_strategy": "merge"}, "none", "number"),
        ({"mode": "nonsense"}, "none", "full"),
    ],
)
def test_D3_star_67_hides_the_number_for_this_call(data: dict[str, Any], before: str, after: str) -> None:
    result = run(
        node("privacy", data), [to("4165550123"), HANGUP], capture_group="4165550123", privacy=before, **INSIDE
    )
    assert (result.call.privacy, result.call.dialled) == (after, "4165550123")


def test_D3_star_67_without_a_number_or_a_way_goes_on() -> None:
    assert goes(node("privacy", {}, _=node("noop")), **INSIDE) == "noop"
    steps = [(Ask(FindFlow("99", no_match=False)), None), HANGUP]
    run(node("privacy", {}), steps, capture_group="99")


def branches(module: str, data: dict[str, Any], *names: str) -> dict[str, Any]:
    return node(module, data, **{name: node({"match": "answer"}.get(name, "noop")) for name in names})


def test_D6_check_cid_branches_on_the_caller() -> None:
    flow = node("check_cid", {"regex": r"^\+1416"}, match=node("sleep"), nomatch=node("noop"))
    assert goes(flow) == "sleep"
    assert goes(flow, caller=CallerId("", "+15145550000")) == "noop"
    exact = node("check_cid", {"use_absolute_mode": True}, **{"+14165550199": node("sleep"), "_": node("noop")})
    assert goes(exact) == "sleep"
    assert goes(exact, caller=CallerId("", "1")) == "noop"


def test_D6_a_match_may_show_another_number_and_act_for_a_user_but_gives_no_rights() -> None:
    data = {"caller_id": {"external": {"name": "Desk", "number": "+14165550100"}}, "user_id": "u"}
    result = run(node("check_cid", data), [HANGUP])
    assert result.call.dynamic_caller == CallerId("Desk", "+14165550100")
    assert (result.call.owner_id, result.call.authorised_by) == ("u", None)
    assert run(node("check_cid", data), [HANGUP], owner_id="v", **INSIDE).call.owner_id == "v"


@pytest.mark.parametrize(
    ("number", "child"), [("4165550199", "sleep"), ("+15145550000", "sleep"), ("+16045550000", "noop"), ("", "noop")]
)
def test_D6_cidlistmatch_finds_numbers_in_any_writing_and_patterns(number: str, child: str) -> None:
    flow = node("cidlistmatch", {"id": "l1"}, match=node("sleep"), nomatch=node("noop"))
    assert goes(flow, caller=CallerId("", number)) == child
    assert goes(node("cidlistmatch", {"id": "gone"}, match=node("sleep"), nomatch=node("noop"))) == "noop"


def test_D3_lookupcidname_names_the_caller_from_lists() -> None:
    flow = node("lookupcidname", {"lists": ["gone", "l1"]})
    assert run(flow, [HANGUP]).call.dynamic_caller == CallerId("Alice A.", "")
    assert run(flow, [HANGUP], caller=CallerId("", "+15145550000")).call.dynamic_caller == CallerId("Bob B", "")
    assert run(flow, [HANGUP], caller=CallerId("", "1")).call.dynamic_caller is None


NO_MATCH = {"numbers": ["no_match"]}


def test_D3_dynamic_cid_static_shows_it_and_dials_out_only() -> None:
    flow = node("dynamic_cid", {"action": "static", "caller_id": {"name": "N", "number": "4165550101"}})
    result = run(flow, [to("4165550123", document=NO_MATCH), HANGUP], capture_group="4165550123", **INSIDE)
    assert result.call.dynamic_caller == CallerId("N", "4165550101")
    refused = [to("1000"), ANSWER, INVALID, HANGUP]
    run(flow, refused, capture_group="1000", **INSIDE)
    own = node("dynamic_cid", {"action": "static", "permit_custom_callflow": True})
    run(own, [to("1000"), HANGUP], capture_group="1000", **INSIDE)


def test_D3_dynamic_cid_by_a_code_of_a_list() -> None:
    for data in ({"action": "list", "id": "l2"}, {"action": "lists"}):
        result = run(
            node("dynamic_cid", data),
            [to("4165550123", document=NO_MATCH), HANGUP],
            capture_group="014165550123",
            **INSIDE,
        )
        assert result.call.dynamic_caller == CallerId("Two", "+14165550101")
    run(node("dynamic_cid", {"action": "list", "id": "l2"}), [ANSWER, INVALID, HANGUP], capture_group="99", **INSIDE)


def test_D3_dynamic_cid_manual_asks_for_both_numbers() -> None:
    typed = [ANSWER, (Collect, "123"), INVALID, (Collect, "4165550101"), ANSWER, (Collect, "4165550123")]
    result = run(node("dynamic_cid"), [*typed, to("4165550123", document=NO_MATCH), HANGUP], **INSIDE)
    assert result.call.dynamic_caller == CallerId("", "4165550101")
    three = [(Collect, ""), INVALID] * 3
    run(node("dynamic_cid"), [ANSWER, *three, ANSWER, INVALID, HANGUP], **INSIDE)


def test_D3_route_to_cid_rings_whoever_shows_the_dialled_number() -> None:
    for data, dialled, rung in (
        ({}, "1005", ["d"]),
        ({"endpoint_types": ["device"]}, "1006", ["e"]),
        ({"cid_types": ["external"]}, "+14165550155", ["d"]),
    ):
        result = run(node("route_to_cid", data), [(Ring, ANSWERED), HANGUP], dialled=dialled)
        plan = next(c.plan for c in result.commands if isinstance(c, Ring))
        assert [leg.id for leg in plan.stages[0].legs] == rung
    assert goes(node("route_to_cid", {}, _=node("noop")), dialled="7777") == "noop"


def test_branch_bnumber_goes_by_the_capture_or_hunts() -> None:
    flow = node("branch_bnumber", {}, **{"12": node("sleep"), "_": node("noop")})
    assert goes(flow, capture_group="12") == "sleep"
    assert goes(flow, capture_group="13") == "noop"
    assert goes(flow) == "noop"
    hunt = {"hunt": True, "hunt_allow": "^1", "hunt_deny": "^13"}
    run(node("branch_bnumber", hunt), [to("12", no_match=False), HANGUP], capture_group="12")
    for denied in ("13", "22"):
        assert goes(node("branch_bnumber", hunt, _=node("noop")), capture_group=denied) == "noop"


PIN = (Play((Prompt("vm-incorrect"),)), None)


def test_B7_disa_lets_in_who_knows_the_pin_and_dials_as_the_account() -> None:
    data = {"pin": "246810", "use_account_caller_id": True, "enforce_call_restriction": True}
    steps = [ANSWER, (Collect, "111111"), PIN, (Collect, "246810"), (Collect, "4165550123"), to("4165550123"), HANGUP]
    result = run(node("disa", data), steps)
    assert (result.call.dialled, result.call.authorised_by) == ("4165550123", result.call.account_id)
    wrong = [(Collect, "1"), PIN] * 3
    run(node("disa", data), [ANSWER, *wrong, (Play((Prompt("vm-goodbye"),)), None), HANGUP])


def test_B7_disa_without_a_pin_reaches_extensions_only_and_may_ring_first() -> None:
    tone = (lambda c: isinstance(c, Collect) and c.sounds == (Tone("dial"),), "1000")
    run(node("disa"), [ANSWER, tone, to("1000", no_match=False), HANGUP])
    nothing = [(Collect, "99"), (Ask(FindFlow("99", no_match=False)), None), INVALID, (Collect, ""), INVALID]
    run(node("disa", {"retries": 2}), [ANSWER, *nothing, HANGUP])
    first = run(
        node("disa", {"preconnect_audio": "ringing"}),
        [(Play, None), (lambda c: True, None), ANSWER, (Collect, "1"), to("1", no_match=False), HANGUP],
    )
    assert first.path[0] == "disa"
