"""D3: numbers elsewhere are shown to the called only once their owner has proved them."""

from __future__ import annotations

import psycopg
import pytest

from qvoice.features.external_numbers import verify

pytestmark = [pytest.mark.db, pytest.mark.anyio]

NUMBER = "+15145550123"


async def code_for(world, id: str) -> str:
    """Do what the API does before it asks call control (which is away here) to call."""
    async with world.db.tx(world.customer.scope) as s:
        return (await verify.new_code(s, id))[1]


@pytest.fixture
async def numbered(world):
    """A world whose customer has an unverified number, and the scope of that customer."""
    from qvoice.db import Scope

    rows = await world.db.fetch("select path from account_scope(cast(:id as uuid))", {"id": world.customer.account_id})
    world.customer.scope = Scope(world.customer.account_id, rows[0].path)
    made = await world.customer.put("accounts/{A}/external_numbers", {"number": "514 555-0123", "verified": True})
    return world, made["id"]


async def test_D3_a_number_is_never_verified_by_saying_so(numbered):
    world, id = numbered
    path = f"accounts/{{A}}/external_numbers/{id}"
    assert await world.customer.get("accounts/{A}/external_numbers") == [
        {"id": id, "number": NUMBER, "verified": False}
    ]
    for method in ("POST", "PATCH"):
        answer = await world.customer.call(method, path, {"number": NUMBER, "verified": True})
        assert answer.json()["data"]["verified"] is False


async def test_D3_the_spoken_code_verifies_and_works_once(numbered):
    world, id = numbered
    path = f"accounts/{{A}}/external_numbers/{id}/verify"
    me = world.customer
    assert (await me.call("POST", path, {"pin": "123456"})).json()["data"]["pin"]["expired"]
    code = await code_for(world, id)
    wrong = f"{(int(code) + 1) % 1_000_000:06d}"
    assert (await me.call("POST", path, {"pin": wrong})).json()["data"]["pin"]["invalid"]
    assert (await me.post(path, {"pin": f" {code} "}))["verified"] is True
    assert (await me.call("POST", path, {"pin": code})).status_code == 400
    assert (await me.get(f"accounts/{{A}}/external_numbers/{id}"))["verified"] is True
    assert (await me.patch(f"accounts/{{A}}/external_numbers/{id}", {"name": "Cell"}))["verified"] is True
    changed = await me.patch(f"accounts/{{A}}/external_numbers/{id}", {"number": "+15145550124"})
    assert changed["verified"] is False


async def test_D3_codes_cannot_be_guessed_nor_people_be_called_all_night(numbered):
    world, id = numbered
    code = await code_for(world, id)
    path = f"accounts/{{A}}/external_numbers/{id}/verify"
    for guess in range(verify.TRIES):
        wrong = f"{(int(code) + 1 + guess) % 1_000_000:06d}"
        assert "invalid" in (await world.customer.call("POST", path, {"pin": wrong})).json()["data"]["pin"]
    assert "expired" in (await world.customer.call("POST", path, {"pin": code})).json()["data"]["pin"]
    for _ in range(verify.CALLS_PER_HOUR - 1):
        await code_for(world, id)
    answer = await world.customer.call("PUT", path, {"method": "voice"})
    assert answer.status_code == 429
    assert answer.headers["retry-after"] == "3600"
    await world.customer.delete(f"accounts/{{A}}/external_numbers/{id}")
    again = await world.customer.put("accounts/{A}/external_numbers", {"number": NUMBER})
    assert (
        await world.customer.call("PUT", f"accounts/{{A}}/external_numbers/{again['id']}/verify", {})
    ).status_code == 429


async def test_D3_ones_own_numbers_and_repeats_are_refused(numbered):
    world, _ = numbered
    await world.master.put(f"accounts/{world.customer.account_id}/phone_numbers/%2B14165558800", {})
    for number, rule in (("+14165558800", "unique"), (NUMBER, "unique"), ("12", "value_error")):
        answer = await world.customer.call("PUT", "accounts/{A}/external_numbers", {"number": number})
        assert answer.status_code == 400, (number, rule)
        assert answer.json()["data"]["number"], (number, rule)


async def test_D3_calls_may_show_a_verified_number_from_that_moment(numbered, database):
    from qvoice.features.callflows.snapshot import Snapshots

    world, id = numbered
    snapshots = Snapshots(world.db)
    before = await snapshots.world(world.customer.account_id)
    assert before.verified == frozenset()
    code = await code_for(world, id)
    await world.customer.post(f"accounts/{{A}}/external_numbers/{id}/verify", {"pin": code})
    snapshots.on_notice({"account": world.customer.account_id, "type": "external_numbers", "id": id})
    assert (await snapshots.world(world.customer.account_id)).verified == {NUMBER}
    with psycopg.connect(database.admin_url) as admin:
        assert admin.execute("select count(*) from external_number_codes").fetchone() == (0,)
