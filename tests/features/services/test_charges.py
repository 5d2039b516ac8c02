"""Plans given down the tree, the accept-charges handshake, and what it posts (C1)."""

from __future__ import annotations

import asyncio
from decimal import Decimal

import psycopg
import pytest

from qvoice.core.plans.quote import share_left
from qvoice.db import Scope
from qvoice.features.services import read

pytestmark = [pytest.mark.db, pytest.mark.anyio]

RETAIL = {
    "name": "Retail",
    "plan": {
        "users": {"_all": {"name": "Seat", "as": "user", "rate": 30, "activation_charge": 5}},
        "devices": {"_all": {"name": "Phone", "rate": 3, "exceptions": ["softphone"]}},
        "phone_numbers": {"did_us": {"name": "DID", "rate": 2, "activation_charge": 1}},
    },
}
WHOLESALE = {
    "name": "Wholesale",
    "plan": {
        "users": {"_all": {"name": "Wholesale seat", "rate": 10, "cascade": True}},
        "phone_numbers": {"_all": {"name": "Wholesale number", "rate": 1, "cascade": True}},
    },
}


async def give(above, below, document: dict) -> str:
    """Make a plan and give it to an account; its users are there already, so it costs."""
    made = await above.put("accounts/{A}/service_plans", document)
    url = f"accounts/{below.account_id}/services"
    await above.post(url, {"add": [made["id"]]}, envelope={"accept_charges": True})
    return made["id"]


async def totals(world) -> tuple[Decimal, Decimal]:
    """Return the balances of customer and reseller."""
    found = []
    for who in (world.customer, world.reseller):
        found.append(Decimal(str((await who.get("accounts/{A}/ledgers/total"))["amount"])))
    return found[0], found[1]


async def share(world) -> Decimal:
    async with world.db.tx(world.scope_of(world.customer)) as s:
        _, today = await read.facts(s)
    return share_left(today)


@pytest.fixture
async def world(world):
    """master → reseller (wholesale) → customer (retail)."""
    paths = {
        world.customer.account_id: (world.master, world.reseller, world.customer),
        world.reseller.account_id: (world.master, world.reseller),
    }
    world.scope_of = lambda who: Scope(who.account_id, ".".join(step.account_id for step in paths[who.account_id]))
    return world


USER = {"first_name": "New", "last_name": "Person"}


async def test_C1_a_new_user_is_shown_with_its_price_and_made_only_when_that_is_accepted(world):
    await give(world.reseller, world.customer, RETAIL)
    before = (await totals(world))[0]
    asked = await world.customer.call("PUT", "accounts/{A}/users", USER)
    assert asked.status_code == 402
    body = asked.json()
    assert (body["error"], body["message"], body["status"]) == ("402", "accept charges", "error")
    [invoice] = body["data"]
    [item] = invoice["items"]
    left = await share(world)
    prorated = round(30 * left, 6)
    assert (item["category"], item["item"], item["name"], item["quantity"]) == ("users", "user", "Seat", 2)
    assert (item["rate"], item["total"], item["activation_charges"]) == (30, 60, 5)
    assert item["changes"] == {"type": "increased", "difference": {"quantity": 1, "total": 30}}
    assert invoice["summary"]["recurring"] == 30
    assert Decimal(str(invoice["summary"]["today"])) == pytest.approx(5 + prorated, abs=Decimal("0.000001"))
    assert len(await world.customer.get("accounts/{A}/users")) == 1
    assert (await totals(world))[0] == before

    await world.customer.put("accounts/{A}/users", USER, envelope={"accept_charges": True})
    assert len(await world.customer.get("accounts/{A}/users")) == 2
    assert (await totals(world))[0] - before == pytest.approx(-(5 + prorated), abs=Decimal("0.000002"))
    [newest, *_] = await world.customer.get("accounts/{A}/services/audit")
    assert newest["description"] == "Seat +1"
    assert newest["metadata"]["items"][0]["after"] == 2
    assert newest["metadata"]["by"] == world.customer.user_id


