"""Routes beside the documents: lamps set by hand, lists under users, entries of lists, in-call keys, many trunks."""

from __future__ import annotations

import pytest

pytestmark = [pytest.mark.db, pytest.mark.anyio]


async def person(acme, **more) -> dict:
    return await acme.create("users", first_name="Ida", last_name="Lamp", **more)


async def test_D14_a_users_lamp_is_set_and_taken_back(acme, globex):
    user = await person(acme, presence_id="4711")
    path = f"users/{user['id']}/presence"
    shown = await acme.data("POST", path, {"action": "set", "state": "confirmed"})
    assert [(one["presence_id"], one["state"]) for one in shown] == [("4711", "confirmed")]
    assert (await acme.data("GET", "presence/4711"))[0]["state"] == "confirmed"
    assert len(await acme.data("GET", "presence")) == 1
    assert await globex.data("GET", "presence") == []
    assert await acme.data("POST", path, {"action": "reset"}) == []
    device = await acme.create("devices", name="Desk", sip={"username": "lampdesk"})
    shown = await acme.data("POST", f"devices/{device['id']}/presence", {"state": "early"})
    assert shown[0]["presence_id"] == "lampdesk"
    many = await acme.data("POST", "presence", {"state": "early", "presence_ids": ["desk1", "Desk2"]})
    assert {one["presence_id"] for one in many} == {"desk1", "desk2"}
    assert (await acme.ask("POST", "presence", {"state": "early"})).status_code == 400
    assert await acme.data("POST", "presence", {"action": "reset"}) == []
    assert await acme.data("GET", "presence") == []
    for data, field in (({"action": "set"}, "state"), ({"state": "loud"}, "state"), ({"action": "x"}, "action")):
        answer = await acme.ask("POST", path, data)
        assert (answer.status_code, list(answer.json()["data"])) == (400, [field])


async def test_D10_the_groups_of_a_user_are_those_that_ring_them(acme):
    user, other = await person(acme), await person(acme)
    device = await acme.create("devices", name="Hers", owner_id=user["id"])
    by_name = await acme.create("groups", name="By name", endpoints={user["id"]: {"type": "user"}})
    by_phone = await acme.create("groups", name="By phone", endpoints={device["id"]: {"type": "device"}})
    await acme.create("groups", name="Others", endpoints={other["id"]: {"type": "user"}})
    rows = await acme.data("GET", f"users/{user['id']}/groups")
    assert {row["id"] for row in rows} == {by_name["id"], by_phone["id"]}
    for collection in ("devices", "vmboxes", "conferences", "faxboxes", "callflows"):
        rows = await acme.data("GET", f"users/{user['id']}/{collection}")
        assert [row["id"] for row in rows] == ([device["id"]] if collection == "devices" else [])


async def test_D6_entries_of_a_list_come_and_go_one_by_one(acme):
    listed = await acme.create("lists", name="Friends", kept="yes")
    path = f"lists/{listed['id']}/entries"
    one = await acme.data("PUT", path, {"number": "+14165550100", "displayname": "Ann"}, status=201)
    two = await acme.data("PUT", path, {"pattern": "^\\+1514", "displayname": "Montreal"}, status=201)
    assert {row["id"] for row in await acme.data("GET", path)} == {one["id"], two["id"]}
    assert (await acme.data("PATCH", f"{path}/{one['id']}", {"displayname": None, "x": 1})) == {
        "number": "+14165550100", "x": 1, "id": one["id"],
    }  # fmt: skip
    assert (await acme.data("POST", f"{path}/{one['id']}", {"number": "5"})) == {"number": "5", "id": one["id"]}
    assert (await acme.data("GET", f"{path}/{two['id']}"))["displayname"] == "Montreal"
    await acme.data("DELETE", f"{path}/{two['id']}")
    assert (await acme.ask("GET", f"{path}/{two['id']}")).status_code == 404
    assert (await acme.ask("PUT", path, {"displayname": "Nobody"})).status_code == 400
    whole = await acme.data("GET", f"lists/{listed['id']}")
    assert whole["kept"] == "yes"
    assert list(whole["entries"]) == [one["id"]]
    await acme.data("DELETE", path)
    assert await acme.data("GET", path) == []


async def test_D8_in_call_keys_are_a_part_of_the_document(acme):
    user = await person(acme)
    keys = {"binding_digit": "*", "numbers": {"2": {"module": "record_call", "data": {"action": "toggle"}}}}
    for path in ("metaflows", f"users/{user['id']}/metaflows"):
        assert await acme.data("GET", path) == {}
        assert (await acme.data("POST", path, keys))["numbers"] == keys["numbers"]
        shorter = await acme.data("POST", path, {"patterns": {"^3([0-9]+)$": {"module": "transfer"}}})
        assert "numbers" not in shorter
        assert await acme.data("GET", path) == shorter
        for bad in ({"numbers": {"x": {"module": "hangup"}}}, {"patterns": {"(": {"module": "hangup"}}}, {
            "binding_digit": "AB"}):  # fmt: skip
            assert (await acme.ask("POST", path, bad)).status_code == 400
        await acme.data("DELETE", path)
        assert await acme.data("GET", path) == {}
    assert (await acme.data("GET", f"users/{user['id']}"))["first_name"] == "Ida"


async def test_B5_many_trunks_at_once_each_for_itself(acme):
    good = {"name": "One", "gateways": [{"server": "sip.example.test"}], "rules": ["^(.*)$"]}
    answer = await acme.ask("PUT", "resources/collection", [good, {"name": "No gateways"}, {**good, "name": "Two"}])
    assert answer.status_code == 201
    assert [row["name"] for row in answer.json()["data"]] == ["One", "Two"]
    assert answer.json()["failed"][0]["index"] == 1
    changed = [{**row, "weight_cost": 7} for row in answer.json()["data"]]
    replaced = await acme.data("POST", "resources/collection", changed)
    assert [row["weight_cost"] for row in replaced] == [7, 7]
    assert (await acme.ask("POST", "resources/collection", [{**good, "id": "0" * 32}])).status_code == 400
    assert (await acme.ask("PUT", "resources/collection", [])).status_code == 400


async def test_F1_only_ones_own_phones_are_woken_and_an_edge_that_is_away_is_told(acme, globex, tmp_path):
    (tmp_path / "secrets").mkdir()
    (tmp_path / "secrets" / "edge-token").write_text("token")
    device = await acme.create("devices", name="Asleep")
    answer = await acme.ask("POST", f"devices/{device['id']}/sync", {})
    assert (answer.status_code, answer.json()["message"]) == (503, "edge_unreachable")
    assert (await globex.ask("POST", f"devices/{device['id']}/sync", {})).status_code == 404
