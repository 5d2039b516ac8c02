"""The walk through a flow: which child, coming back, bounds, faults, preflow, restrictions, checkpoints; and
compiling."""

from __future__ import annotations

import json
from typing import Any

import pytest

from qvoice.core.flow.checkpoint import Checkpoint, call_from_json
from qvoice.core.flow.commands import Answer, Ask, Hangup, Play, Prompt, Reject, Ring, Sleep
from qvoice.core.flow.compile import CompiledFlow, compile_flow
from qvoice.core.flow.events import CallerGone, Reply, RingDone
from qvoice.core.flow.interpreter import MAX_BRANCHES, End
from qvoice.core.flow.references import Ref, of_document, of_names
from qvoice.core.flow.requests import LoadFlow
from tests.core.flow.script import ANSWERED, HANGUP, A, busy, found, make_call, make_world, node, run_script

DEVICE = {("devices", "d1"): {"sip": {"username": "bob"}}}
RING_D1 = node("device", {"id": "d1"})


def with_children(**children: Any) -> dict[str, Any]:
    return {**RING_D1, "children": children}


@pytest.mark.parametrize(
    ("done", "children", "entered"),
    [
        (busy("USER_BUSY", 486), ["USER_BUSY", "sip:486", "_"], "USER_BUSY"),
        (busy("USER_BUSY", 486), ["NO_ANSWER", "sip:486", "_"], "sip:486"),
        (busy("USER_BUSY", 486), ["NO_ANSWER", "_"], "_"),
        (busy("USER_BUSY", 486), ["NO_ANSWER"], None),
    ],
)
def test_after_a_failed_ring_the_child_is_the_cause_then_the_sip_code_then_the_wildcard(
    done: RingDone, children: list[str], entered: str | None
) -> None:
    flow = with_children(**{key: node("sleep", {"duration": index + 1}) for index, key in enumerate(children)})
    steps: list[Any] = [(Ring, done)]
    if entered:
        steps.append((Sleep(float(children.index(entered) + 1)), None))
    result = run_script(flow, make_call(make_world(DEVICE)), [*steps, (Hangup("USER_BUSY"), None)])
    assert result.end == End("hung-up", "USER_BUSY")


def test_a_conversation_ends_the_flow() -> None:
    flow = with_children(_=node("sleep", {"duration": 1}))
    run_script(flow, make_call(make_world(DEVICE)), [(Ring, ANSWERED), HANGUP])


def test_a_transferred_caller_is_not_touched() -> None:
    done = RingDone("d1", "ATTENDED_TRANSFER", 200, transferred=True)
    result = run_script(with_children(_=node("hangup")), make_call(make_world(DEVICE)), [(Ring, done)])
    assert result.end.reason == "transferred"


def test_unknown_skipped_and_failing_modules_are_passed_over() -> None:
    flow = node(
        "no_such_module",
        _=node("sleep", {"duration": 9, "skip_module": True}, _=node("callflow", {"id": "x"}, _=node("answer"))),
    )
    steps = [(Ask(LoadFlow("x")), Reply(None, "database away")), (Answer, None), HANGUP]
    result = run_script(flow, make_call(make_world()), steps)
    kinds = [entry.kind for entry in result.trace.entries]
    assert kinds == ["unknown", "leave", "skip", "leave", "enter", "error", "leave", "enter", "leave", "end"]


def test_a_called_flow_comes_back_to_the_wildcard() -> None:
    world = make_world()
    inner = found(node("sleep", {"duration": 2}), world, "f2")
    flow = node("callflow", {"id": "f2"}, _=node("sleep", {"duration": 3}))
    result = run_script(flow, make_call(world), [(Ask, inner), (Sleep(2.0), None), (Sleep(3.0), None), HANGUP])
    assert [e.kind for e in result.trace.entries if e.kind in ("branch", "return")] == ["branch", "return"]


def test_a_loop_of_flows_is_bounded() -> None:
    world = make_world()
    again = found(node("callflow", {"id": "f"}), world, "f")
    steps = [(Ask(LoadFlow("f")), again)] * (MAX_BRANCHES + 1)
    result = run_script(
        node("callflow", {"id": "f"}), make_call(world), [*steps, (Hangup("EXCHANGE_ROUTING_ERROR"), None)]
    )
    assert result.end.cause == "EXCHANGE_ROUTING_ERROR"


def test_another_flows_documents_are_added_to_the_world() -> None:
    other = make_world(DEVICE)
    inner = found(RING_D1, other, "f2")
    run_script(node("callflow", {"id": "f2"}), make_call(make_world()), [(Ask, inner), (Ring, ANSWERED), HANGUP])


