"""The life of a number: set aside, in service, taken back, at rest, spare again; imports that survive a crash."""

from __future__ import annotations

import psycopg
import pytest

from qvoice.db import Scope
from qvoice.features.numbers import imports, jobs
from qvoice.kit.errors import Invalid

pytestmark = [pytest.mark.db, pytest.mark.anyio]
N, PATH = "+14165550101", "phone_numbers/%2B14165550101"


async def in_service(world):
    await world.master.put(f"accounts/{world.customer.account_id}/{PATH}", {})


async def test_B2_a_number_goes_down_and_comes_back_up_and_rests_before_it_is_spare(world, database):
    await in_service(world)
    customer, reseller = f"accounts/{world.customer.account_id}", f"accounts/{world.reseller.account_id}"
    assert (await world.customer.call("PUT", f"{customer}/{PATH}/release", {})).status_code == 403
    assert (await world.stranger.call("PUT", f"{customer}/{PATH}/release", {})).status_code == 403
    await world.customer.patch(f"{customer}/{PATH}", {"prepend": {"name": "Old"}, "carrier_name": "sim"})
    back = await world.reseller.put(f"{customer}/{PATH}/release", {})
    assert (back["assigned_to"], back["state"], back["used_by"]) == (world.reseller.account_id, "aging", "")
    assert (back.get("prepend"), back["carrier_name"]) == (None, "sim")
    assert (await world.customer.call("GET", f"{customer}/{PATH}")).status_code == 404
    with psycopg.connect(database.admin_url) as admin:
        admin.execute("update phone_numbers set rests_until = now() - interval '1 second'")
    await jobs.end_rests(world.db, world.app.state.settings)
    spare = await world.reseller.get(f"{reseller}/{PATH}")
    assert (spare["state"], "rests_until" in spare) == ("available", False)
    history = await world.reseller.get(f"{reseller}/{PATH}/history")
    assert [(e["action"], e["from_state"], e["to_state"]) for e in history] == [
        ("rested", "aging", "available"),
        ("released", "in_service", "aging"),
        ("edited", "in_service", "in_service"),
        ("created", None, "in_service"),
    ]


async def test_B2_the_holder_may_end_the_rest_and_nobody_else_below(world):
    await in_service(world)
    await world.reseller.put(f"accounts/{world.customer.account_id}/{PATH}/release", {})
    again = await world.reseller.put(f"accounts/{world.customer.account_id}/{PATH}/activate", {})
    assert (again["assigned_to"], again["state"]) == (world.customer.account_id, "in_service")


async def test_B2_a_number_in_use_is_not_taken_away_unawares(world):
    await in_service(world)
    flow = {"flow": {"module": "hangup"}, "numbers": [N]}
    await world.customer.put("accounts/{A}/callflows", flow)
    taken = await world.reseller.call("PUT", f"accounts/{{A}}/{PATH}/activate", {})
    assert taken.status_code == 409
    assert "in use" in taken.json()["message"] + str(taken.json()["data"])
    moved = await world.reseller.put(f"accounts/{{A}}/{PATH}/activate", {"force": True})
    assert (moved["assigned_to"], moved["used_by"]) == (world.reseller.account_id, "")
    # The flow no longer lists it, and nothing of it comes back by itself with the number.
    again = await world.reseller.put(f"accounts/{world.customer.account_id}/{PATH}/activate", {})
    assert again["used_by"] == ""


async def test_B2_a_number_that_leaves_is_taken_out_of_its_callflow(world):
    """Else phones of the old account reach that flow by it. One written before its number comes still gets it."""
    flow = {"flow": {"module": "hangup"}, "numbers": [N, "7001"]}
    made = await world.customer.put("accounts/{A}/callflows", flow)
    await world.master.put(f"accounts/{{A}}/{PATH}", {"create_with_state": "available"})
    taken = await world.master.put(f"accounts/{world.customer.account_id}/{PATH}/activate", {})
    assert taken["used_by"] == "callflow"
    await world.reseller.put(f"accounts/{world.customer.account_id}/{PATH}/release", {})
    assert (await world.customer.get(f"accounts/{{A}}/callflows/{made['id']}"))["numbers"] == ["7001"]
    alone = await world.customer.put("accounts/{A}/callflows", {"flow": {"module": "hangup"}, "numbers": [N]})
    await world.reseller.put(f"accounts/{world.customer.account_id}/{PATH}/activate", {})
    await world.master.call("DELETE", f"accounts/{world.customer.account_id}/{PATH}")
    [left] = (await world.customer.get(f"accounts/{{A}}/callflows/{alone['id']}"))["numbers"]
    assert left == f"unused-{alone['id'][:8]}", "a word that nobody can dial"


async def test_B2_a_reserved_number_takes_no_calls_until_it_is_activated(world):
    await world.master.put(f"accounts/{{A}}/{PATH}", {"create_with_state": "available"})
    held = await world.master.put(f"accounts/{world.customer.account_id}/{PATH}/reserve", {})
    assert held["state"] == "reserved"
    assert (await world.customer.put(f"accounts/{{A}}/{PATH}/activate", {}))["state"] == "in_service"


async def test_B1_a_number_cannot_be_added_in_a_state_that_makes_no_sense(world):
    answer = await world.master.call("PUT", f"accounts/{{A}}/{PATH}", {"create_with_state": "port_out"})
    assert list(answer.json()["data"]) == ["create_with_state"]


# --- imports ----------------------------------------------------------------------------------------------------------


async def work(world, import_id: str) -> None:
    master = world.master
    scope = Scope(master.account_id, master.account_id, master.user_id, master.account_id)
    await imports.run(
        world.db, world.app.state.settings, account_id=scope.account_id, path=scope.path, import_id=import_id
    )