async def test_C1_accepting_may_be_said_in_the_query_too(world):
    await give(world.reseller, world.customer, RETAIL)
    assert (await world.customer.call("PUT", "accounts/{A}/users?accept_charges=false", USER)).status_code == 402
    assert (await world.customer.call("PUT", "accounts/{A}/users?accept_charges=true", USER)).status_code == 201


async def test_C1_what_costs_nothing_is_not_asked(world):
    await give(world.reseller, world.customer, RETAIL)
    for device_type, status in (("softphone", 201), ("sip_device", 402)):
        answer = await world.customer.call(
            "PUT", "accounts/{A}/devices", {"name": device_type, "device_type": device_type}
        )
        assert answer.status_code == status
    assert (await world.customer.call("PUT", "accounts/{A}/menus", {"name": "Main"})).status_code == 201
    assert (await world.stranger.call("PUT", "accounts/{A}/users", USER)).status_code == 201


async def test_C1_an_edit_that_raises_charges_is_asked_and_one_that_lowers_them_is_not(world):
    await give(world.reseller, world.customer, RETAIL)
    device = await world.customer.put("accounts/{A}/devices", {"name": "Phone", "device_type": "softphone"})
    url = f"accounts/{{A}}/devices/{device['id']}"
    assert (await world.customer.call("PATCH", url, {"device_type": "sip_device"})).status_code == 402
    assert (await world.customer.get(url))["device_type"] == "softphone"
    await world.customer.patch(url, {"device_type": "sip_device"}, envelope={"accept_charges": True})
    spent = (await totals(world))[0]
    await world.customer.patch(url, {"device_type": "softphone"})
    await world.customer.delete(url)
    assert (await totals(world))[0] == spent


async def test_C1_each_level_pays_by_the_plan_its_own_provider_gave_it(world):
    await give(world.reseller, world.customer, RETAIL)
    await give(world.master, world.reseller, WHOLESALE)
    customer, reseller = await totals(world)
    asked = await world.customer.call("PUT", "accounts/{A}/users", USER)
    # the customer sees its own price only
    assert [invoice["account_id"] for invoice in asked.json()["data"]] == [world.customer.account_id]
    assert "Wholesale" not in asked.text
    # the reseller's people, acting for the customer, see both
    asked = await world.reseller.call("PUT", f"accounts/{world.customer.account_id}/users", USER)
    assert {invoice["account_id"] for invoice in asked.json()["data"]} == {
        world.customer.account_id, world.reseller.account_id,
    }  # fmt: skip
    await world.customer.put("accounts/{A}/users", USER, envelope={"accept_charges": True})
    after_customer, after_reseller = await totals(world)
    left = await share(world)
    assert customer - after_customer == pytest.approx(5 + 30 * left, abs=Decimal("0.000002"))
    assert reseller - after_reseller == pytest.approx(10 * left, abs=Decimal("0.000002"))
    assert await world.db.fetch("select * from ledger_discrepancies()") == []
    # the customer's copy of the entry does not tell what the reseller pays
    assert "Wholesale" not in str(await world.customer.get("accounts/{A}/services/audit"))
    [row, *_] = await world.reseller.get("accounts/{A}/services/audit")
    assert row["description"] == "Wholesale seat +1"


async def test_C1_a_level_above_pays_silently_when_the_customer_itself_is_free(world):
    await give(world.master, world.reseller, WHOLESALE)
    _, before = await totals(world)
    await world.customer.put("accounts/{A}/users", USER)
    customer, reseller = await totals(world)
    assert customer == 0
    assert reseller < before
    assert (await world.reseller.call("PUT", "accounts/{A}/users", USER)).status_code == 402


