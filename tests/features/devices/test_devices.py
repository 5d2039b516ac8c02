"""Devices: credentials for the edge, uniqueness, realm changes."""

from __future__ import annotations

import hashlib

import psycopg
import pytest

pytestmark = [pytest.mark.db, pytest.mark.anyio]


def stored(database, device_id):
    with psycopg.connect(database.admin_url) as admin:
        return admin.execute(
            "select sip_username, realm, ha1, enabled, mac_address from devices where id = %s", [device_id]
        ).fetchone()


async def test_D2_random_credentials_are_made_and_their_ha1_is_what_the_edge_checks(world, database):
    made = await world.customer.put("accounts/{A}/devices", {"name": "Desk"})
    sip = made["sip"]
    assert len(sip["password"]) == 20
    username, realm, ha1, enabled, _ = stored(database, made["id"])
    assert (username, realm, enabled) == (sip["username"], "customer.example.test", True)
    assert ha1 == hashlib.md5(f"{username}:{realm}:{sip['password']}".encode()).hexdigest()
    kept = await world.customer.post(f"accounts/{{A}}/devices/{made['id']}", {"name": "Renamed"})
    assert kept["sip"]["password"] == sip["password"]
    changed = await world.customer.patch(f"accounts/{{A}}/devices/{made['id']}", {"sip": {"password": "new-secret"}})
    assert changed["sip"]["username"] == username
    assert stored(database, made["id"])[2] != ha1


async def test_a_new_realm_reaches_every_device(world, database):
    made = await world.customer.put(
        "accounts/{A}/devices", {"name": "Desk", "sip": {"username": "desk", "password": "secret-x"}}
    )
    await world.customer.patch("accounts/{A}", {"realm": "moved.example.test"})
    assert stored(database, made["id"])[1:3] == (
        "moved.example.test", hashlib.md5(b"desk:moved.example.test:secret-x").hexdigest(),
    )  # fmt: skip


async def test_A3_a_sip_user_name_is_unique_in_its_realm_only(world):
    phone = {"name": "Desk", "sip": {"username": "desk1000", "password": "secret-x"}}
    await world.customer.put("accounts/{A}/devices", phone)
    taken = await world.customer.call("PUT", "accounts/{A}/devices", {**phone, "sip": {"username": "DESK1000"}})
    assert taken.json()["data"]["sip.username"]["unique"]["message"]
    await world.stranger.put("accounts/{A}/devices", phone)
    foreign = {"name": "x", "sip": {"realm": "stranger.example.test"}}
    assert (await world.customer.call("PUT", "accounts/{A}/devices", foreign)).status_code == 400


async def test_mac_addresses_are_written_one_way_and_used_once(world):
    made = await world.customer.put("accounts/{A}/devices", {"name": "Desk", "mac_address": "0015-65AA.BBCC"})
    assert made["mac_address"] == "00:15:65:aa:bb:cc"
    again = await world.stranger.call("PUT", "accounts/{A}/devices", {"name": "Desk", "mac_address": "001565aabbcc"})
    assert "mac_address" in again.json()["data"]
    assert (
        await world.customer.call("PUT", "accounts/{A}/devices", {"name": "D", "mac_address": "nope"})
    ).status_code == 400


async def test_the_owner_must_be_a_user_of_the_account(world):
    for owner in (world.stranger.user_id, "0" * 32, "x"):
        answer = await world.customer.call("PUT", "accounts/{A}/devices", {"name": "D", "owner_id": owner})
        assert answer.json()["data"]["owner_id"]["not_found"]


async def test_status_and_with_status_say_what_is_registered(world):
    made = await world.customer.put("accounts/{A}/devices", {"name": "Desk"})
    assert await world.customer.get("accounts/{A}/devices/status") == []
    [row] = await world.customer.get("accounts/{A}/devices?with_status=true")
    assert (row["id"], row["registered"]) == (made["id"], False)


async def test_A5_an_address_stands_for_one_device_whoever_names_it_later(world, database):
    def known_by(address):
        return {"name": "PBX", "sip": {"method": "ip", "ip": address}}

    made = await world.stranger.put("accounts/{A}/devices", known_by("203.0.113.7"))
    for who in (world.customer, world.stranger):
        answer = await who.call("PUT", "accounts/{A}/devices", known_by("203.0.113.7"))
        assert "another device" in answer.json()["data"]["sip.ip"]["unique"]["message"]
    mine = await world.customer.put("accounts/{A}/devices", known_by("203.0.113.8"))
    path = f"accounts/{{A}}/devices/{mine['id']}"
    assert (await world.customer.call("PATCH", path, {"sip": {"ip": "203.0.113.7"}})).status_code == 400
    await world.customer.patch(path, {"name": "still mine"})
    with psycopg.connect(database.admin_url) as admin:
        # Two that came at the same moment: the older one is who calls.
        admin.execute("update devices set sip_ip = '203.0.113.7' where id = %s", [mine["id"]])
        found = admin.execute("select device_id from edge_ip_devices() where ip = '203.0.113.7'").fetchall()
        admin.execute("insert into edge.carriers (key_name, key_value) values ('203.0.113.9:5060', 'x|y')")
    assert found == [(made["id"],)]
    answer = await world.customer.call("PUT", "accounts/{A}/devices", known_by("203.0.113.9"))
    assert "carrier" in answer.json()["data"]["sip.ip"]["unique"]["message"]
    await world.stranger.delete(f"accounts/{{A}}/devices/{made['id']}")
    await world.customer.patch(path, {"sip": {"ip": "203.0.113.7"}})


async def test_B5_a_trunk_does_not_name_the_address_of_another_customers_phone_system(world, database):
    pbx = {"name": "PBX", "sip": {"method": "ip", "ip": "203.0.113.21"}}
    made = await world.customer.put("accounts/{A}/devices", pbx)
    trunk = {"name": "Mine", "gateways": [{"server": "192.0.2.1"}, {"server": "203.0.113.21"}]}
    answer = await world.stranger.call("PUT", "accounts/{A}/resources", trunk)
    assert "phone system" in answer.json()["data"]["gateways.1.server"]["unique"]["message"]
    named = await world.stranger.put("accounts/{A}/resources", {**trunk, "gateways": [{"server": "sip.example.test"}]})
    place = f"accounts/{{A}}/resources/{named['id']}"
    assert (await world.stranger.call("POST", place, trunk)).status_code == 400
    await world.stranger.patch(place, {"name": "Still mine"})
    # Its own phone system, and that of an account below: whoever answers for both knows.
    for who in (world.customer, world.reseller):
        await who.put("accounts/{A}/resources", trunk)
    # The same for a name that leads there, which is seen when it is resolved.
    who = [each.account_id for each in (world.stranger, world.customer, world.stranger)]
    where = ["203.0.113.21", "203.0.113.21", "203.0.113.22"]
    with psycopg.connect(database.admin_url) as admin:
        ask = "select n from trunk_addresses_taken(%s::uuid[], %s::inet[])"
        assert admin.execute(ask, [who, where]).fetchall() == [(1,)]
    await world.customer.delete(f"accounts/{{A}}/devices/{made['id']}")
    await world.stranger.post(place, trunk)
