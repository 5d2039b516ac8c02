"""Trunks: the specification's examples to the letter, then every filter and format."""

from __future__ import annotations

from typing import Any

import pytest

from qvoice.core.dialing.endpoint import merge
from qvoice.core.dialing.formatters import apply
from qvoice.core.dialing.invite_format import points_inside, sip_uri
from qvoice.core.dialing.trunks import choose, select, short_dial
from qvoice.core.ring.plan import CallerId, Gateway

NUMBER = "+14165550123"
CALLER = CallerId("Acme", "+14165550100")
CALLERS = {"external": CALLER, "emergency": CallerId("Acme HQ", "+14165550199"), "internal": CallerId("Bob", "1000")}


def trunk(id: str = "t1", **more: Any) -> dict[str, Any]:
    return {"id": id, "rules": [r"^\+1(\d{10})$"], "weight_cost": 50, "gateways": [{"server": "sip.example"}], **more}


def uris(*resources: dict[str, Any], number: str = NUMBER, **more: Any) -> list[str]:
    legs = select(resources, number, callers=CALLERS, **more)
    return [leg.target.uri for leg in legs if isinstance(leg.target, Gateway)]


SPEC_PREFIX = {"outbound_caller_id_number": {"prefix": "0", "regex": "^\\+?66(\\d{5,})$"}}
SPEC_FORCE = {"outbound_caller_id_number": {"value": "14165554444"}}


def test_B5_the_specifications_prefix_example() -> None:
    assert apply(SPEC_PREFIX, {"outbound_caller_id_number": "+661234567"}) == {"outbound_caller_id_number": "01234567"}
    legs = select([trunk(formatters=SPEC_PREFIX)], NUMBER, callers={"external": CallerId("", "+661234567")})
    assert [leg.caller.number for leg in legs] == ["01234567"]
    legs = select([trunk(formatters=SPEC_PREFIX)], NUMBER, callers={"external": CallerId("", "+14165550100")})
    assert [leg.caller.number for leg in legs] == ["+14165550100"]


def test_B5_the_specifications_forced_caller_id_example() -> None:
    legs = select([trunk(formatters=SPEC_FORCE)], NUMBER, callers=CALLERS)
    assert [leg.caller for leg in legs] == [CallerId("Acme", "14165554444")]


def test_formatters_know_direction_lists_strip_and_suffix() -> None:
    rules = {
        "to": [{"regex": "^9(.*)$", "direction": "inbound"}, {"regex": "^0(.*)$", "prefix": "+44", "suffix": "x"}],
        "name": {"strip": True},
        "number": {"match_invite_format": True},
    }
    fields = {"to": "0207", "name": "N", "number": "+14165550100"}
    assert apply(rules, fields, invite_format="npan") == {"to": "+44207x", "name": "", "number": "4165550100"}
    assert apply(rules, {"to": "9123"}, direction="inbound") == {"to": "123"}
    assert apply(None, fields) == fields
    assert apply({"to": {"regex": "("}}, {"to": "1"}) == {"to": "1"}


def test_B5_formatters_rewrite_callee_request_and_caller_the_gateways_way() -> None:
    at = [{"server": "sip.example", "prefix": "99", "invite_format": "npan"}]
    assert uris(trunk(gateways=at, formatters={"to_did": {"regex": r"^416(\d+)$"}})) == ["sip:995550123@sip.example"]
    assert uris(trunk(gateways=at, formatters={"outbound-callee-id-number": {"suffix": "#"}})) == [
        "sip:994165550123#@sip.example"
    ]
    assert uris(trunk(gateways=at, formatters={"request": {"regex": r"^99(\d+)$", "prefix": "8"}})) == [
        "sip:84165550123@sip.example"
    ]
    assert uris(trunk(formatters={"request": {"value": "1", "direction": "inbound"}})) == uris(trunk())
    national = trunk(gateways=at, formatters={"from": {"match_invite_format": True}})
    assert [leg.caller.number for leg in select([national], NUMBER, callers=CALLERS)] == ["4165550100"]


