"""Numbers searched and bought from a carrier over real HTTP, which may be slow, failing or dishonest (B3)."""

from __future__ import annotations

import asyncio

import pytest
from sqlalchemy import text

from qvoice.db import Scope
from qvoice.db.queue import run_worker, worker_app
from qvoice.features.carriers import orders
from qvoice.features.carriers.jobs import TASKS
from qvoice.features.carriers.names import Names

pytestmark = [pytest.mark.db, pytest.mark.anyio]
MONTREAL = "+15145550100"


def at(number: str) -> str:
    return f"phone_numbers/{number.replace('+', '%2B')}"


@pytest.fixture
async def shop(world, number_carrier):
    """The carrier is written down, and has been searched."""
    await world.master.put("accounts/{A}/carriers", number_carrier.document())
    await world.reseller.get("phone_numbers?prefix=514&quantity=10&country=CA")
    return number_carrier


async def ordered(world):
    """Wait until the reseller's only order is done."""
    for _ in range(300):
        [order] = await world.reseller.get("accounts/{A}/number_orders")
        if order["state"] == "done":
            return
        await asyncio.sleep(0.1)
    raise AssertionError(f"the order is not done: {order}")


@pytest.fixture
async def worker(world, database):
    """A worker that runs orders."""
    tasks = asyncio.create_task(
        run_worker(worker_app(database.app_url, TASKS, world.db, world.app.state.settings))
    )
    yield
    tasks.cancel()
    await asyncio.gather(tasks, return_exceptions=True)


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("prefix=514&country=CA", ["+15145550100", "+15145552663"]),
        ("contains=2663", ["+15145552663"]),
        ("city=Ottawa", ["+16135550100"]),
        ("kind=tollfree", ["+18335550100"]),
        ("kind=international&country=ID", ["+622129303030"]),
        ("prefix=514&quantity=1&offset=1", ["+15145552663"]),
    ],
)
async def test_B3_local_custom_toll_free_and_international_numbers_are_found(world, number_carrier, query, found):
    await world.master.put("accounts/{A}/carriers", number_carrier.document())
    rows = await world.reseller.get(f"phone_numbers?{query}")
    assert [row["number"] for row in rows] == found
    assert {row["state"] for row in rows} == {"discovery"}
    if "prefix" in query:
        assert [row["number"] for row in await world.reseller.get(f"accounts/{{A}}/phone_numbers?{query}")] == found
    assert rows[0]["activation_charge"] == "2.00"


async def test_B3_searches_that_make_no_sense_are_told_at_the_field(world):
    for query, field in (("prefix=abc", "prefix"), ("kind=pink", "kind"), ("country=Canada", "country")):
        answer = await world.master.call("GET", f"phone_numbers?{query}")
        assert (answer.status_code, list(answer.json()["data"])) == (400, [field])


async def test_B3_only_the_master_sees_and_writes_carriers_and_nobody_reads_the_token(world, number_carrier):
    made = await world.master.put("accounts/{A}/carriers", number_carrier.document())
    read = await world.master.get(f"accounts/{{A}}/carriers/{made['id']}")
    assert ("token" in read, read["has_token"]) == (False, True)
    for client in (world.reseller, world.customer):
        assert (await client.call("GET", "accounts/{A}/carriers")).status_code == 403
        assert (await client.call("PUT", "accounts/{A}/carriers", number_carrier.document())).status_code == 403


async def test_B3_an_ordered_number_is_in_service_in_the_account_it_was_ordered_for(world, shop, worker):
    path = f"accounts/{world.customer.account_id}/{at(MONTREAL)}/activate"
    assert (await world.customer.call("PUT", path, {})).status_code == 403
    bought = await world.reseller.put(path, {})
    assert (bought["state"], bought["assigned_to"]) == ("in_service", world.customer.account_id)
    assert bought["carrier_name"] == "Simulated"
    assert list(shop.sold.values()) == [MONTREAL]
    [order] = await world.reseller.get(f"accounts/{world.customer.account_id}/number_orders")
    assert (order["state"], order["problem"]) == ("done", "")
    assert MONTREAL not in [row["number"] for row in await world.reseller.get("phone_numbers?prefix=514")]


async def test_B3_a_collection_has_a_verdict_per_number(world, shop, worker):
    shop.sold["somebody"] = "+15145552663"
    body = {"numbers": [MONTREAL, "+15145552663", "+15145559999"]}
    answer = await world.reseller.put("accounts/{A}/phone_numbers/collection/activate", body)
    assert list(answer["success"]) == [MONTREAL]
    assert "choose another" in answer["error"]["+15145552663"]["message"]
    assert answer["error"]["+15145559999"]["code"] == 404


async def test_B3_a_number_is_bought_to_be_set_aside_and_the_provider_sees_the_orders_of_all_below(world, shop, worker):
    path = f"accounts/{world.customer.account_id}/phone_numbers/collection/reserve"
    answer = await world.reseller.put(path, {"numbers": [MONTREAL]})
    assert answer["success"][MONTREAL]["state"] == "reserved"
    for client in (world.reseller, world.master):
        [order] = await client.get("accounts/{A}/descendants/number_orders")
        assert (order["account_name"], order["number"], order["becomes"]) == ("customer", MONTREAL, "reserved")
    assert await world.stranger.get("accounts/{A}/descendants/number_orders") == []


