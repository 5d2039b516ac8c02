"""Every route, every relation: nobody reaches sideways or upwards, plain users reach only their own (A5, A6, A7)."""

from __future__ import annotations

import uuid

import psycopg
import pytest

from qvoice.api.app import Endpoint, endpoints

pytestmark = [pytest.mark.db, pytest.mark.anyio]

OPEN_TO_PLAIN_USERS = frozenset({"user_auth", "token_auth", "about", "schemas"})
"""Resources that any token may use (core.access.permissions.OPEN)."""


def url(endpoint: Endpoint, account_id: str) -> str:
    """Fill in a path: the account, and made-up ids for the rest."""
    path = endpoint.path.removeprefix("/v2/").replace("{account_id}", account_id)
    while "{" in path:
        start, end = path.index("{"), path.index("}")
        path = path[:start] + uuid.uuid4().hex + path[end + 1 :]
    return path


async def test_every_route_declares_a_permission(shared_world):
    found = endpoints(shared_world.app)
    assert len(found) > 80
    assert [endpoint.path for endpoint in found if endpoint.permit is None] == []


async def test_public_routes_are_exactly_these(shared_world):
    public = {e.path for e in endpoints(shared_world.app) if e.permit and e.permit.public}
    assert public == {
        "/v2/user_auth", "/v2/user_auth/recovery", "/v2/api_auth", "/v2/auth/tokeninfo", "/v2/whitelabel/{domain}",
        "/v2/whitelabel/{domain}/{part}", "/v2/onboarding/{token}", "/v2/softphone/{token}",
    }  # fmt: skip


async def test_A5_no_route_answers_without_a_token_or_to_a_stranger(shared_world):
    w = shared_world
    wrong = []
    for endpoint in endpoints(w.app):
        if endpoint.permit.public:
            continue
        for method in endpoint.methods:
            path = url(endpoint, w.customer.account_id)
            data = None if method in ("GET", "HEAD") else {}
            if (await w.nobody.call(method, path, data)).status_code != 401:
                wrong.append(("nobody", method, endpoint.path))
            if "{account_id}" not in endpoint.path:
                continue
            for who in ("stranger",):
                answer = await getattr(w, who).call(method, path, data)
                if answer.status_code != 403:
                    wrong.append((who, method, endpoint.path, answer.status_code))
            # from below: neither the parent nor the master
            for above in (w.reseller, w.master):
                answer = await w.customer.call(method, url(endpoint, above.account_id), data)
                if answer.status_code != 403:
                    wrong.append(("child", method, endpoint.path, answer.status_code))
    assert wrong == []


async def test_A5_an_account_that_does_not_exist_looks_like_one_that_is_not_yours(shared_world):
    w = shared_world
    for endpoint in endpoints(w.app):
        if "{account_id}" not in endpoint.path:
            continue
        for method in endpoint.methods:
            data = None if method == "GET" else {}
            foreign = await w.stranger.call(method, url(endpoint, w.customer.account_id), data)
            missing = await w.stranger.call(method, url(endpoint, uuid.uuid4().hex), data)
            malformed = await w.stranger.call(method, url(endpoint, "not-an-id"), data)
            bodies = [{k: a.json()[k] for k in ("data", "error", "message")} for a in (foreign, missing, malformed)]
            assert bodies[0] == bodies[1] == bodies[2], (method, endpoint.path)


async def test_A7_a_plain_user_gets_nothing_of_others_on_any_route(world):
    user = await world.user(world.customer, "plain")
    other = await world.customer.put("accounts/{A}/users", {"first_name": "Secret", "last_name": "Person"})
    device = await world.customer.put("accounts/{A}/devices", {"name": "Secret phone", "owner_id": other["id"]})
    flow = await world.customer.put(
        "accounts/{A}/callflows", {"name": "Secret flow", "numbers": ["77"], "flow": {"module": "hangup"}}
    )
    ids = {"users": other["id"], "devices": device["id"], "callflows": flow["id"]}
    reached = []
    for endpoint in endpoints(world.app):
        permit = endpoint.permit
        if permit.public or permit.resource in OPEN_TO_PLAIN_USERS:
            continue
        kind = endpoint.path.removeprefix("/v2/accounts/{account_id}/").split("/")[0]
        path = url(endpoint, user.account_id)
        if kind in ids and "{" in endpoint.path.split(kind)[1]:
            head, tail = path.split(kind + "/", 1)
            path = head + kind + "/" + "/".join([ids[kind], *tail.split("/")[1:]])
        for method in endpoint.methods:
            answer = await user.call(method, path, None if method == "GET" else {})
            assert answer.status_code < 500, (method, path, answer.text)
            if answer.status_code < 400:
                assert "Secret" not in answer.text, (method, path)
                reached.append((method, endpoint.path.removeprefix("/v2/accounts/{account_id}")))
            else:
                assert answer.status_code in (400, 403, 404, 405), (method, path, answer.status_code)
    writes = [entry for entry in reached if entry[0] not in ("GET", "HEAD")]
    assert writes == [], writes


