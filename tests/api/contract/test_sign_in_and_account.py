"""What web interfaces of the dialect read while they start, and the whole documents they send back (C1-C9)."""

from __future__ import annotations

import base64
import json

import pytest

pytestmark = [pytest.mark.db, pytest.mark.anyio]


async def test_C1_a_domain_without_branding_is_404_json_before_signing_in(shared_world):
    for path in ("whitelabel/portal.example.test", "whitelabel/portal.example.test/logo"):
        answer = await shared_world.nobody.call("GET", path)
        assert answer.status_code == 404
        assert answer.headers["content-type"] == "application/json"


async def test_C2_the_login_tells_the_capabilities_that_forms_read_without_looking(shared_world):
    me = shared_world.customer
    data = await me.get(f"user_auth/{me.token}")
    assert {"account_id", "owner_id", "is_reseller", "reseller_id", "language", "apps", "account_name"} <= data.keys()
    assert data["capabilities"]["caller_id"]["external_numbers"] == {"available": False}
    assert data["capabilities"]["voicemail"]["transcription"] == {"available": False, "default": False}


async def test_C5_C9_an_administrator_sends_the_whole_account_back_as_it_was_read(shared_world):
    me = shared_world.customer
    account = await me.get("accounts/{A}")
    flagged = {**account, "ui_flags": {"numbers_format": "international"}, "announcement": "moved"}
    assert (await me.post("accounts/{A}", flagged))["ui_flags"] == {"numbers_format": "international"}
    again = await me.get("accounts/{A}")
    assert {key: again[key] for key in ("name", "realm", "timezone", "language")} == {
        key: account[key] for key in ("name", "realm", "timezone", "language")
    }
    assert again["announcement"] == "moved"
    assert again["wnm_allow_additions"] is False


async def test_A5_only_the_master_lets_an_account_add_numbers(world):
    me, master = world.customer, world.master
    key, path = "wnm_allow_additions", f"accounts/{world.customer.account_id}"
    for actor in (me, world.reseller):
        refused = await actor.call("PATCH", path, {key: True})
        assert refused.status_code == 403
        account = await actor.get(path)
        assert (await actor.call("POST", path, {**account, key: True})).status_code == 403
    made = await world.reseller.call("PUT", "accounts/{A}", {"name": "sly", "realm": "sly.example.test", key: True})
    assert made.status_code == 403
    assert (await master.patch(path, {key: True}))[key] is True
    account = await me.get(path)
    assert (await me.post(path, {**account, "org": "kept"}))[key] is True
    del account[key]
    assert (await me.post(path, account))[key] is True, "leaving it out keeps it"
    assert (await me.call("PATCH", path, {key: False})).status_code == 403


async def test_C6_C9_a_user_keeps_the_interfaces_own_keys(shared_world):
    me = shared_world.customer
    user = await me.get(f"accounts/{{A}}/users/{me.user_id}")
    extra = {"appList": ["b" * 32, "a" * 32], "ui_help": {"voip": {"showUsersWalkthrough": False}}}
    await me.post(f"accounts/{{A}}/users/{me.user_id}", {**user, **extra})
    await me.patch(f"accounts/{{A}}/users/{me.user_id}", {"ui_help": {"voip": {"showGroupsWalkthrough": False}}})
    again = await me.get(f"accounts/{{A}}/users/{me.user_id}")
    assert again["appList"] == extra["appList"]
    assert again["ui_help"] == {"voip": {"showUsersWalkthrough": False, "showGroupsWalkthrough": False}}
    assert again["priv_level"] == "admin"


async def test_C7_app_rows_have_what_the_app_loader_reads(shared_world):
    rows = await shared_world.customer.get("accounts/{A}/apps_store")
    assert {"accounts", "callflows", "numbers", "voicemails", "voip"} <= {row["name"] for row in rows}
    for row in rows:
        assert {"id", "name", "i18n", "tags", "allowed_users", "users", "icon", "masqueradable"} <= row.keys()
        assert {"label", "description"} <= row["i18n"]["en-US"].keys()
        icon = await shared_world.customer.call("GET", f"accounts/{{A}}/apps_store/{row['id']}/icon")
        assert icon.headers["content-type"].startswith("image/")


