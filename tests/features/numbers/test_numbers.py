"""Numbers: added by the master, assigned down the tree, one use each (B1, B2)."""

from __future__ import annotations

import pytest

from qvoice.features.numbers.rules import e164

pytestmark = [pytest.mark.db, pytest.mark.anyio]


@pytest.mark.parametrize(
    ("text", "expected"),
    [("+14164445555", "+14164445555"), ("+622129303030", "+622129303030"), ("416 444-5555", "+14164445555")],
)
async def test_B1_numbers_are_e164(text, expected):
    assert e164(text) == expected


@pytest.mark.parametrize(
    "text", ["", "12", "abc", "+0123456789", "+1416444555", "+14164445555555555", "*97", "+1" + "٤" * 10]
)
async def test_B1_anything_else_is_refused_with_what_to_do(text):
    with pytest.raises(ValueError, match=r"E\.164|country|short"):
        e164(text)


async def test_B1_only_the_master_adds_numbers(world):
    path = f"accounts/{world.customer.account_id}/phone_numbers/%2B14165550101"
    for client in (world.customer, world.reseller):
        assert (await client.call("PUT", path, {})).status_code == 403
    made = await world.master.put(path, {"create_with_state": "in_service"})
    assert (made["id"], made["assigned_to"], made["state"]) == ("+14165550101", world.customer.account_id, "in_service")
    assert (await world.master.call("PUT", path, {})).status_code == 409
    assert (await world.customer.call("DELETE", path)).status_code == 403
    rows = (await world.customer.get('accounts/{A}/phone_numbers?filter_state=["in_service","port_in"]'))["numbers"]
    assert rows["+14165550101"]["used_by"] == ""


async def test_B1_a_collection_has_a_verdict_per_row(world):
    numbers = ["+14165550101", "+14165550102", "bad", "+1"]
    answer = await world.master.put("accounts/{A}/phone_numbers/collection", {"numbers": numbers})
    assert set(answer["success"]) == {"+14165550101", "+14165550102"}
    assert "E.164" in answer["error"]["bad"]["message"]
    again = await world.master.call("PUT", "accounts/{A}/phone_numbers/collection", {"numbers": numbers[:1]})
    assert again.status_code == 400


async def test_B2_numbers_are_assigned_down_the_tree_and_never_taken_from_outside(world):
    await world.master.put("accounts/{A}/phone_numbers/%2B14165550101", {})
    number = "phone_numbers/%2B14165550101/activate"
    assert (await world.reseller.call("PUT", f"accounts/{{A}}/{number}", {})).status_code == 404
    await world.master.put(f"accounts/{world.reseller.account_id}/{number}", {})
    moved = await world.reseller.put(f"accounts/{world.customer.account_id}/{number}", {})
    assert moved["assigned_to"] == world.customer.account_id
    for thief in (world.stranger,):
        assert (await thief.call("PUT", f"accounts/{{A}}/{number}", {})).status_code == 404
        assert (await thief.call("GET", "accounts/{A}/phone_numbers/%2B14165550101/identify")).status_code == 404
    found = await world.master.get("accounts/{A}/phone_numbers/%2B14165550101/identify")
    assert found["account_id"] == world.customer.account_id


async def test_B2_a_numbers_use_follows_its_callflow(world):
    await world.master.put(f"accounts/{world.customer.account_id}/phone_numbers/%2B14165550101", {})
    path, flow = "accounts/{A}/phone_numbers/%2B14165550101", {"flow": {"module": "hangup"}}
    made = await world.customer.put("accounts/{A}/callflows", {**flow, "numbers": ["+14165550101"]})
    assert (await world.customer.get(path))["used_by"] == "callflow"
    await world.customer.post(f"accounts/{{A}}/callflows/{made['id']}", {**flow, "numbers": ["5"]})
    assert (await world.customer.get(path))["used_by"] == ""


async def test_odd_numbers_in_urls_are_400(world):
    for text in ("%00", "abc", "%2B" + "9" * 300, "..%2F..", "+1"):
        answer = await world.customer.call("GET", f"accounts/{{A}}/phone_numbers/{text}")
        assert answer.status_code in (400, 404), text


@pytest.mark.parametrize(
    ("settings", "field"),
    [
        ({"failover": {"e164": "12"}}, "failover.e164"),
        ({"failover": {"e164": "+14165550101"}}, "failover.e164"),
        ({"failover": {"sip": "sip:x@127.0.0.1"}}, "failover.sip"),
        ({"failover": {"sip": "sip:x@pbx.example", "e164": "+14165550199"}}, "failover.sip"),
        ({"cnam": {"display_name": "far too long for a name"}}, "cnam.display_name"),
        ({"prepend": {"name": "a\r\nVia: b"}}, "prepend.name"),
        ({"force_outbound": "perhaps"}, "force_outbound"),
    ],
)
async def test_B2_a_numbers_settings_are_checked_at_their_field(world, settings, field):
    path = "accounts/{A}/phone_numbers/%2B14165550101"
    await world.master.put(path, {})
    answer = await world.master.call("PATCH", path, settings)
    assert (answer.status_code, list(answer.json()["data"])) == (400, [field])


async def test_B2_a_number_tells_its_features(world):
    path = "accounts/{A}/phone_numbers/%2B14165550101"
    await world.master.put(path, {})
    changed = await world.master.patch(path, {"failover": {"e164": "416 555 0199"}, "prepend": {"enabled": False}})
    assert (changed["failover"], changed["features"]) == ({"e164": "+14165550199"}, ["failover"])
    assert {"failover", "prepend", "cnam"} <= set(changed["features_available"])