def test_B7_a_formatter_never_costs_a_call_for_help() -> None:
    lost = trunk(emergency=True, formatters={"request": {"strip": True}, "emergency_caller_id_number": {"prefix": "0"}})
    (leg,) = select([lost], "911", callers=CALLERS)
    assert isinstance(leg.target, Gateway)
    assert (leg.target.uri, leg.caller.number) == ("sip:911@sip.example", "0+14165550199")
    assert uris(trunk(formatters={"request": {"strip": True}})) == []


def test_B5_rules_keep_the_largest_group_and_the_last_rule_counts() -> None:
    assert uris(trunk()) == ["sip:4165550123@sip.example"]
    assert uris(trunk(rules=[r"^\+1(\d{10})$", r"^(\+1\d{10})$"])) == ["sip:+14165550123@sip.example"]
    assert uris(trunk(rules=[r"^\+44"])) == []
    assert uris(trunk(rules=[])) == ["sip:+14165550123@sip.example"]


@pytest.mark.parametrize(
    ("gateway", "uri"),
    [
        ({"server": "10.0.0.1"}, "sip:4165550123@10.0.0.1"),
        ({"server": "10.0.0.1", "port": 5080}, "sip:4165550123@10.0.0.1:5080"),
        ({"server": "2001:db8::1"}, "sip:4165550123@[2001:db8::1]"),
        ({"server": "s", "prefix": "99", "suffix": "#"}, "sip:994165550123#@s"),
        ({"server": "s", "invite_format": "e164"}, "sip:+14165550123@s"),
        ({"server": "s", "invite_format": "npan"}, "sip:4165550123@s"),
        ({"server": "s", "invite_format": "1npan"}, "sip:14165550123@s"),
        ({"server": "s", "invite_format": "strip_plus"}, "sip:14165550123@s"),
        ({"server": "s", "invite_format": "username", "username": "acct7"}, "sip:acct7@s"),
        ({"server": "s", "route": "sip:fixed@other.example:5070"}, "sip:fixed@other.example:5070"),
        ({"server": "s", "invite_parameters": {"static": ["transport=tls"]}}, "sip:4165550123@s;transport=tls"),
    ],
)
def test_B5_gateways_write_the_number_their_way(gateway: dict[str, Any], uri: str) -> None:
    assert uris(trunk(gateways=[gateway])) == [uri]


@pytest.mark.parametrize(
    "gateway",
    [
        {"server": "a b"},
        {"server": "h>;x"},
        {"server": ""},
        {},
        {"server": "s", "prefix": "1@evil;"},
        {"server": "s", "enabled": False},
        {"server": "s", "route": "tel:1"},
        {"server": "s", "endpoint_type": "freetdm"},
    ],
)
def test_B5_a_gateway_that_makes_no_uri_is_left_out(gateway: dict[str, Any]) -> None:
    assert uris(trunk(gateways=[gateway, {"server": "good"}])) == ["sip:4165550123@good"]


def test_B6_cheapest_first_disabled_never_and_dead_last() -> None:
    a, b = trunk("a", weight_cost=10), trunk("b", weight_cost=5, gateways=[{"server": "b1"}, {"server": "b2"}])
    c = trunk("c", enabled=False)
    assert uris(a, b, c) == [f"sip:4165550123@{h}" for h in ("b1", "b2", "sip.example")]
    assert uris(a, b, dead=frozenset({("b", 0)})) == [f"sip:4165550123@{h}" for h in ("b2", "sip.example", "b1")]
    missing = trunk("m", gateways=[{"server": "m"}])
    del missing["weight_cost"]
    assert uris(b, missing)[0] == "sip:4165550123@m"