async def test_C1_numbers_and_their_features_cost_where_they_are(world):
    other = await world.account(world.reseller, "other")
    await give(world.reseller, world.customer, RETAIL)
    await give(world.master, world.reseller, WHOLESALE)
    for number in ("+14165550100", "+14165550101"):
        await world.master.put(f"accounts/{{A}}/phone_numbers/{number}", {"create_with_state": "available"})
    collection = f"accounts/{world.customer.account_id}/phone_numbers/collection/activate"
    numbers = {"numbers": ["+14165550100", "+14165550101"]}
    asked = await world.master.call("PUT", collection, numbers)
    assert asked.status_code == 402
    by_account = {invoice["account_id"]: invoice for invoice in asked.json()["data"]}
    assert by_account[world.customer.account_id]["summary"]["recurring"] == 4
    assert by_account[world.customer.account_id]["activation_charges"] == 2
    assert by_account[world.reseller.account_id]["summary"]["recurring"] == 2
    assert (await world.customer.get("accounts/{A}/phone_numbers"))["numbers"] == {}
    await world.master.put(collection, numbers, envelope={"accept_charges": True})
    assert len((await world.customer.get("accounts/{A}/phone_numbers"))["numbers"]) == 2
    # moving one to another account below the same reseller costs the reseller nothing more
    before = (await totals(world))[1]
    await world.reseller.put(f"accounts/{other.account_id}/phone_numbers/+14165550100/activate", {})
    assert (await totals(world))[1] == before


async def test_C1_nothing_is_charged_for_a_change_that_is_refused(world):
    await give(world.reseller, world.customer, RETAIL)
    before = await totals(world)
    answer = await world.customer.call(
        "PUT", "accounts/{A}/users", {"first_name": "No last name"}, envelope={"accept_charges": True}
    )
    assert answer.status_code == 400
    assert await totals(world) == before


async def test_C1_giving_a_plan_to_an_account_with_users_must_be_accepted(world):
    made = await world.reseller.put("accounts/{A}/service_plans", RETAIL)
    url = f"accounts/{world.customer.account_id}/services"
    asked = await world.reseller.call("POST", url, {"add": [made["id"]]})
    assert asked.status_code == 402
    assert asked.json()["data"][0]["items"][0]["changes"]["type"] == "created"
    assert (await world.customer.get("accounts/{A}/services"))["plans"] == {}
    given = await world.reseller.post(url, {"add": [made["id"]]}, envelope={"accept_charges": True})
    assert list(given["plans"]) == [made["id"]]
    assert given["items"]["users"]["user"]["total"] == 30


async def test_C1_special_prices_hold_for_one_account(world):
    plan = await give(world.reseller, world.customer, RETAIL)
    url = f"accounts/{world.customer.account_id}"
    prices = await world.reseller.post(
        f"{url}/service_plans/override", {"overrides": {plan: {"users": {"_all": {"rate": 20}}}}}
    )
    assert prices["users"]["_all"] == {**RETAIL["plan"]["users"]["_all"], "rate": 20}
    await world.reseller.patch(
        f"{url}/services/overrides",
        {"overrides": {"devices": {"_all": {"discounts": {"cumulative": {"maximum": 2, "rate": 3}}}}}},
    )
    assert (await world.customer.get("accounts/{A}/services/summary"))["invoices"][0]["summary"]["recurring"] == 20
    for _ in range(2):  # the first two phones are free for this account
        await world.customer.put("accounts/{A}/devices", {"name": "Phone"})
    assert (await world.customer.call("PUT", "accounts/{A}/devices", {"name": "Phone"})).status_code == 402
    # the special price is taken back
    await world.reseller.post(
        f"{url}/service_plans/override", {"overrides": {plan: {"users": {"_all": {"rate": None}}}}},
        envelope={"accept_charges": True},
    )  # fmt: skip
    assert (await world.customer.get("accounts/{A}/services/summary"))["invoices"][0]["summary"]["recurring"] == 30
    bad = await world.reseller.call(
        "POST", f"{url}/service_plans/override", {"overrides": {plan: {"users": {"_all": {"rate": -1}}}}}
    )
    assert bad.status_code == 400


