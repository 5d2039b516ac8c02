"""Who may use which application of the portal; what resellers hide from their customers."""

from __future__ import annotations

import pytest

pytestmark = [pytest.mark.db, pytest.mark.anyio]


async def app(me, name: str) -> dict:
    return next(row for row in await me.get("accounts/{A}/apps_store") if row["name"] == name)


async def test_H4_an_account_says_who_uses_an_application(world):
    me = world.customer
    id = (await app(me, "callflows"))["id"]
    assert (await app(me, "callflows"))["allowed_users"] == "all"
    assert (await me.put(f"accounts/{{A}}/apps_store/{id}", {"allowed_users": "admins"}))["allowed_users"] == "admins"
    changed = await me.post(
        f"accounts/{{A}}/apps_store/{id}",
        {**await app(me, "callflows"), "allowed_users": "specific", "users": [{"id": me.user_id}]},
    )
    assert changed["users"] == [{"id": me.user_id}] == (await app(me, "callflows"))["users"]
    assert (await me.delete(f"accounts/{{A}}/apps_store/{id}"))["users"] == []
    assert (await app(me, "voip"))["allowed_users"] == "all"
    assert (await app(world.stranger, "callflows"))["allowed_users"] == "all"
    answer = await me.call("POST", f"accounts/{{A}}/apps_store/{id}", {"allowed_users": "nobody"})
    assert answer.status_code == 400
    assert answer.json()["data"]["allowed_users"]
    assert (await me.call("PUT", f"accounts/{{A}}/apps_store/{'0' * 32}", {})).status_code == 404


async def test_A5_only_those_above_hide_applications(world):
    id = (await app(world.customer, "numbers"))["id"]
    path = f"accounts/{world.customer.account_id}/apps_store/blacklist"
    assert (await world.customer.call("POST", path, {"blacklist": [id]})).status_code == 403
    assert (await world.reseller.post(path, {"blacklist": [id]}))["blacklist"] == [id]
    assert "numbers" not in {row["name"] for row in await world.customer.get("accounts/{A}/apps_store")}
    assert await world.customer.get("accounts/{A}/apps_store/blacklist") == {"blacklist": [id]}
    assert (await world.customer.call("GET", f"accounts/{{A}}/apps_store/{id}")).status_code == 404
    await world.reseller.post(path, {"blacklist": []})
    assert "numbers" in {row["name"] for row in await world.customer.get("accounts/{A}/apps_store")}
