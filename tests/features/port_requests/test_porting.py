"""The porting desk: an order from its papers to numbers in service, and what a losing carrier would refuse (B4)."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from sqlalchemy import text

from qvoice.db import Scope
from qvoice.features.port_requests import bulk, move

pytestmark = [pytest.mark.db, pytest.mark.anyio]
N, M = "+14165550711", "+14165550712"
BILL = {
    "name": "Acme Inc", "carrier": "Old Tel", "account_number": "A1", "street_address": "1 King St",
    "locality": "Toronto", "region": "ON", "postal_code": "M5V 1A1",
}  # fmt: skip
ORDER = {
    "name": "Acme moves", "numbers": {N: {}}, "bill": BILL, "signee_name": "Ann Lee",
    "notifications": {"email": {"send_to": "ann@acme.example"}},
}  # fmt: skip
NOW = datetime(2026, 11, 27, tzinfo=UTC)


async def order(client, **more):
    made = await client.put("accounts/{A}/port_requests", {**ORDER, **more})
    return made["id"]


async def attach(client, id, *names):
    for name in names:
        path = f"accounts/{{A}}/port_requests/{id}/attachments?filename={name}"
        answer = await client.call("PUT", path, content=b"%PDF-1.7 x", headers={"content-type": "application/pdf"})
        assert answer.status_code == 201, answer.text


async def ready(world):
    id = await order(world.customer)
    await attach(world.customer, id, "loa.pdf", "bill.pdf")
    return id, f"accounts/{world.customer.account_id}/port_requests/{id}"


async def test_B4_an_order_goes_from_papers_to_numbers_in_service(world):
    _, path = await ready(world)
    assert await world.customer.get(f"{path}/check") == {}
    sent = await world.customer.patch(f"{path}/submitted", {})
    assert sent["port_state"] == "submitted"
    assert (await world.customer.call("PATCH", path, {"name": "Other"})).status_code == 409
    for state in ("pending", "scheduled", "completed", "rejected"):
        for client in (world.customer, world.reseller):
            assert (await client.call("PATCH", f"{path}/{state}", {})).status_code == 403, state
    assert (await world.master.call("PATCH", f"{path}/completed", {})).status_code == 409
    await world.master.patch(f"{path}/pending", {})
    number = "accounts/{A}/phone_numbers/%2B14165550711"
    assert (await world.customer.get(number))["state"] == "port_in"
    assert (await world.customer.call("PUT", f"{number}/activate", {})).status_code == 409
    assert list((await world.master.call("PATCH", f"{path}/scheduled", {})).json()["data"]) == ["transfer_date"]
    past = await world.master.call("PATCH", f"{path}/scheduled", {"transfer_date": "2026-01-05"})
    assert "past" in past.json()["data"]["transfer_date"]
    await world.master.patch(f"{path}/scheduled", {"transfer_date": "2026-12-15"})
    await world.master.put(f"{path}/comments", {"comments": [{"content": "call them", "superduper_comment": True}]})
    await world.customer.put(f"{path}/comments", {"comments": [{"content": "thanks"}]})
    await world.master.patch(f"{path}/completed", {})
    assert (await world.customer.get(number))["state"] == "in_service"
    told = [(e["type"], e.get("to") or e["content"]) for e in await world.customer.get(f"{path}/timeline")]
    assert told == [
        ("state", "submitted"), ("state", "pending"), ("state", "scheduled"), ("comment", "thanks"),
        ("state", "completed"),
    ]  # fmt: skip
    assert [e["content"] for e in await world.master.get(f"{path}/comments")] == ["call them", "thanks"]
    async with world.db.tx(Scope(world.customer.account_id, "")) as s:
        mails = (await s.execute(text("select subject from mails where kind = 'port_request' order by created"))).all()
    assert len(mails) == 4
    assert "completed" in mails[-1].subject


async def test_B4_what_carriers_refuse_is_told_at_its_field_before_anything_is_sent(world):
    await world.master.put(f"accounts/{world.stranger.account_id}/phone_numbers/%2B14165550712", {})
    id = await order(
        world.customer,
        numbers={N: {}, M: {}, "+18335550100": {"carrier": "Free Tel"}, "+442079460000": {}},
        bill={"carrier": "Old Tel", "wireless": True, "btn": N},
        type="partial",
        signee_name=None,
        transfer_date="2020-01-04",
    )
    path = f"accounts/{{A}}/port_requests/{id}"
    found = await world.customer.get(f"{path}/check")
    assert {
        "bill.name", "bill.account_number", "bill.street_address", "bill.locality", "bill.region", "bill.postal_code",
        "bill.pin", "signee_name", "attachments.loa", "attachments.bill", "numbers", f"numbers.{M}", "new_btn",
        "transfer_date",
    } == set(found)  # fmt: skip
    assert {"mixed", "split"} == set(found["numbers"])
    refused = await world.customer.call("PATCH", f"{path}/submitted", {})
    assert (refused.status_code, set(refused.json()["data"])) == (400, set(found))
    assert (await world.customer.get(path))["port_state"] == "unconfirmed"


async def test_B4_a_canceled_order_leaves_nothing_behind_and_a_rejected_one_is_mended(world):
    _, path = await ready(world)
    await world.customer.patch(f"{path}/submitted", {})
    await world.master.patch(f"{path}/pending", {})
    await world.master.patch(f"{path}/rejected", {"reason": "name does not match"})
    assert (await world.customer.call("GET", "accounts/{A}/phone_numbers/%2B14165550711")).status_code == 404
    await world.customer.patch(path, {"bill": {"name": "Acme Incorporated"}})
    await world.customer.patch(f"{path}/submitted", {})
    await world.master.patch(f"{path}/pending", {})
    await world.customer.patch(f"{path}/canceled", {})
    assert (await world.customer.call("GET", "accounts/{A}/phone_numbers/%2B14165550711")).status_code == 404


async def test_B4_an_order_is_split_by_losing_carrier(world):
    id = await order(world.customer, numbers={N: {}, M: {"carrier": "New Tel"}})
    parts = await world.customer.put(f"accounts/{{A}}/port_requests/{id}/split", {})
    assert [(part["bill"]["carrier"], list(part["numbers"])) for part in parts] == [("Old Tel", [N]), ("New Tel", [M])]
    assert parts[0]["id"] == id


async def test_B4_papers_are_papers_and_nobody_elses(world):
    id, path = await ready(world)
    got = await world.customer.call("GET", f"{path}/attachments/loa.pdf")
    assert (got.content, got.headers["content-type"]) == (b"%PDF-1.7 x", "application/pdf")
    lie = {"content": b"<script>", "headers": {"content-type": "application/pdf"}}
    bad = await world.customer.call("PUT", f"{path}/attachments?filename=x.pdf", **lie)
    assert "file" in bad.json()["data"]
    for client in (world.stranger,):
        assert (await client.call("GET", f"{path}/attachments/loa.pdf")).status_code == 403
        assert (await client.call("GET", f"accounts/{{A}}/port_requests/{id}/attachments/loa.pdf")).status_code == 404
    # What was sent cannot be put in place of what the carrier was shown; more may be added.
    await attach(world.customer, id, "loa.pdf")
    await world.customer.patch(f"{path}/submitted", {})
    pdf = {"headers": {"content-type": "application/pdf"}}
    again = await world.customer.call("PUT", f"{path}/attachments?filename=loa.pdf", content=b"%PDF-1.7 y", **pdf)
    assert again.status_code == 409, again.text
    assert (await world.customer.call("GET", f"{path}/attachments/loa.pdf")).content == b"%PDF-1.7 x"
    await attach(world.customer, id, "letter.pdf")


async def test_B4_a_public_holiday_is_no_day_to_port(world):
    id = await order(world.customer, transfer_date="2027-07-01")
    found = (await world.customer.get(f"accounts/{{A}}/port_requests/{id}/check"))["transfer_date"]
    assert found["invalid"]["code"] == "holiday"  # Canada Day, and the number is of Toronto


async def test_B4_the_desk_sees_the_orders_of_all_below_and_lists_stay_an_accounts_own(world):
    id, path = await ready(world)
    await world.customer.patch(f"{path}/submitted", {})
    for client, moves in ((world.master, ["pending", "rejected", "canceled"]), (world.reseller, ["canceled"])):
        board = await client.get("accounts/{A}/descendants/port_requests?by_state=submitted")
        assert [(row["id"], row["may_become"], row["losing_carrier"]) for row in board] == [(id, moves, "Old Tel")]
        assert await client.get("accounts/{A}/port_requests") == []
    assert await world.stranger.get("accounts/{A}/descendants/port_requests") == []


HEAD = (
    "tn,losing_carrier,account_number,btn,pin,end_user,auth_name,service_street,city,region,postal,type,desired_foc,sms"
)


def line(tn: str, carrier: str = "Old Tel", foc: str = "2026-12-15") -> str:
    return f"{tn},{carrier},A1,,,Acme Inc,Ann Lee,1 King St,Toronto,ON,M5V 1A1,full,{foc},y"


async def test_B4_a_bulk_file_has_a_verdict_per_row_and_makes_nothing_while_one_is_bad(world):
    bad = "\n".join([HEAD, line("4165550711"), line("12"), line("+14165550711"), line("+14165550712", foc="soon")])
    answer = await world.customer.put("accounts/{A}/port_requests/bulk", {"csv": bad})
    assert [row["verdict"] for row in answer["rows"]] == ["ok", "bad", "bad", "bad"]
    assert answer["created"] == []
    good = "\n".join([HEAD, line("4165550711"), line("+14165550712"), line("+14165550713", "New Tel")])
    dry = await world.customer.put("accounts/{A}/port_requests/bulk", {"csv": good, "dry_run": True})
    assert (dry["orders"], dry["created"]) == (2, [])
    made = await world.customer.put("accounts/{A}/port_requests/bulk", {"csv": good})
    rows = await world.customer.get("accounts/{A}/port_requests")
    assert {row["id"] for row in rows} == set(made["created"])
    assert sorted(list(row["numbers"]) for row in rows) == [[N, M], ["+14165550713"]]


async def test_B4_a_file_says_whose_the_numbers_become_and_what_they_reach(world):
    flow = {"flow": {"module": "hangup"}, "numbers": ["1001"], "name": "Ann"}
    made = await world.customer.put("accounts/{A}/callflows", flow)
    ours, theirs = world.customer.account_id, world.stranger.account_id
    head = f"{HEAD},tenant,assign_to"
    path = f"accounts/{world.reseller.account_id}/port_requests/bulk"
    rows = [(N, ours, "1001"), (M, ours, "1002"), ("+14165550713", theirs, ""), ("+14165550714", "", "1001")]
    bad = "\n".join([head, *(f"{line(tn)},{tenant},{to}" for tn, tenant, to in rows)])
    answer = await world.reseller.put(path, {"csv": bad})
    assert [row["verdict"] for row in answer["rows"]] == ["ok", "bad", "bad", "bad"]
    assert [row["message"].split(":")[0] for row in answer["rows"][1:]] == ["assign_to", "tenant", "assign_to"]
    assert answer["created"] == []
    realm = (await world.customer.get("accounts/{A}"))["realm"]
    good = "\n".join([head, f"{line(N)},{realm.upper()},1001", f"{line(M)},,"])
    answer = await world.reseller.put(path, {"csv": good})
    assert len(answer["created"]) == 2
    [order] = await world.customer.get("accounts/{A}/port_requests")
    assert [list(row["numbers"]) for row in await world.reseller.get("accounts/{A}/port_requests")] == [[M]]
    await attach(world.customer, order["id"], "loa.pdf", "bill.pdf")
    at = f"accounts/{ours}/port_requests/{order['id']}"
    await world.customer.patch(f"{at}/submitted", {})
    for state in ("pending", "scheduled", "completed"):
        await world.master.patch(f"{at}/{state}", {"transfer_date": "2031-12-15"})
    reached = await world.customer.get(f"accounts/{{A}}/callflows/{made['id']}")
    assert reached["numbers"] == ["1001", N]
    assert (await world.customer.get("accounts/{A}/phone_numbers/%2B14165550711"))["used_by"] == "callflow"


async def test_B4_a_file_with_strange_columns_is_refused():
    assert bulk.read("\n".join([HEAD, line("4165550711")])).refused == 0
    with pytest.raises(move.Invalid, match="invalid"):
        bulk.read("tn,colour\n+14165550711,red\n")


async def test_B4_carriers_say_which_numbers_can_be_brought_here_and_whose_they_are(world, number_carrier):
    path, numbers = "accounts/{A}/port_requests/lnp_lookup", [N, M, "+18335550711", "+14165550799", "+14165550798"]
    nobody = await world.customer.call("POST", path, {"numbers": numbers})
    assert (nobody.status_code, nobody.json()["error"]) == (503, "503")
    await world.master.put("accounts/{A}/carriers", number_carrier.document(porting=True))
    await world.master.put(f"accounts/{world.stranger.account_id}/phone_numbers/%2B14165550798", {})
    found = (await world.customer.post(path, {"numbers": numbers}))["numbers"]
    able, unable = ([{"name": "Simulated", "portability": yes}] for yes in (True, False))
    assert found[N] == {
        "losing_carrier": {"name": "Old Tel"}, "carriers": able, "portable": True, "toll_free": False,
    }  # fmt: skip
    assert (found[M]["portable"], found[M]["carriers"]) == (False, unable)
    assert found[M]["reason"] == "the number is disconnected"
    assert (found["+18335550711"]["toll_free"], found["+18335550711"]["losing_carrier"]) == (True, {"name": "Free Tel"})
    assert "losing_carrier" not in found["+14165550799"]
    assert [found[n]["reason"] for n in numbers[3:]] == [
        "no carrier of ours knows this number", "the number is on this platform already",
    ]  # fmt: skip
    number_carrier.fail = 1
    assert (await world.customer.call("POST", path, {"numbers": [N]})).status_code == 503
    assert (await world.customer.call("POST", path, {"numbers": ["x"]})).status_code == 400
    assert (await world.customer.call("POST", path, {"numbers": []})).status_code == 400
