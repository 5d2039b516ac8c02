"""The trunk document: the specification's JSON is taken as it is, and mistakes are named helpfully."""

from __future__ import annotations

import json

import pytest

from qvoice.features.documents.validate import validated
from qvoice.features.resources.schemas import Trunk
from qvoice.kit.errors import Invalid

SPECIFICATION = json.loads(r"""
{"name": "Carrier", "enabled": true, "emergency": false, "flags": ["fax"],
 "gateways": [{"server": "192.0.2.10", "channel_selection": "ascending", "codecs": ["PCMU", "PCMA"],
   "media": {"fax_option": true},
   "enabled": true, "endpoint_type": "sip", "force_port": false, "invite_format": "route", "password": "",
   "port": 5060, "prefix": "",
   "progress_timeout": 20, "realm": "", "skype_rr": false, "username": ""}],
 "rules": ["^\\+(1\\d{6,})$"], "weight_cost": 50}""")


def trunk(**changes):
    return SPECIFICATION | changes


def gateway(**changes):
    return trunk(gateways=[SPECIFICATION["gateways"][0] | changes])


def problems(document):
    with pytest.raises(Invalid) as refused:
        validated(Trunk, document)
    return refused.value.fields


def test_B6_the_specifications_json_is_stored_as_it_is_written():
    stored = validated(Trunk, SPECIFICATION)
    for key, value in SPECIFICATION.items():
        assert stored[key] == value


def test_B6_both_formatter_examples_of_the_specification_are_taken():
    local = {"outbound_caller_id_number": {"prefix": "0", "regex": r"^\+?66(\d{5,})$"}}
    forced = {"outbound_caller_id_number": {"value": "+14165550100"}}
    assert validated(Trunk, trunk(formatters=local))["formatters"] == local
    assert validated(Trunk, trunk(formatters=forced))["formatters"] == forced


def test_B6_the_minimal_configuration_gets_the_defaults():
    stored = validated(Trunk, {"name": "T", "gateways": [{"server": "sip.carrier.example"}], "rules": []})
    assert (stored["enabled"], stored["weight_cost"], stored["emergency"]) == (True, 50, False)


def test_unknown_keys_are_kept_at_every_level():
    stored = validated(Trunk, gateway(x_note="a") | {"x_other": {"deep": [1]}})
    assert stored["x_other"] == {"deep": [1]}
    assert stored["gateways"][0]["x_note"] == "a"


@pytest.mark.parametrize(
    ("document", "field", "rule"),
    [
        ({"gateways": [{"server": "a.example"}]}, "name", "required"),
        ({"name": "T"}, "gateways", "required"),
        (trunk(gateways=[]), "gateways", "minItems"),
        (trunk(gateways=[{"port": 5060}]), "gateways.0.server", "required"),
        (gateway(server=""), "gateways.0.server", "minLength"),
        (gateway(server="sip:carrier.example"), "gateways.0.server", "invalid"),
        (gateway(server="a b"), "gateways.0.server", "invalid"),
        (gateway(server="carrier.example\r\nX: y"), "gateways.0.server", "invalid"),
        (gateway(port=0), "gateways.0.port", "minimum"),
        (gateway(port=65536), "gateways.0.port", "maximum"),
        (gateway(invite_format="kazoo"), "gateways.0.invite_format", "enum"),
        (gateway(prefix="9 9"), "gateways.0.prefix", "invalid"),
        (gateway(prefix="1" * 65), "gateways.0.prefix", "maxLength"),
        (gateway(progress_timeout=0), "gateways.0.progress_timeout", "minimum"),
        (gateway(password="a\r\nb"), "gateways.0.password", "invalid"),
        (gateway(endpoint_type="freetdm"), "gateways.0.endpoint_type", "enum"),
        (trunk(weight_cost=101), "weight_cost", "maximum"),
        (trunk(weight_cost=-1), "weight_cost", "minimum"),
        (trunk(rules=["(["]), "rules.0", "invalid"),
        (trunk(rules=["^(?!1)"]), "rules.0", "invalid"),
        (trunk(cid_rules=["*"]), "cid_rules.0", "invalid"),
        (
            trunk(formatters={"outbound_caller_id_number": {"regex": "("}}),
            "formatters.outbound_caller_id_number.regex",
            "invalid",
        ),
        (
            trunk(classifiers={"international": {"weight_cost": 200}}),
            "classifiers.international.weight_cost",
            "maximum",
        ),
        (trunk(formatters={"caller_idd": {"value": "1"}}), "formatters.caller_idd", "invalid"),
        (gateway(codecs=["G723", "VP8"]), "gateways.0", "invalid"),
        (gateway(custom_sip_headers={"X-QV-Account": "a"}), "gateways.0", "invalid"),
        (gateway(custom_sip_headers={"Bad Name": "a"}), "gateways.0", "invalid"),
        (gateway(invite_format="username", username=""), "gateways.0", "invalid"),
        (gateway(route="carrier"), "gateways.0", "invalid"),
    ],
)
def test_B6_mistakes_are_named_by_field_and_rule(document, field, rule):
    found = problems(document)
    matching = {path: rules for path, rules in found.items() if path == field or path.startswith(field + ".")}
    assert matching, found
    assert any(rule in rules for rules in matching.values()), found
    assert all(len(detail["message"]) > 10 for rules in found.values() for detail in rules.values())


@pytest.mark.parametrize(
    "server", ["192.0.2.1", "2001:db8::1", "[2001:db8::1]", "sip.carrier.example", "carrier", "a-b.example."]
)
def test_hosts_and_addresses_are_taken(server):
    validated(Trunk, gateway(server=server))
