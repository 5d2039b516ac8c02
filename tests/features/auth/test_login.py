"""Logging in, tokens and their end, the brake on guessing."""

from __future__ import annotations

import hashlib
from typing import Any

import psycopg
import pytest

from qvoice.features.auth.guard import MAX_WRONG

pytestmark = [pytest.mark.db, pytest.mark.anyio]


async def test_A1_master_logs_in_by_md5_sha1_and_plain_password_and_by_name_or_realm(world):
    from qvoice.features.auth.passwords import md5_credential, sha1_credential

    password = "the-master-password"
    sha1, md5 = sha1_credential("admin", password), md5_credential("admin", password)
    assert md5 == hashlib.md5(b"admin:the-master-password").hexdigest()
    for body in (
        {"credentials": md5, "account_name": "Master"},
        {"credentials": md5, "account_realm": "MASTER.example.test"},
        {"credentials": sha1, "account_name": "master", "method": "sha"},
        {"username": "ADMIN", "password": password, "account_name": "master"},
    ):
        answer = await world.nobody.call("PUT", "user_auth", body)
        assert answer.status_code == 201, answer.text
        data = answer.json()["data"]
        assert (data["account_id"], data["is_master_account"], data["is_reseller"]) == (
            world.master.account_id,
            True,
            True,
        )
        assert data["apps"]
        assert answer.headers["x-auth-token"] == answer.json()["auth_token"]


async def test_unknown_account_user_and_wrong_password_answer_the_same(world):
    bodies = [
        {"credentials": "0" * 32, "account_name": "nobody at all"},
        {"credentials": "1" * 32, "account_realm": "customer.example.test"},
        {"username": "ghost", "password": "whatever", "account_realm": "customer.example.test"},
        {"username": "admin", "password": "wrong", "account_realm": "customer.example.test"},
        {"credentials": "1" * 40, "phone_number": "+14165550199"},
    ]
    answers = [await world.nobody.call("PUT", "user_auth", body) for body in bodies]
    assert {answer.status_code for answer in answers} == {401}
    assert len({str({k: a.json()[k] for k in ("data", "error", "message")}) for a in answers}) == 1


async def test_a_new_password_ends_every_older_token_at_once(world):
    user = await world.user(world.customer, "person")
    await user.patch(f"accounts/{{A}}/users/{user.user_id}", {"password": "another-secret"})
    assert (await user.call("GET", "accounts/{A}")).status_code == 401
    again = await world.login(user.realm, "person", "another-secret")
    assert (await again.call("GET", f"accounts/{{A}}/users/{user.user_id}")).status_code == 200
    old = await world.nobody.call(
        "PUT", "user_auth", {"username": "person", "password": user.password, "account_realm": user.realm}
    )
    assert old.status_code == 401


async def test_logout_ends_the_token_and_no_other(world):
    other = await world.login("customer.example.test", "admin", world.customer.password)
    await world.customer.delete("token_auth")
    assert (await world.customer.call("GET", "accounts/{A}")).status_code == 401
    assert (await other.call("GET", "accounts/{A}")).status_code == 200


async def test_disabled_user_loses_the_session_and_gets_423_only_with_the_right_password(world):
    user = await world.user(world.customer, "person")
    await world.customer.patch(f"accounts/{{A}}/users/{user.user_id}", {"enabled": False})
    assert (await user.call("GET", "user_auth/" + user.token)).status_code == 401
    body = {"username": "person", "account_realm": user.realm}
    assert (await world.nobody.call("PUT", "user_auth", {**body, "password": user.password})).status_code == 423
    assert (await world.nobody.call("PUT", "user_auth", {**body, "password": "wrong-one"})).status_code == 401


async def test_A11_a_disabled_account_shuts_out_itself_and_all_below_but_not_those_above(world):
    await world.master.patch(f"accounts/{world.reseller.account_id}", {"enabled": False})
    for client in (world.reseller, world.customer):
        answer = await client.call("GET", "accounts/{A}")
        assert answer.status_code == 423
    assert (await world.master.call("GET", f"accounts/{world.customer.account_id}")).status_code == 200
    own = await world.stranger.call("PATCH", "accounts/{A}", {"enabled": False})
    assert own.status_code == 403