async def test_C8_the_balance_of_an_account_without_charges_is_nothing_and_cannot_be_written(shared_world):
    me = shared_world.customer
    assert await me.get("accounts/{A}/ledgers") == {}
    assert (await me.get("accounts/{A}/ledgers/total"))["amount"] == 0
    assert (await me.get("accounts/{A}/ledgers/available"))["amount"] == 0
    for verb in ("credit", "debit"):
        answer = await me.call("PUT", f"accounts/{{A}}/ledgers/{verb}", {"amount": 5})
        assert answer.status_code == 403
    assert (await shared_world.stranger.call("GET", f"accounts/{me.account_id}/ledgers/total")).status_code == 403
    plain = await shared_world.user(me, "moneyless")
    assert (await plain.call("GET", "accounts/{A}/ledgers/total")).status_code == 403


async def test_C17_the_account_wizard_creates_its_own_route_for_outside_calls(world):
    me = await world.account(world.reseller, "wizard")
    path = f"accounts/{me.account_id}/callflows"
    [first] = await me.get(path + "?filter_numbers=no_match")
    flow = {"module": "resources", "data": {"hunt_account_id": world.reseller.account_id}, "children": {}}
    made = await world.reseller.put(path, {"numbers": ["no_match"], "flow": flow})
    assert [row["id"] for row in await me.get(path + "?filter_numbers=no_match")] == [made["id"]] != [first["id"]]
    again = await world.reseller.call("PUT", path, {"numbers": ["no_match"], "flow": flow})
    assert again.status_code == 400, "only the one that the account began with gives way"
    assert "unique" in again.json()["data"]["numbers"]


async def test_C17_a_route_for_outside_calls_that_somebody_changed_does_not_give_way(world):
    me = await world.account(world.reseller, "changed")
    path = "accounts/{A}/callflows"
    [first] = await me.get(path + "?filter_numbers=no_match")
    await me.patch(f"{path}/{first['id']}", {"contact_list": {"exclude": True}})
    flow = {"module": "offnet", "data": {}, "children": {}}
    assert (await me.call("PUT", path, {"numbers": ["no_match"], "flow": flow})).status_code == 400


async def test_head_answers_as_get_without_content(shared_world):
    me = shared_world.customer
    for path, status in (("accounts/{A}/users", 200), ("accounts/{A}/nothing", 404)):
        whole, head = await me.call("GET", path), await me.call("HEAD", path)
        assert (whole.status_code, head.status_code) == (status, status)
        assert head.content == b""
        assert head.headers["content-type"] == whole.headers["content-type"] == "application/json"
    assert (await shared_world.nobody.call("HEAD", f"accounts/{me.account_id}/users")).status_code == 401


async def test_S16_the_users_page_learns_that_no_second_factor_is_asked(world):
    me = world.customer
    settings = await me.get("accounts/{A}/security")
    assert settings["account"] == {}
    sign_in = settings["inherited_config"]["auth_modules"]["cb_user_auth"]
    assert (sign_in["enabled"], sign_in["multi_factor"]) == (True, {"enabled": False})
    assert await me.get("accounts/{A}/multi_factor") == {"configured": [], "multi_factor_providers": []}
    await me.patch("accounts/{A}", {"token_auth_expiry_s": 900})
    own = (await me.get("accounts/{A}/security"))["account"]["auth_modules"]["cb_user_auth"]
    assert own == {"token_auth_expiry_s": 900}
    await world.reseller.patch(
        "accounts/{A}/security", {"auth_modules": {"cb_user_auth": {"max_token_auth_expiry_s": 600}}}
    )
    held = (await me.get("accounts/{A}/security"))["inherited_config"]["auth_modules"]["cb_user_auth"]
    assert held["max_token_auth_expiry_s"] == 600
    again = await world.login(me.realm, me.username, me.password)
    claims = json.loads(base64.urlsafe_b64decode(again.token.split(".")[1] + "=="))
    assert claims["exp"] - claims["iat"] == 600
    for path in ("security", "multi_factor"):
        assert (await world.stranger.call("GET", f"accounts/{me.account_id}/{path}")).status_code == 403
        assert (await me.call("PUT", f"accounts/{{A}}/{path}", {})).status_code == 405