def test_B5_random_gateways_follow_the_drawn_order() -> None:
    r = trunk(gateway_strategy="random", gateways=[{"server": "x"}, {"server": "y"}])
    assert uris(r, random=(0.9, 0.1)) == ["sip:4165550123@y", "sip:4165550123@x"]
    assert uris(r, random=(0.1, 0.9)) == ["sip:4165550123@x", "sip:4165550123@y"]


def test_B5_flags() -> None:
    fax, plain, strict = trunk("f", flags=["fax", "t38"]), trunk("p"), trunk("s", require_flags=True, flags=["fax"])
    any_ = trunk("i", ignore_flags=True)

    def ids(*flags: str) -> list[str]:
        return [c.resource["id"] for c in choose([fax, plain, strict, any_], NUMBER, flags=flags)]

    assert ids() == ["f", "p", "i"]
    assert ids("fax") == ["f", "s", "i"]
    assert ids("fax", "t38") == ["f", "i"]


def test_B5_caller_id_rules() -> None:
    r = trunk(cid_rules=[r"^\+1416"])
    assert choose([r], NUMBER, caller_number="+14165550100")
    assert not choose([r], NUMBER, caller_number="+15145550100")


def test_B5_classifiers_compete_alone_with_their_own_weight_and_prefix() -> None:
    entry = {"enabled": True, "prefix": "77", "weight_cost": 90, "regex": r"^\+1(\d{10})$"}
    classed = trunk("c", rules=[], classifiers={"did_us": entry})
    plain = trunk("p", weight_cost=1)
    assert uris(plain, classed) == ["sip:774165550123@sip.example"]
    assert uris(plain, trunk("x", classifiers={"did_us": {"enabled": False}})) == ["sip:4165550123@sip.example"]
    assert uris(plain, classed, number="+442079460000") == []


def test_B7_emergency_calls_use_emergency_trunks_first_with_the_emergency_caller_id() -> None:
    special = trunk("e", emergency=True, rules=[r"^(911)$"], weight_cost=100)
    normal = trunk("n", rules=[r"^(\d+)$"], weight_cost=1, cid_rules=["^never$"], require_flags=True)
    legs = select([normal, special], "911", callers=CALLERS)
    assert [leg.id for leg in legs] == ["e:0", "n:0"]
    assert {leg.caller.number for leg in legs} == {"+14165550199"}
    assert all(isinstance(leg.target, Gateway) and leg.target.emergency for leg in legs)


def test_B7_an_emergency_trunk_whose_rules_forget_the_number_is_tried_all_the_same() -> None:
    legs = select([trunk("e", emergency=True, rules=["^never$"])], "112", callers=CALLERS, country="FR")
    assert [leg.target.uri for leg in legs if isinstance(leg.target, Gateway)] == ["sip:112@sip.example"]


def test_B7_ordinary_calls_never_take_an_emergency_trunk() -> None:
    assert select([trunk(emergency=True, rules=[])], NUMBER, callers=CALLERS) == []


def test_B5_codecs_realm_headers_and_progress_timeout() -> None:
    r = trunk(
        from_account_realm=True,
        emit_account_id=True,
        gateways=[
            {
                "server": "s",
                "codecs": ["PCMU", "G722@16000h", "nonsense"],
                "progress_timeout": 20,
                "custom_sip_headers": {"X-Trunk": "a", "X-QV-Account": "b", "X-Bad": "a\r\nVia: x", "Via": "c"},
            }
        ],
    )
    (leg,) = select([r], NUMBER, callers=CALLERS, account_realm="acme.example.test", account_id="acc")
    assert isinstance(leg.target, Gateway)
    assert leg.target.codecs == ("ulaw", "g722")
    assert leg.target.from_realm == "acme.example.test"
    assert leg.progress_timeout == 20.0
    assert leg.headers == (("X-Trunk", "a"), ("X-Account-ID", "acc"))
    (other,) = select(
        [trunk(format_from_uri=True, gateways=[{"server": "s", "realm": "r.example"}])], NUMBER, callers=CALLERS
    )
    assert isinstance(other.target, Gateway)
    assert other.target.from_realm == "r.example"
    assert other.progress_timeout == 8.0