async def test_B3_a_line_cut_after_the_sale_buys_nothing_twice(world, shop, worker):
    shop.drop = 1
    await world.reseller.put(f"accounts/{{A}}/{at(MONTREAL)}/activate", {})
    await ordered(world)  # the second try may come after the answer
    assert (await world.reseller.get(f"accounts/{{A}}/{at(MONTREAL)}"))["state"] == "in_service"
    assert list(shop.sold.values()) == [MONTREAL]
    assert [method for method, path in shop.asked if path.startswith("/orders")] == ["PUT", "PUT"]


async def test_B3_a_worker_killed_between_order_and_record_goes_on_where_it_was(world, shop, monkeypatch):
    reseller = Scope(world.reseller.account_id, f"{world.master.account_id}.{world.reseller.account_id}")
    async with world.db.tx(reseller) as s:
        order_id = await orders.begin(s, MONTREAL)
    job = {"account_id": reseller.account_id, "path": reseller.path, "order_id": order_id}

    async def killed(*_: object) -> bool:
        raise asyncio.CancelledError

    record = orders._record
    monkeypatch.setattr(orders, "_record", killed)
    with pytest.raises(asyncio.CancelledError):
        await orders.run(world.db, world.app.state.settings, **job)
    assert list(shop.sold.values()) == [MONTREAL]
    monkeypatch.setattr(orders, "_record", record)
    for _ in range(2):  # and again, as a job may run twice
        await orders.run(world.db, world.app.state.settings, **job)
    assert list(shop.sold.values()) == [MONTREAL]
    assert (await world.reseller.get(f"accounts/{{A}}/{at(MONTREAL)}"))["order_id"] == order_id


async def test_B3_a_number_sold_to_us_that_we_have_already_is_given_back(world, shop, worker):
    shop.sell_twice = True
    await world.master.put(f"accounts/{world.stranger.account_id}/{at(MONTREAL)}", {})
    answer = await world.reseller.call("PUT", f"accounts/{{A}}/{at(MONTREAL)}/activate", {})
    assert answer.status_code == 409
    assert shop.sold == {}


async def test_B3_two_who_order_the_same_number_at_once_buy_it_once(world, shop, worker):
    path = f"{at(MONTREAL)}/activate"
    first, second = await asyncio.gather(
        world.reseller.call("PUT", f"accounts/{{A}}/{path}", {}), world.master.call("PUT", f"accounts/{{A}}/{path}", {})
    )
    assert sorted((first.status_code, second.status_code)) in ([201, 409], [201, 404], [201, 201])
    assert list(shop.sold.values()) == [MONTREAL]
    async with world.db.tx(Scope(world.master.account_id, world.master.account_id)) as s:
        assert await s.scalar(text("select count(*) from phone_numbers")) == 1


async def test_B3_a_slow_carrier_keeps_nobody_waiting_and_the_number_comes_later(world, shop, worker, monkeypatch):
    monkeypatch.setattr(orders, "WAIT_SECONDS", 0.1)
    shop.pending = 1
    waiting = await world.reseller.put(f"accounts/{{A}}/{at(MONTREAL)}/activate", {})
    assert (waiting["state"], waiting["order"]["state"] in ("queued", "pending")) == ("discovery", True)
    await ordered(world)
    assert (await world.reseller.get(f"accounts/{{A}}/{at(MONTREAL)}"))["state"] == "in_service"


async def test_B3_a_carrier_that_is_away_is_told_as_such(world, number_carrier):
    await world.master.put("accounts/{A}/carriers", number_carrier.document())
    number_carrier.fail = 1
    answer = await world.reseller.call("GET", "phone_numbers?prefix=514")
    assert answer.status_code == 503
    assert "Simulated answered 500" in answer.json()["message"] + str(answer.json()["data"])


async def test_B3_prefix_locality_and_check_are_answered(world, shop):
    found = await world.reseller.get("accounts/{A}/phone_numbers/prefix?city=Montréal")
    assert found == {"514": {"prefix": "514", "locality": "Montréal", "region": "QC"}}
    body = {"numbers": ["+14165550101", "nonsense"]}
    places = await world.reseller.post("accounts/{A}/phone_numbers/locality", body)
    assert places["+14165550101"]["country"] == "CA"
    assert places["nonsense"]["status"] == "error"
    checked = await world.reseller.post("accounts/{A}/phone_numbers/check", {"numbers": [MONTREAL, "+14165550101"]})
    assert {number: each["status"] for number, each in checked.items()} == {
        MONTREAL: "available",
        "+14165550101": "unknown",
    }


async def test_B8_a_callers_name_is_asked_of_the_carrier_once(world, number_carrier):
    await world.master.put("accounts/{A}/carriers", number_carrier.document(lookups=True))
    names = Names()
    assert [await names.of(world.db, "+14165559999") for _ in range(3)] == ["JANE ROE"] * 3
    assert len(number_carrier.asked) == 1
    number_carrier.fail = 5
    assert await names.of(world.db, "+14165558888") == ""
