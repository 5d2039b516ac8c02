"""Accounts and their tree."""

from __future__ import annotations

import asyncio
from urllib.parse import quote

import pytest

from qvoice.features.accounts.bootstrap import create_master

pytestmark = [pytest.mark.db, pytest.mark.anyio]


async def test_A1_the_master_is_made_once_even_when_two_starts_race(world):
    again = await asyncio.gather(*(create_master(world.db, world.key, password="x" * 12) for _ in range(3)))
    assert {(master.account_id, master.created) for master in again} == {(world.master.account_id, False)}


async def test_A3_realms_are_unique_and_made_up_when_absent(world):
    made = await world.master.put("accounts", {"name": "No realm"})
    assert made["realm"].endswith(".master.example.test")
    taken = await world.stranger.call("PATCH", "accounts/{A}", {"realm": "Customer.Example.test"})
    assert taken.json()["data"]["realm"]["unique"]["message"]
    for realm in ("x", "no dots", "-a.example", "a..b", "ü.example.test"):
        assert (await world.master.call("PUT", "accounts", {"name": "N", "realm": realm})).status_code == 400


async def test_A3_zone_language_and_country_are_checked_and_inherited(world):
    made = await world.master.put("accounts", {"name": "Heir"})
    assert (made["timezone"], made["language"], made["country"]) == ("America/Toronto", "en-us", "CA")
    for bad in ({"timezone": "Mars/Base"}, {"language": "klingon!"}, {"country": "ZZ"}):
        answer = await world.master.call("PATCH", f"accounts/{made['id']}", bad)
        assert list(answer.json()["data"]) == list(bad)


async def test_A4_account_and_administrator_are_one_transaction(world):
    bad = await world.master.call(
        "PUT", "accounts", {"name": "Half", "realm": "half.example.test", "admin": {"email": "not mail"}}
    )
    assert bad.status_code == 400
    assert "Half" not in {row["name"] for row in await world.master.get("accounts/{A}/children?paginate=false")}
    good = await world.master.put(
        "accounts", {"name": "Half", "realm": "half.example.test", "admin": {"username": "boss"}}
    )
    assert (
        await world.login("half.example.test", good["admin"]["username"], good["admin"]["password"])
    ).account_id == good["id"]


async def test_A5_an_account_moves_with_all_below_and_never_in_a_circle(world):
    below = await world.account(world.reseller, "below")
    await world.master.put(f"accounts/{world.customer.account_id}/reseller", {})
    leaf = await world.account(world.customer, "leaf")
    for to in (leaf.account_id, world.customer.account_id):
        answer = await world.master.call("POST", f"accounts/{world.customer.account_id}/move", {"to": to})
        assert answer.status_code == 400
    assert (
        await world.reseller.call("POST", f"accounts/{world.customer.account_id}/move", {"to": below.account_id})
    ).status_code == 403
    await world.master.post(f"accounts/{world.customer.account_id}/move", {"to": world.stranger.account_id})
    for account in (world.customer, leaf):
        assert (await world.reseller.call("GET", f"accounts/{account.account_id}")).status_code == 403
        assert (await world.stranger.call("GET", f"accounts/{account.account_id}/users")).status_code == 200
        assert (await account.call("GET", "accounts/{A}/users")).status_code == 200


async def test_A5_an_account_moves_with_a_deleted_one_below_which_comes_back_at_the_new_place(world):
    await world.master.put(f"accounts/{world.stranger.account_id}/reseller", {})
    await world.master.put(f"accounts/{world.customer.account_id}/reseller", {})
    gone = await world.account(world.customer, "gone")
    await world.customer.delete(f"accounts/{gone.account_id}")
    await world.master.post(f"accounts/{world.customer.account_id}/move", {"to": world.stranger.account_id})
    back = await world.stranger.put(f"accounts/{{A}}/deleted/{gone.account_id}/restore", {})
    assert back["id"] == gone.account_id
    assert (await world.stranger.call("GET", f"accounts/{gone.account_id}/users")).status_code == 200
    assert (await world.reseller.call("GET", f"accounts/{gone.account_id}")).status_code == 403


async def test_A11_no_account_comes_below_one_that_is_deleted_or_moved_at_that_moment(world):
    """Whichever is first: the later one sees it, so nothing hangs below an account that is not there."""
    for number in range(4):
        above = await world.account(world.master, f"above{number}")
        await world.master.put(f"accounts/{above.account_id}/reseller", {})
        create = above.call("PUT", "accounts/{A}", {"name": f"below{number}"})
        other = (
            world.master.call("DELETE", f"accounts/{above.account_id}")
            if number % 2
            else world.master.call("POST", f"accounts/{above.account_id}/move", {"to": world.stranger.account_id})
        )
        made, changed = await asyncio.gather(create, other)
        assert made.status_code in (201, 401, 403, 409), made.text
        if made.status_code == 201:
            below = made.json()["data"]["id"]
            # It is reached through the one above, wherever that is now.
            assert (await above.call("GET", f"accounts/{below}")).status_code == 200
            seen = (await world.stranger.call("GET", f"accounts/{below}")).status_code
            assert seen == (200 if number % 2 == 0 and changed.status_code == 200 else 403)


async def test_A11_delete_is_refused_with_descendants_and_ends_logins(world):
    answer = await world.master.call("DELETE", f"accounts/{world.reseller.account_id}")
    assert (answer.status_code, answer.json()["message"]) == (400, "account_has_descendants")
    assert (await world.customer.call("DELETE", "accounts/{A}")).status_code == 403
    await world.master.put(f"accounts/{world.customer.account_id}/phone_numbers/%2B14165550142", {})
    await world.reseller.delete(f"accounts/{world.customer.account_id}")
    assert (await world.customer.call("GET", "accounts/{A}")).status_code == 401
    assert (await world.reseller.call("GET", f"accounts/{world.customer.account_id}")).status_code == 403
    assert "+14165550142" in (await world.reseller.get("accounts/{A}/phone_numbers"))["numbers"]
    await world.account(world.reseller, "customer")