async def test_B1_a_csv_gets_a_verdict_per_row_before_anything_is_added(world):
    csv = (
        "number,account,state\n+14165550101,,\n416-555-0102,customer.example.test,in_service\n"
        "12,,\n+14165550101,,\n+14165550103,nobody.example,\n+14165550104,,port_out\n"
    )
    begun = await world.master.put("accounts/{A}/phone_numbers/imports", {"csv": csv, "start": False})
    assert (begun["state"], begun["total"]) == ("checking", 6)
    path = f"accounts/{{A}}/phone_numbers/imports/{begun['id']}"
    for client in (world.customer, world.reseller):
        assert (await client.call("PUT", "accounts/{A}/phone_numbers/imports", {"csv": csv})).status_code == 403
        assert (await client.call("GET", path)).status_code in (403, 404)
    await work(world, begun["id"])
    checked = await world.master.get(path)
    assert (checked["state"], checked["checked"], checked["refused"], checked["added"]) == ("checked", 6, 4, 0)
    assert [(p["row"], p["verdict"]) for p in checked["problems"]] == [
        (3, "invalid"), (4, "duplicate"), (5, "account"), (6, "state"),
    ]  # fmt: skip
    assert (await world.master.get("accounts/{A}/phone_numbers"))["numbers"] == {}
    await world.master.patch(path, {"action": "start"})
    await work(world, begun["id"])
    done = await world.master.get(path)
    assert (done["state"], done["added"]) == ("done", 2)
    assert list((await world.customer.get("accounts/{A}/phone_numbers"))["numbers"]) == ["+14165550102"]
    table = await world.master.call("GET", f"{path}?accept=text/csv")
    assert table.text.splitlines()[1:3] == ["1,+14165550101,added,", "2,+14165550102,added,"]


async def test_C1_numbers_of_a_file_are_added_only_when_what_they_cost_was_accepted(world):
    price = {"name": "Numbers", "plan": {"phone_numbers": {"_all": {"name": "Number", "rate": 3}}}}
    other = await world.account(world.reseller, "other")
    accept = {"envelope": {"accept_charges": True}}
    for above, below in ((world.master, world.reseller), (world.reseller, world.customer), (world.reseller, other)):
        document = {**price, "plan": {"phone_numbers": {"_all": {**price["plan"]["phone_numbers"]["_all"],
                                                                 "cascade": above is world.master}}}}  # fmt: skip
        plan = await above.put("accounts/{A}/service_plans", document)
        await above.post(f"accounts/{below.account_id}/services", {"add": [plan["id"]]}, **accept)
    rows = [f"+1416555{1000 + n},{(world.customer, other)[n % 3 == 0].account_id},in_service" for n in range(6)]
    csv = "number,account,state\n+14165550101,,\n" + "\n".join(rows)
    begun = await world.master.put("accounts/{A}/phone_numbers/imports", {"csv": csv})
    path = f"accounts/{{A}}/phone_numbers/imports/{begun['id']}"
    await work(world, begun["id"])
    waits = await world.master.get(path)
    assert (waits["state"], waits["added"]) == ("checked", 0), "it was to start at once, but it costs"
    monthly = {one["account_id"]: one["summary"]["recurring"] for one in waits["charges"]}
    assert monthly == {world.customer.account_id: 12, other.account_id: 6, world.reseller.account_id: 18}
    refused = await world.master.call("PATCH", path, {"action": "start"})
    assert (refused.status_code, refused.json()["data"]) == (402, waits["charges"])
    await world.master.patch(path, {"action": "start"}, **accept)
    await work(world, begun["id"])
    done = await world.master.get(path)
    assert (done["state"], done["added"], done["charges"]) == ("done", 7, [])
    for who in (world.customer, other):
        [today] = [one["summary"]["today"] for one in waits["charges"] if one["account_id"] == who.account_id]
        assert (await who.get("accounts/{A}/ledgers/total"))["amount"] == -today
    assert await world.db.fetch("select * from ledger_discrepancies()") == []


async def test_B1_a_range_that_is_killed_half_way_goes_on_and_adds_each_number_once(world, monkeypatch):
    wanted = {"range": {"first": "+14165551000", "last": "+14165552199"}}
    begun = await world.master.put("accounts/{A}/phone_numbers/imports", wanted)
    steps = 0
    add = imports._add

    async def dies(s, job):
        nonlocal steps
        steps += 1
        more = await add(s, job)
        if steps == 2:
            raise ConnectionError("the worker is killed before this step is committed")
        return more

    monkeypatch.setattr(imports, "_add", dies)
    with pytest.raises(ConnectionError):
        await work(world, begun["id"])
    path = f"accounts/{{A}}/phone_numbers/imports/{begun['id']}"
    half = await world.master.get(path)
    assert (half["state"], half["checked"], half["added"]) == ("running", 1200, 500)
    await work(world, begun["id"])
    done = await world.master.get(path)
    assert (done["state"], done["added"], done["refused"]) == ("done", 1200, 0)


@pytest.mark.parametrize("csv", ["", "name,colour\na,b\n", "number,colour\n+14165550101,red\n", "number\n"])
async def test_B1_a_file_that_is_none_is_refused_at_once(csv):
    with pytest.raises(Invalid):
        imports.rows_of_csv(csv)


async def test_B1_a_bare_list_of_numbers_is_a_file_too():
    assert imports.rows_of_csv("+14165550101\n+14165550102\n") == [
        {"number": "+14165550101"},
        {"number": "+14165550102"},
    ]