async def test_C1_nobody_prices_for_themselves(world):
    made = await world.reseller.put("accounts/{A}/service_plans", RETAIL)
    plan = await give(world.master, world.reseller, WHOLESALE)
    for who, method, path, data in (
        (world.customer, "POST", "services", {"add": [made["id"]]}),
        (world.customer, "POST", "services/overrides", {"users": {"_all": {"rate": 0}}}),
        (world.customer, "POST", "services/manual", {"users": {"x": 1}}),
        (world.customer, "POST", f"service_plans/{made['id']}", {}),
        (world.customer, "PUT", "service_plans", RETAIL),
        (world.reseller, "POST", f"services/{plan}", {}),
        (world.reseller, "DELETE", f"services/{plan}", None),
        (world.reseller, "DELETE", f"service_plans/{plan}", None),
        (world.reseller, "POST", "service_plans/override", {"overrides": {plan: {}}}),
    ):
        answer = await who.call(method, f"accounts/{{A}}/{path}", data)
        assert answer.status_code == 403, (who.realm, method, path, answer.text)
    # a plan is given by the account directly above: nobody gives those of somebody else
    url = f"accounts/{world.customer.account_id}/services"
    assert (await world.master.call("POST", url, {"add": [plan]})).status_code == 400
    assert (await world.stranger.call("POST", url, {"add": [made["id"]]})).status_code == 403


async def test_C1_a_plan_in_use_is_not_deleted(world):
    plan = await give(world.reseller, world.customer, RETAIL)
    refused = await world.reseller.call("DELETE", f"accounts/{{A}}/service_plans/{plan}")
    assert refused.status_code == 400
    await world.reseller.delete(f"accounts/{world.customer.account_id}/service_plans/{plan}")
    assert (await world.customer.get("accounts/{A}/services"))["plans"] == {}
    await world.reseller.delete(f"accounts/{{A}}/service_plans/{plan}")


async def test_C1_quotes_change_nothing(world):
    made = await world.reseller.put("accounts/{A}/service_plans", RETAIL)
    url = f"accounts/{world.customer.account_id}/services/quote"
    quote = await world.customer.post(url, {"plans": [made["id"]], "quantities": {"users": {"user": 9}}})
    [invoice] = quote["invoices"]
    assert {item["item"]: item["quantity"] for item in invoice["items"]} == {"user": 10, "_all": 0, "did_us": 0}
    assert invoice["plan"]["users"]["_all"]["rate"] == 30
    assert (await world.customer.get("accounts/{A}/services"))["plans"] == {}
    assert await world.customer.get("accounts/{A}/services/available") == [
        {"id": made["id"], "name": "Retail", "description": ""}
    ]
    assert (await world.customer.get(f"accounts/{{A}}/service_plans/available/{made['id']}"))["name"] == "Retail"
    assert "cumulative" not in (await world.customer.get("accounts/{A}/services/editable"))["users"]


