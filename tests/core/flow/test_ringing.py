"""Ringing modules: which legs, in which order, with which caller id; and the ways out to carriers."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from qvoice.core.flow.commands import Ask, Hangup, Ring, Tell
from qvoice.core.flow.compile import CompiledFlow, compile_flow
from qvoice.core.flow.events import Reply
from qvoice.core.flow.requests import (
    FindNumber,
    FoundFlow,
    InCall,
    LoadFlow,
    NumberOwner,
    RecordEmergency,
    Registered,
)
from qvoice.core.flow.world import GLOBAL_POOL, World
from qvoice.core.ring.plan import Aor, CallerId, Gateway, Leg, Loop, RingPlan
from qvoice.kit.clock import to_gregorian
from tests.core.flow.script import ANSWERED, HANGUP, A, make_call, make_world, node, run_script

PEOPLE: dict[tuple[str, str], dict[str, Any]] = {
    ("accounts", A): {
        "id": A,
        "realm": "acme.example.test",
        "timezone": "America/Toronto",
        "caller_id": {"external": {"name": "Acme", "number": "+14165550100"}},
    },
    ("users", "u1"): {"first_name": "Bob", "last_name": "B", "presence_id": "1000"},
    ("users", "u2"): {"first_name": "Eve", "presence_id": "1001"},
    ("devices", "d1"): {
        "owner_id": "u1",
        "sip": {"username": "bob1"},
        "ringtones": {"internal": "in", "external": "out"},
    },
    ("devices", "d2"): {"owner_id": "u1", "sip": {"username": "bob2"}},
    ("devices", "d3"): {"owner_id": "u2", "sip": {"username": "eve"}},
    ("devices", "d4"): {"owner_id": "u2", "sip": {"username": "off"}, "enabled": False},
    ("groups", "g1"): {
        "endpoints": {"u2": {"type": "user"}, "g2": {"type": "group"}, "d2": {"type": "device", "delay": 3}}
    },
    ("groups", "g2"): {"endpoints": {"g1": {"type": "group"}, "d1": {"type": "device"}}},
}
NOW = datetime(2026, 11, 24, 15, 0, tzinfo=UTC).timestamp()
NUMBERS = frozenset({"+14165550100", "+14165550101"})
TRUNK = {
    "id": "t1",
    "rules": [r"^\+1(\d{10})$"],
    "weight_cost": 10,
    "gateways": [{"server": "127.0.0.2"}, {"server": "127.0.0.3"}],
}


def world(changes: dict[tuple[str, str], dict[str, Any]] | None = None, **more: Any) -> World:
    documents = {key: {**document, **(changes or {}).get(key, {})} for key, document in PEOPLE.items()}
    pools = {A: (TRUNK,), GLOBAL_POOL: ({**TRUNK, "id": "g1"},)}
    return make_world(documents, **{"numbers": NUMBERS, "pools": pools, **more})


def plan_of(flow: dict[str, Any], w: World | None = None, before: list[Any] | None = None, **facts: Any) -> RingPlan:
    facts = {"source": "device", "device_id": "d3", "owner_id": "u2", "authorised_by": "d3", **facts}
    result = run_script(flow, make_call(w or world(), **facts), [*(before or []), (Ring, ANSWERED), HANGUP])
    return next(c.plan for c in result.commands if isinstance(c, Ring))


def legs(plan: RingPlan) -> list[Leg]:
    return [leg for stage in plan.stages for leg in stage.legs]


def ids(plan: RingPlan) -> list[list[str]]:
    return [[leg.id for leg in stage.legs] for stage in plan.stages]


OUTSIDE = {"source": "carrier", "device_id": None, "owner_id": None, "authorised_by": None}


def test_D1_D2_a_user_rings_on_all_devices_with_the_callers_internal_caller_id() -> None:
    plan = plan_of(node("user", {"id": "u1", "timeout": 15}))
    assert ids(plan) == [["d1", "d2"]]
    first = legs(plan)[0]
    assert first.target == Aor("bob1", "acme.example.test", "d1")
    assert first.caller == CallerId("Eve", "1001")
    assert (first.timeout, first.user_id, first.headers) == (15.0, "u1", (("Alert-Info", "in"),))
    outside = legs(plan_of(node("user", {"id": "u1"}), **OUTSIDE))[0]
    assert outside.caller == CallerId("Alice", "+14165550199")
    assert outside.headers == (("Alert-Info", "out"),)


def test_a_user_in_single_strategy_rings_one_device_after_the_other() -> None:
    assert ids(plan_of(node("user", {"id": "u1", "strategy": "single"}))) == [["d1"], ["d2"]]


def test_the_own_device_is_left_out_unless_it_may_call_itself() -> None:
    facts = {"device_id": "d1", "owner_id": "u1", "authorised_by": "d1"}
    assert ids(plan_of(node("user", {"id": "u1"}), **facts)) == [["d2"]]
    assert ids(plan_of(node("user", {"id": "u1", "can_call_self": True}), **facts)) == [["d1", "d2"]]


def test_disabled_dnd_and_missing_devices_do_not_ring_and_the_flow_goes_on() -> None:
    call = make_call(world({("devices", "d3"): {"do_not_disturb": {"enabled": True}}}))
    run_script(node("user", {"id": "u2"}), call, [(Hangup("USER_BUSY"), None)])
    for flow in (
        node("user", {"id": "gone"}),
        node("device", {"id": "d4"}),
        node("group", {"id": "gone"}),
        node("ring_group"),
    ):
        run_script(flow, make_call(world()), [(Hangup("SUBSCRIBER_ABSENT"), None)])
    disabled = world({("users", "u1"): {"enabled": False}})
    run_script(node("user", {"id": "u1"}), make_call(disabled), [(Hangup("SUBSCRIBER_ABSENT"), None)])


def test_device_options_reach_the_leg() -> None:
    data = {
        "id": "d1",
        "timeout": 0,
        "delay": 2,
        "suppress_clid": True,
        "static_invite": "77",
        "custom_sip_headers": {"X-A": "b"},
    }
    (leg,) = legs(plan_of(node("device", data)))
    assert (leg.timeout, leg.delay, leg.caller.private) == (20.0, 2.0, True)
    assert isinstance(leg.target, Aor)
    assert leg.target.invite_user == "77"
    assert ("X-A", "b") in leg.headers
    own = world({("devices", "d1"): {"sip": {"username": "bob1", "invite_format": "npan", "number": "+14165550155"}}})
    (leg,) = legs(plan_of(node("device", {"id": "d1"}), own))
    assert isinstance(leg.target, Aor)
    assert leg.target.invite_user == "4165550155"


def test_D2_a_sip_uri_device_is_called_at_its_uri_but_never_inside_the_platform() -> None:
    away = world({("devices", "d1"): {"sip": {"invite_format": "route", "route": "sip:bob@pbx.example"}}})
    (leg,) = legs(plan_of(node("device", {"id": "d1"}), away))
    assert leg.target == Gateway("", 0, "sip:bob@pbx.example")
    inside = world({("devices", "d1"): {"sip": {"invite_format": "route", "route": "sip:x@127.0.0.1:5064"}}})
    run_script(node("device", {"id": "d1"}), make_call(inside), [(Hangup("SUBSCRIBER_ABSENT"), None)])


def forwarded(**settings: Any) -> World:
    return world({("users", "u1"): {"call_forward": {"enabled": True, "number": "4165550177", **settings}}})


def test_a_forwarded_user_rings_elsewhere_in_his_own_name() -> None:
    (leg,) = legs(plan_of(node("user", {"id": "u1"}), forwarded(), **OUTSIDE))
    assert leg.target == Loop("4165550177", A, "u1", keep_caller_id=True, forwarded_by=("u1",), asks_key=True)
    assert (leg.confirm, leg.caller) == (True, CallerId("Alice", "+14165550199"))
    plan = plan_of(
        node("user", {"id": "u1"}), forwarded(substitute=False, require_keypress=False, keep_caller_id=False)
    )
    assert ids(plan) == [["d1", "d2", "forward:u1"]]
    assert legs(plan)[2].caller == CallerId("Bob B", "1000")


def test_failover_forwarding_asks_who_is_registered() -> None:
    ask = (Ask(Registered(("d1", "d2"))), frozenset({"d2"}))
    assert ids(plan_of(node("user", {"id": "u1"}), forwarded(failover=True), [ask])) == [["d1", "d2"]]
    nobody = (Ask(Registered(("d1", "d2"))), frozenset())
    assert ids(plan_of(node("user", {"id": "u1"}), forwarded(failover=True), [nobody])) == [["forward:u1"]]


def test_D4_failover_alone_is_a_failover_in_both_spellings_and_a_silent_edge_rings_the_phones() -> None:
    nobody = (Ask(Registered(("d1", "d2"))), frozenset())
    for user in (
        {"call_forward": {"enabled": False, "failover": True, "number": "4165550177"}},
        {"call_failover": {"enabled": True, "number": "4165550177"}},
    ):
        assert ids(plan_of(node("user", {"id": "u1"}), world({("users", "u1"): user}), [nobody])) == [["forward:u1"]]
    away = (Ask(Registered(("d1", "d2"))), Reply(None, "database away"))
    assert ids(plan_of(node("user", {"id": "u1"}), forwarded(failover=True), [away])) == [["d1", "d2"]]


def test_D4_a_circle_of_forwarding_ends_at_once_and_opens_no_mailbox() -> None:
    voicemail = node("voicemail", {"id": "b"})
    call = make_call(forwarded(), source="loop", authorised_by="u1", forwarded_by=("u1", "u2"))
    run_script(node("user", {"id": "u1"}, _=voicemail), call, [(Hangup("EXCHANGE_ROUTING_ERROR"), None)])


def test_D4_a_chain_of_forwarding_remembers_everybody() -> None:
    (leg,) = legs(plan_of(node("user", {"id": "u1"}), forwarded(), forwarded_by=("u2",), source="loop"))
    assert isinstance(leg.target, Loop)
    assert leg.target.forwarded_by == ("u2", "u1")


def test_D4_no_mailbox_answers_a_leg_that_will_be_asked_for_a_key() -> None:
    call = make_call(world(), source="loop", asks_key=True)
    run_script(node("voicemail", {"id": "b"}), call, [(Hangup("NO_ANSWER"), None)])


def test_a_phone_without_call_waiting_is_busy_while_it_talks() -> None:
    off = world({("users", "u1"): {"call_waiting": {"enabled": False}}})
    both = [(Ask(InCall(("d1",))), frozenset({"d1"})), (Ask(InCall(("d2",))), frozenset())]
    assert ids(plan_of(node("user", {"id": "u1"}), off, both)) == [["d2"]]
    talking = [(Ask(InCall(("d1",))), frozenset({"d1"})), (Hangup("USER_BUSY"), None)]
    run_script(node("device", {"id": "d1"}), make_call(off), talking)
    away = [(Ask(InCall(("d1",))), Reply(None, "away"))]
    assert ids(plan_of(node("device", {"id": "d1"}), off, away)) == [["d1"]]


def test_groups_follow_forwarding_only_when_told_and_not_for_direct_calls_only() -> None:
    member = [{"id": "u1", "endpoint_type": "user"}]
    assert ids(plan_of(node("ring_group", {"endpoints": member}), forwarded())) == [["d1", "d2"]]
    follow = {"endpoints": member, "ignore_forward": False}
    assert ids(plan_of(node("ring_group", follow), forwarded())) == [["forward:u1"]]
    assert ids(plan_of(node("ring_group", follow), forwarded(direct_calls_only=True))) == [["d1", "d2"]]


MEMBERS = [
    {"id": "d1", "endpoint_type": "device", "delay": 5, "timeout": 10, "weight": 100},
    {"id": "u2", "endpoint_type": "user", "weight": 1},
    {"id": "x", "endpoint_type": "alien"},
]


def test_D10_a_simultaneous_group_with_delays_timeouts_and_repeats() -> None:
    data = {"endpoints": MEMBERS, "timeout": 30, "repeats": 2, "ringback": "moh", "fail_on_single_reject": True}
    plan = plan_of(node("ring_group", data), **OUTSIDE)
    assert ids(plan) == [["d1", "d3"], ["d1#1", "d3#1"]]
    assert [(leg.delay, leg.timeout) for leg in legs(plan)[:2]] == [(5.0, 10.0), (0.0, 30.0)]
    assert (plan.ringback, plan.fail_on_single_reject) == ("moh", True)


def test_D10_in_order_and_random_groups_ring_one_member_at_a_time() -> None:
    single = {"endpoints": MEMBERS, "timeout": 12, "strategy": "single"}
    plan = plan_of(node("ring_group", single), **OUTSIDE)
    assert ids(plan) == [["d1"], ["d3"]]
    assert [leg.timeout for leg in legs(plan)] == [10.0, 12.0]
    weighted = {"endpoints": MEMBERS, "strategy": "weighted_random"}
    assert ids(plan_of(node("ring_group", weighted), random=(0.5, 0.9), **OUTSIDE)) == [["d1"], ["d3"]]
    assert ids(plan_of(node("ring_group", weighted), random=(0.000001, 0.999999), **OUTSIDE)) == [["d3"], ["d1"]]
    assert ids(plan_of(node("ring_group", weighted), random=(), **OUTSIDE)) == [["d1"], ["d3"]]


def test_D10_members_may_be_off_until_a_time_and_ringtones_may_be_the_groups() -> None:
    call = make_call(world())
    later = {**MEMBERS[0], "disable_until": to_gregorian(call.now) + 1}
    assert ids(plan_of(node("ring_group", {"endpoints": [later, MEMBERS[1]]}), **OUTSIDE)) == [["d3"]]
    past = {**MEMBERS[0], "disable_until": to_gregorian(call.now)}
    plan = plan_of(node("ring_group", {"endpoints": [past], "ringtones": {"external": "sales"}}), **OUTSIDE)
    assert legs(plan)[0].headers == (("Alert-Info", "sales"),)


def test_D10_nested_groups_are_expanded_once_even_in_a_circle() -> None:
    nested = node("ring_group", {"endpoints": [{"id": "g1", "endpoint_type": "group", "delay": 2}]})
    plan = plan_of(nested, **OUTSIDE)
    assert ids(plan) == [["d3", "d1", "d2"]]
    assert [leg.delay for leg in legs(plan)] == [2.0, 2.0, 5.0]
    assert ids(plan_of(node("group", {"id": "g1"}), **OUTSIDE)) == [["d3", "d1", "d2"]]
    assert ids(plan_of(node("group", {"id": "g1", "endpoints": MEMBERS[:1]}), **OUTSIDE)) == [["d1"]]


def test_D16_callers_of_a_group_hear_its_hold_music() -> None:
    music = {"music_on_hold": {"media_id": "sales-music"}}
    w = world({("groups", "g1"): music})
    assert plan_of(node("group", {"id": "g1"}), w, **OUTSIDE).hold_music == "sales-music"
    member = node("ring_group", {"endpoints": [{"id": "u1", "endpoint_type": "user"}]})
    assert plan_of(member, w, **OUTSIDE).hold_music is None
    of_group = compile_flow({"flow": member, "group_id": "g1"}, w)
    assert isinstance(of_group, CompiledFlow)
    again = FoundFlow(of_group, w)
    plan = plan_of(node("callflow", {"id": "base"}), w, [(Ask(LoadFlow("base")), again)], **OUTSIDE)
    assert plan.hold_music == "sales-music"


# --- resources --------------------------------------------------------------------------------

NOBODY = (Ask(FindNumber("+14165550123")), None)
OUT = {"dialled": "4165550123", "request_user": "4165550123"}


def test_B6_local_trunks_fail_over_gateway_by_gateway_with_an_owned_caller_id() -> None:
    plan = plan_of(node("resources"), None, [NOBODY], **OUT)
    assert ids(plan) == [["t1:0"], ["t1:1"]]
    assert plan.trunks
    assert {leg.caller for leg in legs(plan)} == {CallerId("Acme", "+14165550100")}
    dead = world(dead_gateways=frozenset({("t1", 0)}))
    assert ids(plan_of(node("resources"), dead, [NOBODY], **OUT)) == [["t1:1"], ["t1:0"]]


def test_B6_offnet_uses_the_platforms_trunks() -> None:
    assert ids(plan_of(node("offnet"), None, [NOBODY], **OUT)) == [["g1:0"], ["g1:1"]]


def test_B6_an_ancestors_pool_may_be_used_and_nobody_elses() -> None:
    above = world(ancestors=({"id": "r"},), pools={"r": ({**TRUNK, "id": "rt"},), "s": ({**TRUNK, "id": "st"},)})
    assert ids(plan_of(node("resources", {"hunt_account_id": "r"}), above, **OUT)) == [["rt:0"], ["rt:1"]]
    refused = make_call(above, **OUT)
    run_script(node("resources", {"hunt_account_id": "s"}), refused, [(Hangup("NO_ROUTE_DESTINATION"), None)])


def test_B2_a_number_on_the_platform_is_called_without_a_carrier_unless_forced_out() -> None:
    owner = (Ask(FindNumber("+14165550123")), NumberOwner("b" * 32, "+14165550123"))
    (leg,) = legs(plan_of(node("offnet"), None, [owner], **OUT))
    assert leg.target == Loop("+14165550123", "b" * 32)
    forced = (Ask(FindNumber("+14165550123")), NumberOwner("b" * 32, "+14165550123", force_outbound=True))
    assert ids(plan_of(node("offnet"), None, [forced], **OUT)) == [["g1:0"], ["g1:1"]]


def test_a_number_without_a_trunk_has_no_route_and_short_ones_are_completed() -> None:
    far = make_call(world(), dialled="+442079460000")
    run_script(node("resources"), far, [(Ask, None), (Hangup("NO_ROUTE_DESTINATION"), None)])
    plan = plan_of(node("resources"), dialled="5550123", request_user="5550123")
    assert isinstance(legs(plan)[0].target, Gateway)
    assert legs(plan)[0].target.uri == "sip:4165550123@127.0.0.2"  # type: ignore[union-attr]


def test_B7_emergency_calls_ask_nobody_and_go_out() -> None:
    special = {**TRUNK, "id": "e", "emergency": True, "rules": ["^(911|933)$"]}
    w = world(pools={GLOBAL_POOL: ({**TRUNK, "id": "g1"}, special)})
    record = (Tell(RecordEmergency("911", "+14165550100", "d3", "u2", NOW)), None)
    plan = plan_of(node("offnet"), w, [record], dialled="911", request_user="911")
    assert ids(plan) == [["e:0"], ["e:1"]]
    assert plan.timeout is None
    assert legs(plan)[0].caller.number == "+14165550100"


def test_B5_flags_of_node_device_and_variables_choose_trunks() -> None:
    fax = {**TRUNK, "id": "fax", "flags": ["fax"], "require_flags": True}
    w = world({("devices", "d3"): {"outbound_flags": {"dynamic": ["kind"]}}}, pools={A: (TRUNK, fax)})
    assert ids(plan_of(node("resources", {"outbound_flags": ["fax"]}), w, [NOBODY], **OUT)) == [["fax:0"], ["fax:1"]]
    assert ids(plan_of(node("resources"), w, [NOBODY], **OUT)) == [["t1:0"], ["t1:1"]]
    assert ids(plan_of(node("resources"), w, [NOBODY], variables={"kind": "fax"}, **OUT)) == [["fax:0"], ["fax:1"]]


def test_to_did_and_node_settings_lie_over_the_trunks() -> None:
    data = {
        "to_did": "5145550188",
        "from_uri_realm": "x.example",
        "emit_account_id": True,
        "timeout": 33,
        "ringback": "rb",
    }
    plan = plan_of(node("resources", data), None, [(Ask(FindNumber("+15145550188")), None)])
    (first, _) = legs(plan)
    assert isinstance(first.target, Gateway)
    assert (first.target.uri, first.target.from_realm) == ("sip:5145550188@127.0.0.2", "x.example")
    assert first.headers == (("X-Account-ID", A),)
    assert (first.timeout, plan.timeout, plan.ringback) == (33.0, 33.0, "rb")


def test_a_carrier_call_sent_out_again_shows_the_accounts_number_unless_kept() -> None:
    plan = plan_of(node("resources"), None, [NOBODY], **OUT, **OUTSIDE)
    assert {leg.caller.number for leg in legs(plan)} == {"+14165550100"}
    kept = CallerId("Alice", "+14165550199")
    plan = plan_of(node("resources"), None, [NOBODY], **OUT, kept_caller=kept)
    assert {leg.caller for leg in legs(plan)} == {kept}
