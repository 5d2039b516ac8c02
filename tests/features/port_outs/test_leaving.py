"""Numbers that other carriers want: the lock, the account number and PIN, the owner's word, and what is left (B4)."""

from __future__ import annotations

import asyncio
from datetime import date

import pytest
from sqlalchemy import text

from qvoice.db import Scope
from qvoice.db.queue import run_worker, worker_app
from qvoice.features.port_outs import jobs, rules

pytestmark = [pytest.mark.db, pytest.mark.anyio]
N, AT = "+14165550811", "phone_numbers/%2B14165550811"
DAY = "2031-12-24"


@pytest.fixture
async def here(world):
    """The customer has the number in a flow, and an administrator with an address."""
    await world.master.put(f"accounts/{world.customer.account_id}/{AT}", {})
    await world.customer.put("accounts/{A}/callflows", {"flow": {"module": "hangup"}, "numbers": [N]})
    boss = {"first_name": "B", "last_name": "O", "priv_level": "admin", "email": "boss@acme.example"}
    await world.customer.put("accounts/{A}/users", boss)
    return world.customer


async def unlocked(world, *, pin=""):
    await world.customer.patch(f"accounts/{{A}}/{AT}", {"port_out_lock": False})
    return (await world.customer.post("accounts/{A}/port_outs/proof", {"pin": pin}))["account_number"]


async def ask(world, **more):
    return await world.master.put(
        "accounts/{A}/port_outs", {"number": N, "winning_carrier": "New Tel", "end_user": "Acme", "day": DAY, **more}
    )


async def mails(world):
    async with world.db.tx(Scope(world.customer.account_id, "")) as s:
        rows = await s.execute(
            text(
                "select kind, recipient, subject, body from mails where kind in ('port_out', 'number_unlocked')"
                " and recipient = 'boss@acme.example' order by created, id"
            )
        )
        return rows.all()


async def history(world):
    return [(e["action"], e["to_state"]) for e in await world.customer.get(f"accounts/{{A}}/{AT}/history")]


async def test_B4_a_new_number_is_locked_and_whoever_wants_it_is_refused_and_the_owner_told_at_once(world, here):
    assert (await here.get(f"accounts/{{A}}/{AT}"))["port_out_lock"] is True
    refused = await ask(world, account_number="0000000000")
    assert (refused["state"], refused["reason"], refused["account_id"]) == ("refused", "locked", here.account_id)
    [mail] = await mails(world)
    assert (N in mail.subject, "locked" in mail.body, "New Tel" in mail.body) == (True, True, True)
    assert (await here.get(f"accounts/{{A}}/{AT}"))["state"] == "in_service"
    assert [one["reason"] for one in await here.get("accounts/{A}/port_outs")] == ["locked"]
    assert await history(world) == [("port_out_refused", None), ("created", "in_service")]


async def test_B4_only_an_administrator_takes_off_the_lock_and_is_told_of_it_by_mail(world, here):
    key = await here.put("accounts/{A}/api_keys", {"name": "numbers", "scopes": ["phone_numbers:*"]})
    path = f"accounts/{here.account_id}/{AT}"
    scoped = type(here)(world.http, here.account_id, token=key["api_key"])
    assert (await scoped.call("PATCH", path, {"port_out_lock": False})).status_code == 403
    assert (await scoped.call("PATCH", path, {"prepend": {"name": "y"}})).status_code == 200
    assert (await world.stranger.call("PATCH", path, {"port_out_lock": False})).status_code in (403, 404)
    assert (await here.call("PATCH", path, {"port_out_lock": "no"})).status_code == 400
    changed = await here.patch(path, {"port_out_lock": False, "prepend": {"name": "x"}})
    assert (changed["port_out_lock"], changed["prepend"]) == (False, {"name": "x"})
    # What a client read and sends back changes nothing.
    assert (await here.post(path, changed))["port_out_lock"] is False
    assert [(one.kind, N in one.subject) for one in await mails(world)] == [("number_unlocked", True)]
    assert (await here.patch(path, {"port_out_lock": True}))["port_out_lock"] is True
    did = [action for action, _ in await history(world)]
    assert did == ["locked", "edited", "edited", "unlocked", "edited", "created"]
    # In other hands it is locked again.
    await here.patch(path, {"port_out_lock": False})
    moved = await world.reseller.put(f"accounts/{{A}}/{AT}/activate", {"force": True})
    assert moved["port_out_lock"] is True