async def test_A7_a_plain_user_changes_own_things_and_never_own_rights(world):
    user = await world.user(world.customer, "plain")
    mine = f"accounts/{{A}}/users/{user.user_id}"
    assert [row["id"] for row in await user.get("accounts/{A}/users")] == [user.user_id]
    assert (await user.patch(mine, {"call_forward": {"enabled": True, "number": "+14165550100"}}))["call_forward"][
        "enabled"
    ]
    whole = await user.get(mine)
    for change in (
        {"priv_level": "admin"},
        {"caller_id": {"external": {"number": "+1"}}},
        {"enabled": False},
        {"presence_id": "1"},
    ):
        assert (await user.call("PATCH", mine, change)).status_code == 403
        assert (await user.call("POST", mine, {**whole, **change})).status_code == 403
    assert (await user.call("POST", mine, whole)).status_code == 200
    assert (await user.call("PUT", "accounts/{A}/users", {"first_name": "x", "last_name": "y"})).status_code == 403
    assert (await user.call("DELETE", mine)).status_code == 403


async def test_A7_a_plain_user_sees_own_devices_without_their_password(world):
    user = await world.user(world.customer, "plain")
    own = await world.customer.put("accounts/{A}/devices", {"name": "Mine", "owner_id": user.user_id})
    await world.customer.put("accounts/{A}/devices", {"name": "Not mine"})
    assert [row["name"] for row in await user.get("accounts/{A}/devices")] == ["Mine"]
    assert "password" not in (await user.get(f"accounts/{{A}}/devices/{own['id']}"))["sip"]
    assert (await world.customer.get(f"accounts/{{A}}/devices/{own['id']}"))["sip"]["password"]


async def test_A5_only_the_master_promotes_to_reseller(world):
    target = f"accounts/{world.customer.account_id}/reseller"
    for client in (world.customer, world.reseller, world.stranger):
        for method in ("PUT", "DELETE"):
            assert (await client.call(method, target, {})).status_code == 403
    assert (await world.customer.get("accounts/{A}"))["is_reseller"] is False
    assert (await world.customer.call("PUT", "accounts/{A}", {"name": "below"})).status_code == 403
    assert (await world.master.put(target, {}))["is_reseller"] is True
    assert (await world.customer.put("accounts/{A}", {"name": "below"}))["name"] == "below"


async def test_A6_masqueraded_writes_name_both_identities_in_the_audit_log(world, database):
    made = await world.reseller.put(
        f"accounts/{world.customer.account_id}/users", {"first_name": "By", "last_name": "Reseller"}
    )
    await world.reseller.call("DELETE", f"accounts/{world.customer.account_id}/users/{'0' * 32}")
    await world.reseller.get(f"accounts/{world.customer.account_id}/users")
    with psycopg.connect(database.admin_url) as admin:
        rows = admin.execute(
            "select actor_account_id, actor_id, account_id, method, path, status from audit where path like '%users%'"
            " order by id"
        ).fetchall()
    assert [(r[0].hex, r[1].hex, r[2].hex) for r in rows] == [
        (world.reseller.account_id, world.reseller.user_id, world.customer.account_id)
    ] * 2
    assert [(r[3], r[5]) for r in rows] == [("PUT", 201), ("DELETE", 404)]
    assert made["id"]
    listed = await world.customer.get("accounts/{A}/audit")
    assert any(row["actor_account_id"] == world.reseller.account_id for row in listed)
    assert any(row["path"].endswith("/users") for row in await world.reseller.get("accounts/{A}/audit"))


async def test_A2_rules_hold_at_every_level_of_a_tree_six_deep(world):
    chain = [world.master]
    for level in range(1, 7):
        child = await world.account(chain[-1], f"level{level}")
        await world.master.put(f"accounts/{child.account_id}/reseller", {})
        chain.append(child)
    for i, actor in enumerate(chain):
        for j, target in enumerate(chain):
            answer = await actor.call("GET", f"accounts/{target.account_id}/users")
            assert answer.status_code == (200 if i <= j else 403), (i, j)
            stranger = await world.stranger.call("GET", f"accounts/{target.account_id}")
            assert stranger.status_code == 403
        below = await actor.get("accounts/{A}/descendants?paginate=false")
        assert {row["id"] for row in below} >= {client.account_id for client in chain[i + 1 :]}
        assert actor.account_id not in {row["id"] for row in below}
    tree = await chain[2].get(f"accounts/{chain[6].account_id}/tree")
    assert [row["id"] for row in tree] == [client.account_id for client in chain[2:6]]