async def test_api_key_logs_in_as_the_account_and_dies_when_rotated(world):
    key = (await world.customer.get("accounts/{A}/api_key"))["api_key"]
    assert len(key) == 64
    answer = await world.nobody.call("PUT", "api_auth", {"api_key": key})
    token = answer.json()["auth_token"]
    headers = {"headers": {"x-auth-token": token}}
    path = f"accounts/{world.customer.account_id}/users"
    assert (await world.nobody.call("GET", path, **headers)).status_code == 200
    fresh = (await world.customer.put("accounts/{A}/api_key", {}))["api_key"]
    assert fresh != key
    assert (await world.nobody.call("GET", path, **headers)).status_code == 401
    assert (await world.nobody.call("PUT", "api_auth", {"api_key": key})).status_code == 401
    assert (await world.nobody.call("PUT", "api_auth", {"api_key": fresh})).status_code == 201


async def test_guessing_is_braked_per_account_and_source_and_the_stale_client_is_not_a_guesser(world):
    async def attempt(account: str, secret: str) -> int:
        body = {"username": "admin", "password": secret, "account_realm": f"{account}.example.test"}
        return (await world.nobody.call("PUT", "user_auth", body)).status_code

    assert {await attempt("stranger", "stale") for _ in range(MAX_WRONG + 5)} == {401}
    for number in range(MAX_WRONG):
        assert await attempt("customer", f"guess{number}") == 401
    assert await attempt("customer", world.customer.password) == 429
    assert await attempt("stranger", world.stranger.password) == 201


async def test_impersonation_gives_the_users_own_view_and_is_audited(world, database):
    user = await world.user(world.customer, "person")
    answer = await world.reseller.call(
        "PUT", f"accounts/{world.customer.account_id}/users/{user.user_id}/user_auth", {"action": "impersonate_user"}
    )
    assert answer.status_code == 201
    headers = {"headers": {"x-auth-token": answer.json()["auth_token"]}}
    rows = (await world.nobody.call("GET", f"accounts/{world.customer.account_id}/users", **headers)).json()["data"]
    assert [row["id"] for row in rows] == [user.user_id]
    refused = await user.call("PUT", f"accounts/{{A}}/users/{user.user_id}/user_auth", {"action": "impersonate_user"})
    assert refused.status_code == 403
    with psycopg.connect(database.admin_url) as admin:
        row = admin.execute(
            "select actor_id from audit where path like '%user_auth' and method = 'PUT' order by id desc"
        ).fetchall()
    assert world.reseller.user_id in {r[0].hex for r in row if r[0]}


async def test_A6_who_acts_as_a_user_is_named_with_their_own_account_and_only_as_long_as_they_may(world):
    place = f"accounts/{world.customer.account_id}/users/{world.customer.user_id}"
    other = await world.user(world.reseller, "second", priv_level="admin")

    async def act_as(who: Any) -> dict[str, Any]:
        answer = await who.call("PUT", f"{place}/user_auth", {"action": "impersonate_user"})
        assert answer.status_code == 201
        return {"headers": {"x-auth-token": answer.json()["auth_token"]}}

    async def acts(token: dict[str, Any]) -> int:
        path = f"accounts/{world.customer.account_id}/menus"
        return (await world.nobody.call("PUT", path, {"name": "made for them"}, **token)).status_code

    first, second, third = await act_as(other), await act_as(world.reseller), await act_as(world.master)
    assert [await acts(one) for one in (first, second, third)] == [201] * 3
    rows = [row for row in await world.customer.get("accounts/{A}/audit") if row["path"].endswith("/menus")]
    assert {(row["actor_account_id"], row["actor_id"]) for row in rows} == {
        (who.account_id, who.user_id) for who in (other, world.reseller, world.master)
    }
    await world.reseller.patch(f"accounts/{{A}}/users/{other.user_id}", {"priv_level": "user"})
    await world.reseller.delete("token_auth")
    assert [await acts(one) for one in (first, second, third)] == [401, 401, 201]


async def test_secrets_are_stored_as_argon2_and_never_shown(world, database):
    user = await world.customer.put(
        "accounts/{A}/users", {"first_name": "A", "last_name": "B", "username": "Ab", "password": "Correct-Horse"}
    )
    assert "password" not in user
    assert user["username"] == "ab"
    assert "password" not in await world.customer.get(f"accounts/{{A}}/users/{user['id']}")
    with psycopg.connect(database.admin_url) as admin:
        doc, md5_hash = admin.execute(
            "select u.doc::text, s.md5_hash from users u join user_secrets s on s.user_id = u.id where u.id = %s",
            [user["id"]],
        ).fetchone()
    assert "Correct-Horse" not in doc
    assert md5_hash.startswith("$argon2id$")
    renamed = await world.customer.call("PATCH", f"accounts/{{A}}/users/{user['id']}", {"username": "other"})
    assert renamed.json()["data"]["password"]["required"]