def test_short_dialling_is_completed_from_the_own_number() -> None:
    assert short_dial("5550123", "+14165550100") == "+14165550123"
    assert short_dial("0123", "+14165550100") is None
    assert short_dial("4165550123", "+14165550100") is None
    assert short_dial("abc", "+14165550100") is None


@pytest.mark.parametrize(
    "uri",
    [
        "sip:a@127.0.0.1",
        "sip:a@localhost:5064",
        "sip:0.0.0.0",
        "sip:a@[::1]",
        "sip:a@169.254.1.1",
        "sip:x@2130706433",
        "x",
    ],
)
def test_a_tenants_route_never_points_inside(uri: str) -> None:
    assert points_inside(uri)


def test_sip_uris_are_taken_only_when_plain() -> None:
    assert sip_uri("sip:bob@pbx.example:5080;transport=tcp") == "sip:bob@pbx.example:5080;transport=tcp"
    assert not points_inside("sip:bob@pbx.example")
    for bad in (
        "sip:bob@pbx.example\r\nVia: x",
        "sip:bob@",
        "sip:b<o@x",
        "http://x",
        "sip:x@y:99999",
        "sip:x@y?Route=z",
    ):
        assert sip_uri(bad) is None, bad


def test_D3_an_endpoint_is_merged_from_account_user_and_device() -> None:
    account: dict[str, Any] = {
        "id": "a",
        "realm": "r.example",
        "caller_id": {"external": {"number": "+1", "name": "Acme"}},
        "call_restriction": {"toll_us": {"action": "deny"}},
        "outbound_flags": ["x"],
        "ringtones": {"internal": "i", "external": "e"},
        "timezone": "America/Toronto",
    }
    device: dict[str, Any] = {
        "id": "d",
        "owner_id": "u",
        "sip": {"username": "bob", "invite_format": "contact"},
        "caller_id": {"external": {"number": "+2"}, "internal": {"number": "99"}},
        "outbound_flags": {"static": ["y"], "dynamic": ["zone"]},
        "media": {"audio": {"codecs": ["OPUS", "PCMU"]}, "encryption": {"enforce_security": True, "methods": ["srtp"]}},
        "ringtones": {"internal": ""},
        "do_not_disturb": {"enabled": True},
    }
    user: dict[str, Any] = {
        "id": "u",
        "first_name": "Bob",
        "last_name": "B",
        "caller_id": {"internal": {"number": "1000", "name": "Bob"}},
        "call_restriction": {"international": {"action": "deny"}, "did_us": {"action": "inherit"}},
        "timezone": "",
        "call_forward": {"enabled": True, "number": "5"},
    }
    above = {"call_restriction": {"caribbean": {"action": "deny"}}}
    e = merge(account, user, device, ancestors=[above])
    assert e.caller_ids == {"external": ("Acme", "+2"), "internal": ("Bob", "1000")}
    assert e.denied_classes == {"toll_us", "international", "caribbean"}
    assert (e.outbound_flags, e.dynamic_flags) == (("x", "y"), ("zone",))
    assert (e.codecs, e.media, e.realm, e.owner_id) == (("opus", "ulaw"), "srtp", "r.example", "u")
    assert (e.ringtone_internal, e.timezone, e.do_not_disturb) == ("i", "America/Toronto", True)
    assert e.forward is not None
    assert (e.forward.number, e.forward.from_device) == ("5", False)
    preferring = merge({**account, "prefer_device_caller_id": True}, user, device)
    assert preferring.caller_ids["internal"] == ("Bob", "99")
    assert not merge(account, {**user, "enabled": False}, device).enabled
    own = merge(account, user, {**device, "call_forward": {"enabled": True, "number": "7"}})
    assert own.forward is not None
    assert (own.forward.number, own.forward.from_device) == ("7", True)