async def test_B4_account_number_and_pin_are_compared_and_cannot_be_tried_out(world, here):
    number = await unlocked(world, pin="482915")
    assert (await world.customer.get("accounts/{A}/port_outs/proof"))["pin"] == "482915"
    assert (await world.stranger.call("GET", f"accounts/{here.account_id}/port_outs/proof")).status_code in (403, 404)
    assert (await here.call("POST", "accounts/{A}/port_outs/proof", {"pin": "12"})).status_code == 400
    tries = [{"account_number": "1"}, {"account_number": number}, {"account_number": number, "pin": "482916"}]
    assert [(await ask(world, **one))["reason"] for one in tries] == ["account_number", "pin", "pin"]
    for _ in range(2):
        await ask(world, account_number=number, pin="1111")
    right = await ask(world, account_number=number, pin="482915")
    assert (right["state"], right["reason"]) == ("refused", "tries")


async def test_B4_a_number_leaves_on_its_day_and_rings_until_it_is_gone(world, here):
    number = await unlocked(world)
    leaving = await ask(world, account_number=f"{number[:4]} {number[4:]}")
    assert (leaving["state"], leaving["day"]) == ("accepted", DAY)
    doc = await here.get(f"accounts/{{A}}/{AT}")
    assert (doc["state"], doc["used_by"]) == ("port_out", "callflow")
    # Calls find it as before (calls themselves: tests/sip), and nothing takes it from under the request.
    for method, path in (("PUT", f"{AT}/activate"), ("PUT", f"{AT}/release")):
        answer = await world.reseller.call(method, f"accounts/{here.account_id}/{path}", {})
        assert answer.status_code == 409, path
    assert (await world.master.call("DELETE", f"accounts/{here.account_id}/{AT}")).status_code == 409
    assert (await world.reseller.call("DELETE", f"accounts/{here.account_id}")).status_code == 409
    assert (await ask(world, account_number=number))["reason"] == "pending"
    [card] = [one for one in await world.master.get("accounts/{A}/descendants/port_outs") if one["state"] == "accepted"]
    assert (card["account_name"], card["overdue"]) == ((await here.get("accounts/{A}"))["name"], False)
    path = f"accounts/{here.account_id}/port_outs/{leaving['id']}"
    for client in (here, world.reseller):
        assert (await client.call("PATCH", f"{path}/completed", {})).status_code == 403
    for wrong in ("soon", "2020-01-02"):
        assert (await world.master.call("PATCH", f"{path}/accepted", {"day": wrong})).status_code == 400
    assert (await world.master.patch(f"{path}/accepted", {"day": "2031-12-29"}))["day"] == "2031-12-29"
    assert (await world.master.patch(f"{path}/completed", {}))["state"] == "completed"
    assert (await here.call("GET", f"accounts/{{A}}/{AT}")).status_code == 404
    [flow] = [one for one in await here.get("accounts/{A}/callflows") if "unused" in str(one["numbers"])]
    assert N not in flow["numbers"]
    assert (await history(world))[0] == ("ported_out", "released")
    assert [one.subject for one in await mails(world) if "has left" in one.subject] == [f"{N} has left"]
    assert (await world.master.call("PATCH", f"{path}/canceled", {})).status_code == 409
    # It can come back: the platform has it no more.
    assert (await world.master.call("PUT", f"accounts/{here.account_id}/{AT}", {})).status_code == 201


async def test_B4_the_owner_who_never_asked_keeps_his_number(world, here):
    number = await unlocked(world)
    leaving = await ask(world, account_number=number)
    kept = await here.patch(f"accounts/{{A}}/port_outs/{leaving['id']}/refused", {})
    assert (kept["state"], kept["reason"], kept["may_become"]) == ("refused", "disputed", [])
    assert (await here.get(f"accounts/{{A}}/{AT}"))["state"] == "in_service"


