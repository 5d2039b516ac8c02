"""Menus, hours, groups, trunks and the stored-only documents over REST."""

from __future__ import annotations

import pytest

pytestmark = [pytest.mark.db, pytest.mark.anyio]

EXAMPLES = {
    "menus": {"name": "Main", "record_pin": "1234", "media": {"exit_media": True}},
    "temporal_rules": {
        "name": "MainMonday",
        "cycle": "weekly",
        "wdays": ["monday"],
        "time_window_start": 32400,
        "type": "main_weekdays",
    },
    "temporal_rules_sets": {"name": "Holidays", "temporal_rules": [], "type": "main_holidays"},
    "groups": {"name": "Sales", "endpoints": {"a" * 32: {"type": "user"}}, "smartpbx": {"forward": {"enabled": True}}},
    "media": {"name": "Hello", "media_source": "upload"},
    "vmboxes": {"name": "Box", "mailbox": "0"},
    "resources": {"name": "Carrier", "gateways": [{"server": "192.0.2.1"}], "rules": ["^\\+1(\\d{10})$"]},
    "conferences": {"name": "Room", "conference_numbers": ["2000"], "member": {"pins": ["1"]}},
    "directories": {"name": "SmartPBX Directory"},
    "faxboxes": {"name": "Fax", "fax_timezone": "America/Toronto"},
    "blacklists": {"name": "Nuisance", "numbers": {"+15551230000": {}}},
    "lists": {"name": "Known", "description": "friends"},
}


@pytest.mark.parametrize("collection", EXAMPLES)
async def test_H6_each_document_is_created_read_replaced_merged_and_deleted_with_unknown_keys_kept(
    acme, globex, collection
):
    extra = {"ui_metadata": {"origin": "voip", "version": "4.3"}, "anything": [1, {"x": None}]}
    made = await acme.create(collection, **EXAMPLES[collection], **extra)
    url = f"{collection}/{made['id']}"
    assert {key: made[key] for key in extra} == extra
    assert (await acme.data("GET", url))["name"] == EXAMPLES[collection]["name"]
    [row] = await acme.data("GET", f"{collection}?filter_ui_metadata.origin=voip")
    assert row["id"] == made["id"]
    merged = await acme.data("PATCH", url, {"anything": None, "name": "Other"})
    assert "anything" not in merged
    assert merged["name"] == "Other"
    replaced = await acme.data("POST", url, EXAMPLES[collection])
    assert "ui_metadata" not in replaced
    for method in ("GET", "DELETE"):
        assert (await globex.ask(method, url)).status_code == 404
    assert (await acme.data("DELETE", url))["_read_only"]["deleted"] is True
    assert await acme.data("GET", collection) == []


@pytest.mark.parametrize(
    ("collection", "document", "field", "rule"),
    [
        ("menus", {}, "name", "required"),
        ("menus", {"name": "M", "record_pin": "12"}, "record_pin", "pattern"),
        ("menus", {"name": "M", "hunt_allow": "("}, "hunt_allow", "invalid"),
        ("menus", {"name": "M", "retries": 0}, "retries", "minimum"),
        ("temporal_rules", {"name": "R"}, "cycle", "required"),
        ("temporal_rules", {"name": "R", "cycle": "hourly"}, "cycle", "enum"),
        ("temporal_rules", {"name": "R", "cycle": "weekly", "wdays": ["someday"]}, "wdays.0", "enum"),
        ("temporal_rules", {"name": "R", "cycle": "daily", "time_window_stop": 86401}, "time_window_stop", "maximum"),
        ("groups", {"name": "G"}, "endpoints", "required"),
        ("groups", {"name": "G", "endpoints": {"x": {"type": "robot"}}}, "endpoints.x.type", "enum"),
        ("resources", {"name": "T", "gateways": [{"server": "a b"}]}, "gateways.0.server", "invalid"),
        ("media", {"name": "M", "media_source": "web"}, "media_source", "enum"),
    ],
)
async def test_mistakes_name_the_field_and_the_rule(acme, collection, document, field, rule):
    refused = await acme.ask("PUT", collection, document)
    assert refused.status_code == 400, refused.text
    assert rule in refused.json()["data"].get(field, {}), refused.text


async def test_H19_group_rows_count_their_endpoints(acme):
    await acme.create("groups", **EXAMPLES["groups"])
    [row] = await acme.data("GET", "groups")
    assert (row["endpoints"], row["features"]) == (1, ["forward"])


async def test_B6_the_systems_trunks_are_the_masters_and_only_the_masters(clients, acme):
    master = clients["master"]
    made = await master.data("PUT", "/v2/resources", EXAMPLES["resources"], status=201)
    assert [row["id"] for row in await master.data("GET", "/v2/resources")] == [made["id"]]
    assert [row["id"] for row in await master.data("GET", "resources")] == [made["id"]]
    assert (await master.data("PATCH", f"/v2/resources/{made['id']}", {"weight_cost": 10}))["weight_cost"] == 10
    for method, path in (
        ("GET", "/v2/resources"),
        ("GET", f"/v2/resources/{made['id']}"),
        ("DELETE", f"/v2/resources/{made['id']}"),
    ):
        assert (await acme.ask(method, path)).status_code == 403
    assert (await acme.ask("PUT", "/v2/resources", EXAMPLES["resources"])).status_code == 403
    assert await acme.data("GET", "resources") == []
    await master.data("DELETE", f"/v2/resources/{made['id']}")
    assert await master.data("GET", "/v2/resources") == []