def test_the_preflow_runs_first() -> None:
    world = make_world({("accounts", A): {"id": A, "preflow": {"always": "pre"}}})
    pre = found(node("sleep", {"duration": 1}), world, "pre")
    steps = [(Ask(LoadFlow("pre")), pre), (Sleep(1.0), None), (Sleep(2.0), None), HANGUP]
    run_script(node("sleep", {"duration": 2}), make_call(world), steps)


def test_a_preflow_that_cannot_be_loaded_drops_no_call() -> None:
    world = make_world({("accounts", A): {"id": A, "preflow": {"always": "pre"}}})
    steps = [(Ask(LoadFlow("pre")), Reply(None, "away")), (Sleep(2.0), None), HANGUP]
    run_script(node("sleep", {"duration": 2}), make_call(world), steps)


def restricted(**more: Any) -> Any:
    account = {"id": A, "timezone": "America/Toronto", "call_restriction": {"did_us": {"action": "deny"}}, **more}
    return make_world({("accounts", A): account, ("devices", "d1"): {"owner_id": "u1", "sip": {"username": "b"}}})


REFUSED = [(Answer, None), (Play((Prompt("ss-noservice"),)), None), (Hangup("OUTGOING_CALL_BARRED"), None)]


def test_a_denied_class_of_numbers_is_refused_but_never_an_emergency() -> None:
    flow = node("sleep", {"duration": 1})
    call = make_call(restricted(), dialled="4165550123", authorised_by="d1", device_id="d1", source="device")
    assert run_script(flow, call, REFUSED).end.reason == "refused"
    call = make_call(restricted(), dialled="911", authorised_by="d1", device_id="d1", source="device")
    run_script(flow, call, [(Sleep, None), HANGUP])
    from_outside = make_call(restricted(), dialled="4165550123")
    run_script(flow, from_outside, [(Sleep, None), HANGUP])


def test_closed_groups_refuse_calls_outside_a_common_group() -> None:
    account = {"id": A, "call_restriction": {"closed_groups": {"action": "deny"}}}
    documents: dict[tuple[str, str], dict[str, Any]] = {
        ("accounts", A): account,
        ("devices", "d1"): {"owner_id": "u1", "sip": {"username": "b"}},
        ("devices", "d2"): {"owner_id": "u2", "sip": {"username": "c"}},
        ("users", "u1"): {},
        ("users", "u2"): {},
    }
    flow = node("user", {"id": "u2"})
    facts = {"authorised_by": "d1", "device_id": "d1", "owner_id": "u1", "source": "device"}
    assert run_script(flow, make_call(make_world(documents), **facts), REFUSED).end.reason == "refused"
    group = {("groups", "g"): {"endpoints": {"u1": {"type": "user"}, "u2": {"type": "user"}}}}
    run_script(flow, make_call(make_world(documents | group), **facts), [(Ring, ANSWERED), HANGUP])


def test_1_3_a_call_resumes_at_its_node_after_a_restart() -> None:
    world = make_world()
    inner = found(node("sleep", {"duration": 1}, _=node("sleep", {"duration": 2})), world, "f2")
    flow = node(
        "set_variable",
        {"variable": "x", "value": "1"},
        _=node("callflow", {"id": "f2"}, _=node("sleep", {"duration": 3})),
    )
    taken: list[Checkpoint] = []
    steps = [(Ask, inner), (Sleep(1.0), None), (Sleep(2.0), CallerGone())]
    run_script(flow, make_call(world), steps, at_node=taken.append)
    stored = json.loads(json.dumps(taken[-1].to_json()))
    checkpoint = Checkpoint.from_json(stored)
    assert (checkpoint.at.flow_id, checkpoint.at.keys) == ("f2", ("_",))
    call = call_from_json(checkpoint.call, world)
    assert call.variables == {"x": "1"}
    assert call == make_call(world, variables={"x": "1"}, depth=1)
    outer = found(flow, world, "flow-1")
    resumed = [(Sleep(2.0), None), (Ask(LoadFlow("flow-1")), outer), (Sleep(3.0), None), HANGUP]
    document = inner.flow.document["flow"]
    run_script(document, call, resumed, resume=checkpoint, flow_id="f2")


def test_a_flow_that_changed_meanwhile_ends_the_call() -> None:
    world = make_world()
    taken: list[Checkpoint] = []
    run_script(
        node("answer", _=node("sleep", {"duration": 1})),
        make_call(world),
        [(Answer, None), (Sleep, CallerGone())],
        at_node=taken.append,
    )
    run_script(node("answer"), make_call(world), [HANGUP], resume=taken[-1])


def test_reject_and_hangup_end_the_flow() -> None:
    run_script(
        node("response", {"code": 404, "message": "Gone\r\nX: y"}),
        make_call(make_world()),
        [(Reject(404, "Gone X: y"), None), HANGUP],
    )
    run_script(node("response", {"code": 200}), make_call(make_world()), [(Reject(486, ""), None), HANGUP])