@pytest.fixture
async def worker(world, database):
    """A worker that answers carriers."""
    app = worker_app(database.app_url, jobs.TASKS, world.db, world.app.state.settings)
    running = asyncio.create_task(run_worker(app))
    yield
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)


async def said(carrier, id, accepted):
    for _ in range(300):
        if carrier.port_outs[id].get("said", {}).get("accepted") is accepted:
            return carrier.port_outs[id]["said"]
        await asyncio.sleep(0.1)
    raise AssertionError(f"the carrier has heard {carrier.port_outs[id].get('said')}")


async def test_B4_a_carrier_tells_of_port_outs_by_http_and_hears_the_answers(world, here, number_carrier, worker):
    await world.master.put("accounts/{A}/carriers", number_carrier.document(porting=True))
    asked = {"number": N, "winning_carrier": "New Tel", "account_number": "1", "day": DAY}
    number_carrier.port_outs = {"p1": dict(asked), "p2": {"number": "+14165559998"}, "p3": {"number": "nonsense"}}
    hear = lambda: jobs.hear(world.db, world.app.state.settings)  # noqa: E731
    await hear()
    assert (await said(number_carrier, "p1", False))["reason"].startswith("locked: ")
    assert (await said(number_carrier, "p2", False))["reason"].startswith("unknown: ")
    assert "said" not in number_carrier.port_outs["p3"]
    number_carrier.port_outs["p4"] = {**asked, "account_number": await unlocked(world)}
    number_carrier.fail = 1
    await hear()  # The carrier is away: nothing is lost, it is asked again.
    await hear()
    await hear()  # Told twice, taken once.
    assert (await said(number_carrier, "p4", True))["day"] == DAY
    assert (await here.get(f"accounts/{{A}}/{AT}"))["state"] == "port_out"
    assert len(await here.get("accounts/{A}/port_outs")) == 2
    number_carrier.port_outs["p4"]["state"] = "ported"
    await hear()
    assert (await here.call("GET", f"accounts/{{A}}/{AT}")).status_code == 404
    assert [one["state"] for one in await here.get("accounts/{A}/port_outs")] == ["completed", "refused"]


async def test_B4_a_canceled_port_out_leaves_the_number_and_another_carrier_cannot_give_it_away(
    world, here, number_carrier
):
    made = await world.master.put("accounts/{A}/carriers", number_carrier.document(porting=True))
    number = await unlocked(world)
    ours = {"number": N, "account_number": number}
    number_carrier.port_outs = {"p1": dict(ours)}
    await jobs.hear(world.db, world.app.state.settings)
    assert (await here.get(f"accounts/{{A}}/{AT}"))["state"] == "port_out"
    number_carrier.port_outs["p1"]["state"] = "canceled"
    await jobs.hear(world.db, world.app.state.settings)
    assert (await here.get(f"accounts/{{A}}/{AT}"))["state"] == "in_service"
    await here.patch(f"accounts/{{A}}/{AT}", {"carrier_data": {"carrier_id": "0" * 31 + "1"}})
    number_carrier.port_outs["p2"] = dict(ours)
    await jobs.hear(world.db, world.app.state.settings)
    [last, _] = await here.get("accounts/{A}/port_outs")
    assert (last["state"], last["reason"]) == ("refused", "unknown")
    assert made["name"] == "Simulated"


def test_B4_numbers_leave_on_working_days_and_never_today():
    friday = date(2026, 11, 27)
    assert [rules.day_of(wanted, today=friday).isoformat() for wanted in ("", "2026-11-27", "2026-12-05", "soon")] == [
        "2026-11-30", "2026-11-30", "2026-12-07", "2026-11-30",
    ]  # fmt: skip
    eve = date(2026, 12, 24)
    assert [str(rules.day_of("", today=eve, country=country)) for country in ("", "US", "CA")] == [
        "2026-12-25", "2026-12-28", "2026-12-29",
    ]  # fmt: skip
