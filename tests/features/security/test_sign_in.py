"""A10, H4: second factors, sessions, API keys with scopes, and lists of addresses."""

from __future__ import annotations

import asyncio
import time
from datetime import timedelta

import psycopg
import pytest
from tests.features.security.authenticator import Authenticator

from qvoice.core.access import otp
from qvoice.features.auth.passkeys import party
from qvoice.kit.clock import utcnow

pytestmark = [pytest.mark.db, pytest.mark.anyio]


async def log_in(world, who, **more):
    """Log in with the password; return the answer."""
    body = {"credentials": world.md5(who.username, who.password), "account_realm": who.realm, **more}
    return await world.nobody.call("PUT", "user_auth", body)


def as_(world, who, answer):
    """Return a client with the token of an answer."""
    return type(who)(world.http, who.account_id, who.user_id, answer.json()["auth_token"], who.password, who.username,
                     who.realm)  # fmt: skip


async def enrol(user) -> tuple[bytes, list[str], str]:
    """Set up an authenticator; return (secret, recovery codes, new token). The code of the step before is used up."""
    begun = await user.put(f"accounts/{{A}}/users/{user.user_id}/second_factors", {"kind": "otp", "name": "Phone"})
    secret = otp.from_base32(begun["secret"])
    assert begun["qr"].startswith("<svg")
    assert begun["address"].startswith("otpauth://totp/")
    place = f"accounts/{{A}}/users/{user.user_id}/second_factors/{begun['id']}"
    assert (await user.call("POST", place, {"code": "000000"})).status_code in (200, 400)
    answer = await user.call("POST", place, {"code": otp.code(secret, int(time.time()) // 30 - 1)})
    assert answer.status_code == 200, answer.text
    return secret, answer.json()["data"]["recovery_codes"], answer.json()["auth_token"]


async def test_A10_a_second_factor_is_asked_for_and_a_code_works_once(world):
    user = await world.user(world.customer, "ann")
    assert (await log_in(world, user)).status_code == 201
    secret, codes, _ = await enrol(user)
    asked = await log_in(world, user)
    assert asked.status_code == 401
    assert asked.json()["data"]["multi_factor_request"]["provider_name"] == "otp"
    assert (await log_in(world, user, multi_factor_response="123")).status_code == 401
    code = otp.code(secret, int(time.time()) // 30)
    both = await asyncio.gather(*(log_in(world, user, multi_factor_response=code) for _ in range(2)))
    assert sorted(answer.status_code for answer in both) == [201, 401], "one code lets in once, at once or later"
    assert (await log_in(world, user, multi_factor_response=code)).status_code == 401
    # A wrong password never gets as far as the second factor.
    wrong = {"credentials": world.md5("ann", "wrong"), "account_realm": user.realm, "multi_factor_response": codes[0]}
    assert (await world.nobody.call("PUT", "user_auth", wrong)).status_code == 401
    # Recovery codes: ten, each once, spaces and case forgiven.
    assert len(set(codes)) == 10
    assert (await log_in(world, user, multi_factor_response=codes[0].upper())).status_code == 201
    assert (await log_in(world, user, multi_factor_response=codes[0])).status_code == 401
    tried = await world.customer.get("accounts/{A}/security/attempts")
    assert {row["outcome"] for row in tried if row["user_id"] == user.user_id} == {"success", "second_factor"}
    # Who lost the phone asks an administrator; a plain user cannot touch another's.
    place = f"accounts/{{A}}/users/{user.user_id}/second_factors"
    [factor] = (await world.customer.get(place))["factors"]
    other = await world.user(world.customer, "bob")
    assert (await other.call("DELETE", f"{place}/{factor['id']}")).status_code in (403, 404)
    assert (await world.customer.call("PUT", place, {"kind": "otp"})).status_code == 403
    await world.customer.delete(f"{place}/{factor['id']}")
    assert (await log_in(world, user)).status_code == 201


async def test_A10_wrong_codes_lock_nobody_out_who_has_a_recovery_code(world, database):
    user = await world.user(world.customer, "ann")
    secret, codes, _ = await enrol(user)
    with psycopg.connect(database.admin_url) as admin:
        admin.execute(
            "insert into login_attempts (id, account_id, user_id, method, outcome)"
            " select gen_random_uuid(), %s, %s, 'cb_user_auth', 'second_factor' from generate_series(1, 30)",
            [user.account_id, user.user_id],
        )
    code = otp.code(secret, int(time.time()) // 30)
    assert (await log_in(world, user, multi_factor_response=code)).status_code == 401
    assert (await log_in(world, user, multi_factor_response=codes[3])).status_code == 201


async def test_A10_the_database_gives_no_secret(world, database):
    user = await world.user(world.customer, "ann")
    secret, codes, _ = await enrol(user)
    with psycopg.connect(database.admin_url) as admin:
        stored = admin.execute("select secret from second_factors").fetchall()
        hashes = admin.execute("select code_hash from recovery_codes").fetchall()
    assert secret not in bytes(stored[0][0])
    assert not {code for code in codes if code.replace("-", "") in str(hashes)}


async def test_A10_an_account_may_want_it_of_everybody_and_of_all_below(world):
    user = await world.user(world.customer, "ann")
    wanted = {"auth_modules": {"cb_user_auth": {"multi_factor": {"enabled": True, "include_subaccounts": True}}}}
    await world.reseller.patch("accounts/{A}/security", wanted)
    shown = await world.customer.get("accounts/{A}/security")
    assert shown["inherited_config"]["auth_modules"]["cb_user_auth"]["multi_factor"] == {"enabled": True}
    assert (await log_in(world, world.stranger)).json()["data"].get("second_factor_wanted") is None
    answer = await log_in(world, user)
    assert answer.json()["data"]["second_factor_wanted"] is True
    held = as_(world, user, answer)
    mine = f"accounts/{{A}}/users/{user.user_id}"
    refused = await held.call("GET", mine)
    assert (refused.status_code, refused.json()["message"]) == (403, "second_factor_wanted")
    _, _, token = await enrol(held)
    free = type(user)(world.http, user.account_id, user.user_id, token)
    assert (await free.get(mine))["id"] == user.user_id
    await world.reseller.delete("accounts/{A}/security")
    assert (await log_in(world, await world.user(world.customer, "bob"))).json()["data"].get(
        "second_factor_wanted"
    ) is None


def test_A10_passkeys_are_of_the_portals_name_and_of_localhost_on_ones_own_machine():
    assert party("https://portal.example.com/") == ("portal.example.com", "https://portal.example.com")
    assert party("http://127.0.0.1:8000") == ("localhost", "http://localhost:8000")


async def test_A10_passkeys_prove_themselves_once_and_on_our_origin_only(world):
    host, portal = party(world.app.state.settings.portal_url)
    user = await world.user(world.customer, "ann")
    place = f"accounts/{{A}}/users/{user.user_id}/second_factors"
    key = Authenticator(portal, host)
    begun = await user.put(place, {"kind": "passkey", "name": "Key"})
    answer = {"state": begun["state"], "credential": key.create(begun)}
    done = await user.post(f"{place}/{begun['id']}", answer)
    assert len(done["recovery_codes"]) == 10
    request = (await log_in(world, user)).json()["data"]["multi_factor_request"]
    assert request["provider_name"] == "passkey"
    proof = {"state": request["passkey"]["state"], "credential": key.get(request["passkey"])}
    assert (await log_in(world, user, multi_factor_response=proof)).status_code == 201
    assert (await log_in(world, user, multi_factor_response=proof)).status_code == 401, "an answer counts once"
    for stranger in (Authenticator(portal, host), Authenticator("https://evil.example", "evil.example")):
        stranger.id = key.id
        stranger.key = key.key if stranger.origin != portal else stranger.key
        request = (await log_in(world, user)).json()["data"]["multi_factor_request"]
        forged = {"state": request["passkey"]["state"], "credential": stranger.get(request["passkey"])}
        assert (await log_in(world, user, multi_factor_response=forged)).status_code == 401
    for nonsense in ({}, {"state": "x"}, {"state": request["passkey"]["state"], "credential": {"id": 7}}, []):
        assert (await log_in(world, user, multi_factor_response=nonsense)).status_code == 401
    again = await user.put(place, {"kind": "passkey"})
    assert (
        await user.call("POST", f"{place}/{again['id']}", {"state": again["state"], "credential": {}})
    ).status_code == 400


async def test_A10_sessions_are_listed_and_ended(world):
    user = await world.user(world.customer, "ann")
    place = f"accounts/{{A}}/users/{user.user_id}/sessions"
    second = as_(world, user, await log_in(world, user))
    third = as_(world, user, await log_in(world, user))
    rows = await user.get(place)
    assert len(rows) == 3
    [current] = [row["id"] for row in rows if row["current"]]
    [other] = [row["id"] for row in await second.get(place) if row["current"]]
    assert other != current
    await user.delete(f"{place}/{other}")
    assert (await second.call("GET", place)).status_code == 401
    assert [row["id"] for row in await user.delete(place)]
    assert (await third.call("GET", place)).status_code == 401
    assert [row["id"] for row in await user.get(place)] == [current]
    bob = await world.user(world.customer, "bob")
    assert (await bob.call("GET", place)).status_code in (403, 404)
    assert (await bob.call("DELETE", f"{place}/{current}")).status_code in (403, 404)
    await world.customer.delete(place)
    assert (await user.call("GET", place)).status_code == 401


async def test_H4_an_api_key_does_what_it_was_made_for_until_it_ends(world, database):
    body = {"name": "CRM", "scopes": ["users:read", "cdrs:*"]}
    made = await world.customer.put("accounts/{A}/api_keys", body)
    key = made["api_key"]
    direct = type(world.customer)(world.http, world.customer.account_id, token=key)
    entered = (await world.nobody.call("PUT", "api_auth", {"api_key": key})).json()
    assert entered["data"]["method"] == "qv_api_key"
    by_token = type(world.customer)(world.http, world.customer.account_id, token=entered["auth_token"])
    bearer = await world.nobody.call("GET", f"accounts/{world.customer.account_id}/users",
                                     headers={"authorization": f"Bearer {key}"})  # fmt: skip
    assert bearer.status_code == 200
    assert key not in bearer.text + str(bearer.headers)
    for client in (direct, by_token):
        assert await client.get("accounts/{A}/users")
        assert (await client.call("GET", "accounts/{A}/cdrs")).status_code == 200
        for method, path in (("GET", "devices"), ("PUT", "users"), ("GET", "api_keys"), ("PUT", "api_keys"),
                             ("GET", "api_key"), ("GET", "audit")):  # fmt: skip
            answer = await client.call(method, f"accounts/{{A}}/{path}", None if method == "GET" else body)
            assert answer.status_code == 403, path
        assert (await client.call("GET", f"accounts/{world.stranger.account_id}/users")).status_code == 403
    listed = await world.customer.get("accounts/{A}/api_keys")
    assert key not in str(listed)
    assert listed[0]["last_used"]
    with psycopg.connect(database.admin_url) as admin:
        assert key not in str(admin.execute("select * from api_keys").fetchall())
    place = f"accounts/{{A}}/api_keys/{made['id']}"
    await world.customer.post(place, {**body, "scopes": ["devices:read"]})
    for client in (direct, by_token):
        assert (await client.call("GET", "accounts/{A}/devices")).status_code == 200
        assert (await client.call("GET", "accounts/{A}/users")).status_code == 403
    await world.customer.post(place, {**body, "cidrs": ["203.0.113.0/24"]})
    assert (await direct.call("GET", "accounts/{A}/users")).status_code == 403
    await world.customer.post(place, body)
    with psycopg.connect(database.admin_url) as admin:
        admin.execute("update api_keys set expires = now() - interval '1 second'")
    world.app.state.directory.forget()
    assert (await direct.call("GET", "accounts/{A}/users")).status_code == 401
    await world.customer.post(place, {**body, "expires": (utcnow() + timedelta(hours=1)).isoformat()})
    assert (await direct.call("GET", "accounts/{A}/users")).status_code == 200
    await world.customer.delete(place)
    for client in (direct, by_token):
        assert (await client.call("GET", "accounts/{A}/users")).status_code == 401
    # A key that may do everything still makes no keys: one that leaks does not outlive itself.
    wide = await world.customer.put("accounts/{A}/api_keys", {"name": "All", "scopes": ["*:*"]})
    all_ = type(world.customer)(world.http, world.customer.account_id, token=wide["api_key"])
    assert (await all_.call("GET", "accounts/{A}/devices")).status_code == 200
    for method, path in (("PUT", "api_keys"), ("GET", "api_key"), ("PUT", "api_key")):
        assert (await all_.call(method, f"accounts/{{A}}/{path}", None if method == "GET" else body)).status_code == 403
    for bad in ({"name": "x"}, {**body, "scopes": []}, {**body, "scopes": ["everything"]}, {**body, "expires": "soon"},
                {**body, "expires": "2001-01-01T00:00:00Z"}, {**body, "cidrs": ["here"]}):  # fmt: skip
        assert (await world.customer.call("PUT", "accounts/{A}/api_keys", bad)).status_code == 400


async def test_A10_lists_of_networks_for_phones_are_apart_from_those_of_log_ins(world, database):
    everywhere, all_ = {"order": "allow,deny", "cidrs": []}, "accounts/{A}/access_lists/devices"
    device = await world.customer.put("accounts/{A}/devices", {"name": "Desk"})
    own = f"accounts/{{A}}/devices/{device['id']}/access_lists"
    assert await world.customer.get(all_) == await world.customer.get(own) == everywhere
    wanted = {"order": "allow,deny", "cidrs": ["203.0.113.9/24", "2001:DB8::/32"], "note": "office"}
    kept = {**wanted, "cidrs": ["203.0.113.0/24", "2001:db8::/32"]}
    assert (await world.customer.post(all_, wanted)).items() >= kept.items()
    assert (await world.customer.get("accounts/{A}/access_lists"))["cidrs"] == [], "people come from everywhere"
    await world.customer.post(own, {"order": "deny,allow", "cidrs": ["192.0.2.7"]})
    wrong = [
        ({"cidrs": ["192.0.2.0/24", "nowhere"]}, "cidrs.1"),
        ({"cidrs": ["fe80::1%x,0.0.0.0/0"]}, "cidrs.0"),
        ({"order": "allow"}, "order"),
        ({"user_agent": "Yealink.*"}, "user_agent"),
    ]
    for bad, field in wrong:
        for place in (all_, own):
            refused = await world.customer.call("POST", place, bad)
            assert (refused.status_code, [*refused.json()["data"]]) == (400, [field])
    for other in (world.stranger, world.customer):
        mine = f"accounts/{{A}}/devices/{'0' * 32 if other is world.customer else device['id']}/access_lists"
        assert (await other.call("POST", mine, wanted)).status_code == 404
    known = await world.customer.put("accounts/{A}/devices", {"name": "P", "sip": {"method": "ip", "ip": "192.0.2.77"}})
    its = await world.customer.call("POST", f"accounts/{{A}}/devices/{known['id']}/access_lists", wanted)
    assert "recognised by its address" in its.json()["data"]["cidrs"]["invalid"]["message"]
    with psycopg.connect(database.admin_url) as admin:
        seen = "select key_name, key_value from edge_access_lists(%s)"
        of = {id: admin.execute(seen, [id]).fetchall() for id in (world.customer.account_id, device["id"])}
    assert of == {
        world.customer.account_id: [(world.customer.account_id, "only|203.0.113.0/24,2001:db8::/32")],
        device["id"]: [(device["id"], "not|192.0.2.7/32")],
    }
    assert (await world.customer.call("DELETE", own)).status_code == 200
    await world.customer.delete(all_)
    assert await world.customer.get(all_) == await world.customer.get(own) == everywhere


async def test_A10_log_ins_only_from_listed_addresses_and_the_account_above_can_mend_it(world):
    place = "accounts/{A}/access_lists"
    assert (await world.customer.get(place))["cidrs"] == []
    locked = await world.customer.call("POST", place, {"order": "allow,deny", "cidrs": ["203.0.113.0/24"]})
    assert locked.json()["data"]["cidrs"]["locked_out"]
    assert (await world.customer.call("POST", place, {"cidrs": ["not an address"]})).status_code == 400
    await world.customer.post(place, {"order": "allow,deny", "cidrs": ["127.0.0.0/8"]})
    assert (await log_in(world, world.customer)).status_code == 201
    below = f"accounts/{world.customer.account_id}/access_lists"
    await world.reseller.post(below, {"order": "allow,deny", "cidrs": ["203.0.113.7"]})
    refused = await log_in(world, world.customer)
    assert (refused.status_code, refused.json()["message"]) == (403, "address_not_allowed")
    assert (await world.customer.call("GET", "accounts/{A}/users")).status_code == 403, "nor with an older token"
    assert (await world.reseller.call("GET", f"accounts/{world.customer.account_id}/users")).status_code == 200
    await world.reseller.delete(below)
    assert (await log_in(world, world.customer)).status_code == 201
    await world.reseller.post(below, {"order": "deny,allow", "cidrs": ["127.0.0.1"]})
    assert (await log_in(world, world.customer)).status_code == 403