# --- compile --------------------------------------------------------------------------------


def problems(flow: Any, world: Any = None) -> list[tuple[str, str, str]]:
    result = compile_flow({"flow": flow}, world)
    listed = result.warnings if isinstance(result, CompiledFlow) else result
    return [(p.path, p.code, p.severity) for p in listed]


def test_D19_compile_names_the_path_of_each_problem() -> None:
    flow = node(
        "menu", {"id": "m"}, **{"1": node("sleep", {"duration": "x"}), "2": node("device", {"id": "nope"}), "3": 5}
    )
    assert problems(flow, make_world()) == [
        ("flow.data", "not-found", "warning"),
        ("flow.children.1.data.duration", "float-parsing", "error"),
        ("flow.children.2.data", "not-found", "warning"),
        ("flow.children.3", "type", "error"),
    ]
    assert problems(None) == [("flow", "required", "error")]
    assert problems({"module": "x" * 65}) == [("flow.module", "required", "error")]
    assert problems(node("unheard_of")) == [("flow.module", "unknown-module", "warning")]
    assert problems(node("sleep", _=node("hangup"), **{"7": node("hangup")})) == [
        ("flow.children.7", "unreachable", "warning")
    ]
    assert problems(node("user", NO_ANSWER=node("hangup"), **{"sip:486": node("hangup")})) == []
    assert problems(node("language", {"language": "klingon!"})) == [("flow.data.language", "no-language", "warning")]


def test_a_broken_node_is_passed_over_when_tolerant() -> None:
    flow = {"module": "sleep", "data": {"duration": "x"}, "children": {"_": node("answer")}}
    assert isinstance(compile_flow({"flow": flow}, None, tolerant=True), CompiledFlow)
    assert isinstance(compile_flow({"flow": flow}, None), list)


def test_a_hostile_flow_is_refused_not_crashed_on() -> None:
    deep: dict[str, Any] = node("noop")
    for _ in range(900):
        deep = node("noop", _=deep)
    assert ("too-large", "error") in [(code, severity) for _, code, severity in problems(deep)]
    wide = node("noop", **{str(n): node("noop") for n in range(6000)})
    assert any(code == "too-large" for _, code, _ in problems(wide))
    of_document({"flow": deep})


def test_strings_for_numbers_and_nulls_are_accepted() -> None:
    assert problems(node("user", {"id": None, "timeout": "20", "unknown": {"a": [1]}}, _=node("hangup"))) == []


def test_references_are_found_in_nodes_children_and_documents() -> None:
    flow = node(
        "temporal_route",
        {"rules": ["r1"], "rule_set": "s1"},
        r2=node(
            "ring_group", {"endpoints": [{"id": "u1", "endpoint_type": "user"}, {"id": "x", "endpoint_type": "alien"}]}
        ),
        _=node("resources", {}, _=node("voicemail", {"id": "b1"})),
    )
    refs = of_document({"flow": flow})
    for ref in (
        Ref("temporal_rules", "r1"),
        Ref("temporal_rules", "r2"),
        Ref("temporal_rules_sets", "r2"),
        Ref("temporal_rules_sets", "s1"),
        Ref("users", "u1"),
        Ref("devices", "u1", by="owner_id"),
        Ref("resources", "", by="pool"),
        Ref("vmboxes", "b1"),
    ):
        assert ref in refs
    assert of_document({"flow": node("offnet")}) == [Ref("resources", "global", by="pool")]
    assert of_names("users", "u1", {}) == [Ref("devices", "u1", by="owner_id")]
    assert of_names("groups", "g", {"endpoints": {"u": {"type": "user"}, "g2": {"type": "group"}, "q": 4}}) == [
        Ref("users", "u"),
        Ref("groups", "g2"),
    ]
    assert of_names("temporal_rules_sets", "s", {"temporal_rules": ["r", 5]}) == [Ref("temporal_rules", "r")]
    assert of_names("devices", "d", {"owner_id": "u", "hotdesk": {"users": {"v": {}}}}) == [
        Ref("users", "u"),
        Ref("users", "v"),
    ]
    assert of_names("accounts", "a", {"preflow": {"always": "f"}}) == [Ref("callflows", "f")]


@pytest.mark.parametrize(
    ("flow", "outside"),
    [
        (node("resources"), True),
        (node("set_cid", {}, _=node("offnet")), True),
        (with_children(_=node("resources")), False),
        (node("menu", {"id": "m"}, **{"1": node("resources"), "_": node("offnet")}), False),
        (node("answer"), False),
    ],
)
def test_a_flow_leads_outside_when_the_first_that_it_rings_is_a_carrier(flow: dict[str, Any], outside: bool) -> None:
    made = compile_flow({"flow": flow}, None)
    assert isinstance(made, CompiledFlow)
    assert made.leads_outside is outside