async def test_C1_everything_that_can_be_priced_is_counted(world):
    me = world.customer
    user = await me.put(
        "accounts/{A}/users",
        {**USER, "smartpbx": {"conferencing": {"enabled": True}, "faxing": {"enabled": False}},
         "hotdesk": {"enabled": True, "id": "9"}},
    )  # fmt: skip
    await me.put("accounts/{A}/devices", {"name": "a", "device_type": "fax"})
    await me.put("accounts/{A}/vmboxes", {"name": "a", "mailbox": "1"})
    await me.put("accounts/{A}/conferences", {"name": "a", "owner_id": user["id"]})
    await me.put("accounts/{A}/faxboxes", {"name": "a"})
    await me.put("accounts/{A}/menus", {"name": "a"})
    gone = await me.put("accounts/{A}/vmboxes", {"name": "b", "mailbox": "2"})
    await me.delete(f"accounts/{{A}}/vmboxes/{gone['id']}")
    for number, document in (
        ("+14165550100", {"e911": {"street_address": "1 King"}}), ("+18005550100", {}),
        ("+14165550199", {"create_with_state": "available"}),
    ):  # fmt: skip
        await world.master.put(f"accounts/{me.account_id}/phone_numbers/{number}", document)
    await world.reseller.post(f"accounts/{me.account_id}/limits", {"twoway_trunks": 4, "calls": 9})
    await world.reseller.post(f"accounts/{me.account_id}/services/manual", {"support": {"gold": 2}})
    found = await me.get("accounts/{A}/services")
    assert found["account_quantities"] == {
        "users": {"admin": 1, "user": 1},
        "user_features": {"conferencing": 1, "hotdesk": 1},
        "devices": {"fax": 1},
        "voicemails": {"mailbox": 1},
        "conferences": {"conference": 1},
        "faxboxes": {"faxbox": 1},
        "menus": {"menu": 1},
        "phone_numbers": {"did_us": 1, "tollfree_us": 1},
        "number_services": {"e911": 1},
        "limits": {"twoway_trunks": 4},
        "support": {"gold": 2},
    }
    above = await world.reseller.get("accounts/{A}/services")
    assert above["account_quantities"]["accounts"] == {"account": 1}
    assert above["cascade_quantities"]["users"] == {"admin": 2, "user": 1}
    assert above["cascade_quantities"]["support"] == {"gold": 2}


async def test_C1_an_account_is_made_together_with_its_plan_and_special_prices(world):
    made = await world.reseller.put("accounts/{A}/service_plans", RETAIL)
    body = {
        "name": "With a plan", "realm": "plan.example.test",
        "admin": {"username": "admin", "password": "some-password", "first_name": "A", "last_name": "B"},
        "service_plans": {made["id"]: {"users": {"_all": {"rate": 25}}}},
    }  # fmt: skip
    asked = await world.reseller.call("PUT", "accounts/{A}", body)
    assert asked.status_code == 402
    assert asked.json()["data"][0]["items"][0]["total"] == 25
    assert [row["name"] for row in await world.reseller.get("accounts/{A}/children")] == ["customer"]
    account = await world.reseller.put("accounts/{A}", body, envelope={"accept_charges": True})
    found = await world.reseller.get(f"accounts/{account['id']}/services")
    assert found["invoices"][0]["summary"]["recurring"] == 25
    body |= {"realm": "other.example.test", "service_plans": {"0" * 32: {}}}
    bad = await world.reseller.call("PUT", "accounts/{A}", body)
    assert "service_plans.plans" in bad.json()["data"]


async def test_C1_writes_at_once_never_take_the_last_discounted_unit_twice(world, database):
    plan = {"devices": {"_all": {"as": "phone", "rate": 10, "discounts": {"cumulative": {"rate": 4, "maximum": 2}}}}}
    await give(world.reseller, world.customer, {"name": "Discounted", "plan": plan})
    url = "accounts/{A}/devices"
    answers = await asyncio.gather(
        *(
            world.customer.call("PUT", url, {"name": f"phone {n}"}, envelope={"accept_charges": True})
            for n in range(6)
        )
    )
    assert {answer.status_code for answer in answers} == {201}
    with psycopg.connect(database.admin_url) as connection:
        query = (
            "select coalesce(sum((i ->> 'monthly')::numeric), 0) from ledger_lines l,"
            " jsonb_array_elements(l.ref -> 'items') i where l.account_id = %s and l.book = 'balance'"
        )
        [monthly] = connection.execute(query, [world.customer.account_id]).fetchone()
    assert monthly == 6 * 10 - 2 * 4, "the changes that were charged add up to the price of what there is"
