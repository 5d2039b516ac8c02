"""What forms of dialect clients read before they open, and the search that names no account (kazoo.md 3.3 C10, 3.4)."""

from __future__ import annotations

import pytest

pytestmark = [pytest.mark.db, pytest.mark.anyio]


async def test_H4_the_device_form_finds_the_defaults_it_shows(shared_world):
    me = shared_world.customer
    found = await me.get("accounts/{A}/configs/kazoo_endpoint")
    assert found["ignore_completed_elsewhere"] is False
    assert (await me.call("GET", "accounts/{A}/configs/no_such_thing")).status_code == 404


async def test_D2_a_list_with_status_says_which_devices_register_at_all(shared_world):
    me = shared_world.customer
    for kind, sip in (("sip_device", {}), ("cellphone", {}), ("softphone", {"method": "ip", "ip": "192.0.2.7"})):
        await me.put("accounts/{A}/devices", {"name": f"form {kind}", "device_type": kind, "sip": sip})
    rows = {row["name"]: row for row in await me.get("accounts/{A}/devices?with_status=true&paginate=false")}
    assert [rows[f"form {kind}"]["registrable"] for kind in ("sip_device", "cellphone", "softphone")] == [
        True, False, False,
    ]  # fmt: skip
    assert rows["form sip_device"]["registered"] is False


async def test_A2_accounts_are_searched_without_naming_one(shared_world):
    w = shared_world
    found = await w.master.get("search?t=account&q=name&v=resel")
    assert [(row["id"], row["descendants_count"]) for row in found] == [(w.reseller.account_id, 1)]
    several = await w.reseller.get("search/multi?t=account&by_name=cust&by_realm=cust&by_id=zz")
    assert [row["id"] for row in several["name"]] == [w.customer.account_id] == [row["id"] for row in several["realm"]]
    assert several["id"] == []


async def test_A5_a_search_without_an_account_never_looks_sideways_or_up(shared_world):
    w = shared_world
    for who in (w.stranger, w.customer):
        for name in ("master", "resel", "cust", "stran"):
            assert await who.get(f"search?t=account&q=name&v={name}") == []
    assert (await w.nobody.call("GET", "search?t=account&q=name&v=a")).status_code == 401


async def test_B1_the_repair_call_answers_with_the_number(shared_world):
    w = shared_world
    await w.master.put(f"accounts/{w.customer.account_id}/phone_numbers/%2B14165557001", {})
    found = await w.customer.post("accounts/{A}/phone_numbers/fix/%2B14165557001", {})
    assert found["id"] == "+14165557001"
    assert (await w.customer.call("POST", "accounts/{A}/phone_numbers/fix/%2B14165557002", {})).status_code == 404


async def test_B2_a_spare_number_is_used_by_nobody_in_the_way_clients_look_for(shared_world):
    w = shared_world
    await w.master.put(f"accounts/{w.customer.account_id}/phone_numbers/%2B14165557010", {})
    rows = (await w.customer.get("accounts/{A}/phone_numbers?paginate=false"))["numbers"]
    assert rows["+14165557010"]["used_by"] == ""
    assert "e911" in rows["+14165557010"]["features_available"]


async def test_D13_a_system_prompt_reads_as_media(shared_world):
    me = shared_world.customer
    found = await me.get("accounts/{A}/media/system_media%2Fvm-enter-num-to-call")
    assert found["id"] == "system_media/vm-enter-num-to-call"
    assert found["name"] == "vm-enter-num-to-call"
    assert (await me.call("GET", "accounts/{A}/media/system_media%2F..%2Fpasswd")).status_code == 404