async def test_children_rows_count_descendants(world):
    rows = await world.master.get("accounts/{A}/children?ascending=true")
    assert [(row["name"], row["descendants_count"]) for row in rows] == [("reseller", 1), ("stranger", 0)]
    found = await world.master.get("accounts/{A}/search?t=account&q=name&v=CUST")
    assert [row["id"] for row in found] == [world.customer.account_id]
    multi = await world.master.get("accounts/{A}/search/multi?t=account&by_name=res&by_realm=str")
    assert [len(multi["name"]), len(multi["realm"])] == [1, 1]
    assert await world.stranger.get("accounts/{A}/search?t=account&q=name&v=cust") == []
    mine, people = "accounts/{A}", [("Émile", "Zola"), ("Émile", "Bo"), ("emil", "Ox")]
    ids = [
        (await world.customer.put(f"{mine}/users", {"first_name": a, "last_name": b, "email": f"Z{b}@a.example"}))["id"]
        for a, b in people
    ]
    for view, value, hits in (
        ("name", "É", [0, 1]), ("name", "émile z", [0]), ("name", "EMIL", [2]), ("email", "zox", [2]),
        ("name", "zola", []), ("id", ids[1][:9], [1]), ("name", "%", []),
    ):  # fmt: skip
        rows = await world.customer.get(f"{mine}/search?t=user&q={view}&v={quote(value)}")
        assert {row["id"] for row in rows} == {ids[hit] for hit in hits}, (view, value)
    flow = {"name": "Main", "numbers": ["4000", "4100"], "flow": {"module": "hangup", "data": {}, "children": {}}}
    made = await world.customer.put(f"{mine}/callflows", flow)
    for view, value, hit in (("number", "40", 1), ("number", "410", 1), ("number", "000", 0),
                             ("name_and_number", "ma", 1), ("name_and_number", "4", 1)):  # fmt: skip
        rows = await world.customer.get(f"{mine}/search?t=callflow&q={view}&v={quote(value)}")
        assert [row["id"] for row in rows] == [made["id"]] * hit, (view, value)


async def test_A4_C3_limits_and_features_come_with_the_account_or_nothing_does(world):
    wanted = {
        "name": "Whole",
        "realm": "whole.example.test",
        "admin": {"email": "a@b.example"},
        "limits": {"twoway_trunks": 4, "allow_prepay": True},
        "hidden_apps": ["callflows"],
    }
    bad = await world.reseller.call("PUT", "accounts/{A}", {**wanted, "limits": {"twoway_trunks": -1}})
    assert list(bad.json()["data"]) == ["limits.twoway_trunks"]
    bad = await world.reseller.call("PUT", "accounts/{A}", {**wanted, "admin": {"email": "not mail"}})
    assert list(bad.json()["data"]) == ["admin.email"]
    assert "Whole" not in {row["name"] for row in await world.reseller.get("accounts/{A}/children?paginate=false")}
    made = await world.reseller.put("accounts/{A}", wanted)
    assert (await world.reseller.get(f"accounts/{made['id']}/limits"))["twoway_trunks"] == 4
    given = {app["name"] for app in await world.reseller.get(f"accounts/{made['id']}/apps_store")}
    assert "voip" in given
    assert "callflows" not in given


async def test_A5_a_reseller_is_born_by_the_masters_word_only(world):
    wanted = {"name": "Born", "realm": "born.example.test", "reseller": True}
    assert (await world.reseller.call("PUT", "accounts/{A}", wanted)).status_code == 403
    assert (await world.master.put("accounts/{A}", wanted))["is_reseller"] is True


async def test_A2_a_list_tells_who_is_a_reseller_and_who_is_switched_off(world):
    await world.reseller.patch(f"accounts/{world.customer.account_id}", {"enabled": False})
    rows = {row["id"]: row for row in await world.master.get("accounts/{A}/descendants?paginate=false")}
    assert rows[world.reseller.account_id]["is_reseller"] is True
    assert (rows[world.customer.account_id]["is_reseller"], rows[world.customer.account_id]["enabled"]) == (
        False,
        False,
    )


async def test_A4_C1_a_plan_and_special_prices_come_with_the_account(world):
    plan = await world.reseller.put(
        "accounts/{A}/service_plans",
        {"name": "Retail", "plan": {"users": {"_all": {"name": "Seat", "as": "user", "rate": 30}}}},
    )
    wanted = {
        "name": "Priced",
        "realm": "priced.example.test",
        "admin": {"email": "a@b.example"},
        "service_plans": {plan["id"]: {"users": {"_all": {"rate": 20}}}},
    }
    asked = await world.reseller.call("PUT", "accounts/{A}", wanted)
    assert asked.status_code == 402
    assert [item["total"] for item in asked.json()["data"][0]["items"]] == [20]
    assert "Priced" not in {row["name"] for row in await world.reseller.get("accounts/{A}/children?paginate=false")}
    made = await world.reseller.put("accounts/{A}", wanted, envelope={"accept_charges": True})
    services = await world.reseller.get(f"accounts/{made['id']}/services")
    assert services["plans"][plan["id"]]["name"] == "Retail"
    assert services["items"]["users"]["user"]["rate"] == 20
    bad = await world.reseller.call(
        "PUT", "accounts/{A}", {"name": "Bad", "realm": "bad.example.test", "service_plans": {"0" * 32: {}}}
    )
    assert bad.status_code == 400
