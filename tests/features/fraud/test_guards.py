"""Guards and locks through the API: who may change them, what new accounts begin with, the log of reasons."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import psycopg
import pytest
from tests.features.charging.test_admission import make_deck

from qvoice.core.limits.admission import Level, OffNet
from qvoice.core.limits.refusals import Refusal
from qvoice.core.limits.settings import Guards, Limits
from qvoice.features.charging.admission import Admission, Authoriser
from qvoice.kit.clock import utcnow

pytestmark = [pytest.mark.db, pytest.mark.anyio]
LONDON, MONTREAL = "+442071838750", "+15145550123"


async def allowed(world: Any, account: str, number: str = MONTREAL, number_class: str = "did_us", **more: Any) -> str:
    """'' when the call may be made, else the reason."""
    call = OffNet(account, number, number_class, **more)
    answer = await Authoriser(world.db, node="media1").admit(call, call_id="c", now=utcnow())
    assert isinstance(answer, Admission | Refusal)
    return answer.reason if isinstance(answer, Refusal) else ""


async def test_C5_new_accounts_begin_without_calls_abroad_and_every_level_must_open_them(world: Any) -> None:
    customer, path = world.customer.account_id, f"accounts/{world.customer.account_id}/fraud"
    shown = await world.customer.get("accounts/{A}/fraud")
    assert "international" in shown["in_force"]["blocked_classes"]
    assert await allowed(world, customer, LONDON, "international") == "class"
    assert await allowed(world, customer) == ""
    await world.reseller.post(path, {"blocked_classes": ["toll_us"]})
    assert await allowed(world, customer, LONDON, "international") == "class"
    await world.master.post(f"accounts/{world.reseller.account_id}/fraud", {"blocked_classes": []})
    assert await allowed(world, customer, LONDON, "international") == ""
    assert await allowed(world, customer, "+19005550100", "toll_us") == "class"


async def test_C5_lock_levels_are_set_and_undone_from_above_with_reasons_that_stay(world: Any) -> None:
    customer, path = world.customer.account_id, f"accounts/{world.customer.account_id}/fraud"
    await world.reseller.post(path, {"blocked_classes": []})
    await world.master.post(f"accounts/{world.reseller.account_id}/fraud", {"blocked_classes": []})
    verdicts = {}
    for level in (1, 2, 3, 5):
        lock = await world.reseller.put(f"{path}/lock", {"level": level, "reason": f"unpaid bill {level}"})
        assert (lock["level"], lock["source"]) == (level, "manual")
        verdicts[level] = [
            await allowed(world, customer, LONDON, "international"),
            await allowed(world, customer),
            await allowed(world, customer, direction="inbound"),
        ]
    assert verdicts == {
        1: ["locked", "", ""], 2: ["locked", "locked", ""], 3: ["locked", "locked", "locked"],
        5: ["gone", "gone", "gone"],
    }  # fmt: skip
    assert (await world.customer.call("GET", "accounts/{A}/fraud")).status_code == 423, "level 5 closes the portal too"
    await world.reseller.put(f"{path}/lock", {"level": 3, "reason": "unpaid bill 3"})
    seen = await world.customer.get("accounts/{A}/fraud")
    assert seen["lock"]["reason"] == "unpaid bill 3"
    assert (await world.reseller.delete(f"{path}/lock"))["level"] == 0
    assert await allowed(world, customer) == ""
    log = await world.customer.get("accounts/{A}/fraud/events")
    assert [one["kind"] for one in log] == ["unlocked", *["locked"] * 5]
    assert log[0]["actor_account_id"] == world.reseller.account_id


async def test_C5_nobody_opens_or_unlocks_himself_and_no_stranger_does(world: Any) -> None:
    for who, method, path in (
        (world.customer, "POST", "accounts/{A}/fraud"),
        (world.customer, "PUT", "accounts/{A}/fraud/lock"),
        (world.customer, "DELETE", "accounts/{A}/fraud/lock"),
        (world.stranger, "GET", f"accounts/{world.customer.account_id}/fraud"),
        (world.stranger, "DELETE", f"accounts/{world.customer.account_id}/fraud/lock"),
    ):
        answer = await who.call(method, path, {"level": 1, "reason": "because", "blocked_classes": []})
        assert answer.status_code == 403, (method, path, answer.text)
    bad = await world.reseller.call(
        "PUT", f"accounts/{world.customer.account_id}/fraud/lock", {"level": 9, "reason": "because"}
    )
    assert bad.status_code == 400


async def test_C5_level_four_closes_the_portal_to_the_accounts_own_people_only(world: Any) -> None:
    path = f"accounts/{world.customer.account_id}/fraud/lock"
    wrong = await world.master.call("PUT", "accounts/{A}/fraud/lock", {"level": 4, "reason": "oops"})
    assert wrong.status_code == 403, "nobody is above the master to undo it"
    await world.reseller.put(path, {"level": 4, "reason": "contract ended"})
    assert (await world.customer.call("GET", "accounts/{A}/users")).status_code == 423
    who = world.customer
    login = {"credentials": world.md5(who.username, who.password), "account_realm": who.realm}
    assert (await world.nobody.call("PUT", "user_auth", login)).status_code == 423
    assert len(await world.reseller.get(f"accounts/{world.customer.account_id}/users")) == 1, "those above still may"
    await world.reseller.delete(path)
    assert (await world.customer.call("GET", "accounts/{A}/users")).status_code == 200


NIGHT, DAY = datetime(2038, 11, 27, 23, 30, tzinfo=UTC), datetime(2038, 11, 27, 12, tzinfo=UTC)


async def begun(world: Any, calls: int, at: datetime, **guards: Any) -> list[str]:
    """Begin calls one after the other, from two nodes in turn; '' or the reason of each."""
    doc = {"off_hours": {"calls": -1}, "unusual": {"factor": 0}, "velocity": {"calls": 1000}, **guards}
    own = Level(world.customer.account_id, "x", Limits(), Guards.of(doc))
    nodes = [Authoriser(world.db, node=f"media{n}") for n in range(2)]
    answers = [await nodes[n % 2].begin(own, at) for n in range(calls)]
    return [answer.reason if answer else "" for answer in answers]


async def test_C5_velocity_is_counted_over_nodes_and_restarts_and_slides(world: Any) -> None:
    fast = {"velocity": {"calls": 3, "seconds": 10}}
    assert await begun(world, 3, DAY, **fast) == [""] * 3
    assert await begun(world, 2, DAY + timedelta(seconds=9), **fast) == ["velocity", ""], "it begins anew after a lock"
    assert await begun(world, 3, DAY + timedelta(seconds=19), **fast) == [""] * 3
    assert await begun(world, 3, DAY + timedelta(seconds=40), **fast) == [""] * 3


async def test_C5_many_calls_at_night_are_suspect_and_by_day_are_not(world: Any) -> None:
    night = {"off_hours": {"begins": 22, "ends": 6, "calls": 4}}
    assert await begun(world, 8, DAY, **night) == [""] * 8
    assert await begun(world, 5, NIGHT, **night) == ["", "", "", "", "off-hours"]


async def test_C5_what_is_unusual_is_measured_by_the_accounts_own_days(world: Any, database: Any) -> None:
    usual = {"unusual": {"factor": 2, "days": 4, "calls": 3, "amount": 10}}
    for day in range(1, 5):  # ten calls a day
        assert await begun(world, 10, DAY - timedelta(days=day), unusual={"factor": 0}) == [""] * 10
    assert await begun(world, 20, DAY, **usual) == [""] * 20
    own = Level(world.customer.account_id, "x", Limits(), Guards.of({"velocity": {"calls": 1000}, **usual}))
    refusal = await Authoriser(world.db, node="n").begin(own, DAY)
    assert refusal is not None
    assert refusal.why == "21 calls today, 10.0 a day before: unusual for the account"
    with psycopg.connect(database.admin_url, autocommit=True) as connection:
        spend = "insert into call_spend (account_id, period, amount) values (%s, %s, %s)"
        connection.execute(spend, [own.account_id, "2038-11-26", 8])
        connection.execute(spend, [own.account_id, "2038-11-27", 11])
    answer = await begun(world, 1, DAY, **usual)
    assert answer == ["unusual"], "11 spent today, 2 a day before"


async def test_C5_a_simulated_call_tells_what_guards_locks_and_money_would_say(world: Any, database: Any) -> None:
    user = await world.customer.put("accounts/{A}/users", {"first_name": "U", "last_name": "S", "username": "u"})
    await world.master.put("accounts/{A}/resources", {
        "name": "trunk", "enabled": True, "gateways": [{"server": "carrier.example", "enabled": True}],
        "rules": ["^\\+?(\\d+)$"],
    })  # fmt: skip
    wanted = {"number": "+442071838750", "caller": {"type": "user", "id": user["id"]}}

    async def tried(**more: Any) -> dict[str, Any]:
        answer = await world.customer.post("accounts/{A}/callflows/simulate", {**wanted, **more})
        acts = [act for step in answer["steps"] for act in step["acts"]]
        return next((act for act in acts if act["do"] in ("refused", "ring")), {})

    abroad = await tried()
    assert (abroad["do"], abroad["reason"], abroad["cause"]) == ("refused", "class", "OUTGOING_CALL_BARRED")
    assert "international" in abroad["why"]
    assert (await tried(number="+14165550100"))["do"] == "ring"
    path = f"accounts/{world.customer.account_id}"
    await world.reseller.put(f"{path}/fraud/lock", {"level": 2, "reason": "odd calls"})
    locked = await tried(number="+14165550100")
    assert (locked["reason"], locked["why"]) == ("locked", "the account is locked: odd calls")
    assert (await tried(number="911")).get("do") != "refused"
    await world.reseller.delete(f"{path}/fraud/lock")
    await make_deck(world.reseller, world.customer.account_id, _1="0.06")
    assert (await tried(number="+14165550100"))["reason"] == "money"
    with psycopg.connect(database.admin_url) as connection:
        left = "select (select count(*) from call_admissions) + (select count(*) from call_begun)"
        assert connection.execute(left).fetchone() == (0,), "a simulation takes nothing"


async def test_C3_the_standing_says_what_is_in_the_way_and_nothing_is_stored_that_does_not_act(world: Any) -> None:
    async def reason() -> tuple[bool, str]:
        shown = await world.customer.get("accounts/{A}/services/status")
        return shown["in_good_standing"], shown["reason"]

    path = f"accounts/{world.customer.account_id}"
    assert await reason() == (True, "good_standing")
    await make_deck(world.reseller, world.customer.account_id, _1="0.06")
    assert await reason() == (False, "no_funds")
    await world.reseller.put(f"{path}/ledgers/credit", {"amount": 5})
    assert await reason() == (True, "good_standing")
    await world.reseller.put(f"{path}/fraud/lock", {"level": 2, "reason": "unpaid bill"})
    assert await reason() == (False, "account_locked")
    assert (await world.customer.get("accounts/{A}/services"))["in_good_standing"] is False
    unheeded = await world.reseller.call("POST", f"{path}/limits", {"authz_resource_types": ["audio"]})
    assert unheeded.status_code == 400
    assert "authz_resource_types" in unheeded.json()["data"]
