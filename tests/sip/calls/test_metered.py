"""Calls that cost money: paid in advance at every second, ended when the money ends, counted against lines."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any

import pytest

from qvoice.cli.rest import Rest
from tests.fixtures.platform import Account, Platform
from tests.sip.agent import Call, UserAgent
from tests.sip.conftest import Phones
from tests.sip.machine import kill
from tests.sip.scenes import call_in, cdrs, connected, eventually, talk

pytestmark = [pytest.mark.anyio, pytest.mark.sip]

OUTSIDE = "4165559998"


@dataclass
class Meter:
    """Acme, metered: 0.10 a second from its reseller; `fund` sets its balance."""

    platform: Platform
    account: Account
    reseller: str

    def balance(self) -> float:
        return self.platform.master.get(self.account.path("ledgers", "total"))["amount"]

    def fund(self, amount: float) -> None:
        """Add or take what is missing to `amount`."""
        book(self.platform.master, self.account.id, amount - self.balance())

    def limit(self, **limits: Any) -> None:
        """Set the account's limits."""
        self.platform.master.post(self.account.path("limits"), limits)


def book(master: Rest, account_id: str, change: float) -> None:
    """Add funds, or take them when `change` is below zero."""
    if round(change, 6):
        verb = "credit" if change > 0 else "debit"
        master.put(f"accounts/{account_id}/ledgers/{verb}", {"amount": abs(round(change, 6))})


def reseller_of(platform: Platform, account: Account) -> str:
    """The account between the master and this one."""
    master = platform.master
    return next(one["id"] for one in master.get(account.path("parents")) if one["id"] != master.account_id)


@pytest.fixture
async def meter(anyio_backend: str, platform: Platform) -> AsyncIterator[Meter]:
    """A deck of Acme's reseller for this test; afterwards Acme is not metered."""
    master, acme = platform.master, platform.acme
    reseller = reseller_of(platform, acme)
    deck = master.put(f"accounts/{reseller}/ratedecks", {"name": "metered test"})["id"]
    rate = {"ratedeck_id": deck, "prefix": "1", "rate_cost": 6, "rate_minimum": 1, "rate_increment": 1}
    master.put(f"accounts/{reseller}/rates", rate)
    master.post(acme.path("ratedeck"), {"ratedeck_id": deck})
    made = Meter(platform, acme, reseller)
    yield made
    made.limit()
    master.post(acme.path("ratedeck"), {"ratedeck_id": None})
    master.delete(f"accounts/{reseller}/ratedecks/{deck}")


async def announced(call: Call) -> None:
    """The caller hears why, and the call ends without having been answered."""
    assert call.media
    await call.media.hears_anything()
    await call.wait_over(20)


async def test_C3_a_prepaid_call_is_warned_cut_when_the_money_ends_and_charged_to_the_second(
    platform: Platform, phone: Phones, carrier: UserAgent, meter: Meter
) -> None:
    acme = platform.acme
    meter.fund(0.80)
    alice = await phone(acme, "1000")
    call, incoming = await connected(alice, OUTSIDE, carrier)
    assert call.media
    assert incoming.media
    incoming.media.tone(620)
    call.media.tone(440)
    await call.media.hears(1400)  # the warning, for who pays
    await call.media.hears(620)
    await incoming.media.hears(440)
    await incoming.wait_over(15)
    assert not call.over.is_set()
    call.media.forget()
    await call.media.hears_anything(within=10)  # why
    await call.wait_over(20)
    legs = await cdrs(acme, call=call, count=2)
    out = next(leg for leg in legs if leg["call_direction"] == "outbound")
    whole = acme.rest.get(acme.path("cdrs", out["id"]))
    assert (whole["hangup_cause"], whole["cost"], whole["rate"]) == ("INSUFFICIENT_FUNDS", 0.8, 6)
    await eventually(lambda: meter.balance() == 0, what="the balance is used up, and not a cent more")
    entry = acme.rest.get(acme.path("ledgers", "per-minute-voip"))[0]
    assert (entry["amount"], entry["metadata"]["cdr_id"]) == (-0.8, out["id"])
    # What the demo carrier takes for it, in steps of six seconds: booked for the master, whose margin it makes.
    master = platform.master
    costs = f"accounts/{master.account_id}/ledgers/carrier-cost"
    await eventually(
        lambda: (
            [one["amount"] for one in master.get(costs, book="costs") if one["metadata"]["cdr_id"] == out["id"]]
            == [round(0.004 * -(-whole["billing_seconds"] // 6) * 6 / 60, 6)]
        ),
        what="the carrier's price is booked",
    )
    refused = await alice.call(OUTSIDE)
    await announced(refused)
    assert carrier.no_call()
    first = (await cdrs(acme, call=refused))[0]
    assert first["hangup_cause"] == "INSUFFICIENT_FUNDS"


async def test_C3_lines_in_use_are_refused_with_an_announcement_but_never_inside_and_never_911(
    platform: Platform, phone: Phones, carrier: UserAgent, meter: Meter
) -> None:
    acme = platform.acme
    meter.fund(100)
    meter.limit(twoway_trunks=1)
    alice, bob, carol = await phone(acme, "1000"), await phone(acme, "1001"), await phone(acme, "1002")
    call, outside = await connected(alice, OUTSIDE, carrier)
    refused = await bob.call(OUTSIDE)
    await announced(refused)
    assert carrier.no_call()
    knock = await call_in(carrier, acme.numbers[1])
    assert await knock.wait_status(486, 600) == 486
    inside, callee = await connected(bob, "1002", carol)
    await talk(inside, callee)
    await inside.hang_up()
    meter.fund(0.0)  # what is left over is reserved: the balance may go below it only by an administrator's hand
    urgent = await carol.call("911")
    rescue = await carrier.incoming()
    await rescue.answer()
    await urgent.wait_answered()
    await talk(urgent, rescue)
    await urgent.hang_up()
    meter.fund(100)
    await call.hang_up()
    await outside.wait_over()


async def test_C3_call_control_killed_in_a_metered_call_it_is_charged_once_for_all_of_it(
    platform: Platform, phone: Phones, carrier: UserAgent, meter: Meter
) -> None:
    acme = platform.acme
    meter.fund(100)
    alice = await phone(acme, "1000")
    call, incoming = await connected(alice, OUTSIDE, carrier)
    await talk(call, incoming)
    await kill(platform, "callcontrol")
    await eventually(
        lambda: [row for row in acme.rest.get(acme.path("channels")) if row["answered"]], within=30, what="adopted"
    )
    await talk(call, incoming)
    await call.hang_up()
    await incoming.wait_over()
    legs = await cdrs(acme, call=call, count=2, within=30)
    out = next(leg for leg in legs if leg["call_direction"] == "outbound")
    whole = acme.rest.get(acme.path("cdrs", out["id"]))
    assert whole["cost"] == pytest.approx(whole["billing_seconds"] * 0.1)
    assert whole["cost"] > 0
    assert await eventually(lambda: meter.balance() == pytest.approx(100 - whole["cost"]), what="charged once")
    entries = acme.rest.get(acme.path("ledgers", "per-minute-voip"))
    assert sum(one["metadata"].get("cdr_id") == out["id"] for one in entries) == 1


async def test_C5_calls_abroad_are_closed_at_first_and_a_burst_of_calls_locks_until_one_click(
    platform: Platform, phone: Phones, carrier: UserAgent
) -> None:
    acme, master = platform.acme, platform.master
    path, above = acme.path("fraud"), f"accounts/{reseller_of(platform, acme)}/fraud"
    before = acme.rest.get(path)
    assert "international" in before["in_force"]["blocked_classes"]
    alice = await phone(acme, "1000")
    refused = await alice.call("+442071838750")
    await announced(refused)
    first = (await cdrs(acme, call=refused))[0]
    whole = acme.rest.get(acme.path("cdrs", first["id"]))
    assert whole["hangup_cause"] == "OUTGOING_CALL_BARRED"
    assert whole["refused"]["reason"] == "class"
    try:
        for one in (path, above):  # every level must say yes
            master.post(one, {"blocked_classes": []})
        call = await alice.call("+442071838750")
        await (await carrier.incoming()).answer()
        await call.wait_answered()
        await call.hang_up()
        master.post(path, {"velocity": {"calls": 1, "seconds": 600}})
        await announced(await alice.call(OUTSIDE))
        lock = await eventually(lambda: (found := acme.rest.get(path)["lock"])["level"] and found, what="locked")
        assert (lock["level"], lock["source"]) == (2, "velocity")
        assert "more than 1 calls within 600 seconds" in lock["reason"]
        master.post(path, {})
        master.delete(acme.path("fraud", "lock"))
        again = await alice.call(OUTSIDE)
        await (await carrier.incoming()).answer()
        await again.wait_answered()
        await again.hang_up()
        assert [one["kind"] for one in acme.rest.get(acme.path("fraud", "events"))][:2] == ["unlocked", "locked"]
    finally:
        for one in (path, above):
            master.post(one, {})
        master.delete(acme.path("fraud", "lock"))


async def test_C5_a_lock_ends_paid_calls_with_a_reason_but_never_a_call_for_help_nor_calls_inside(
    platform: Platform, phone: Phones, carrier: UserAgent, meter: Meter
) -> None:
    acme, master = platform.acme, platform.master
    meter.fund(100)
    alice, bob, carol = await phone(acme, "1000"), await phone(acme, "1001"), await phone(acme, "1002")
    paid, outside = await connected(alice, OUTSIDE, carrier)
    urgent = await bob.call("911")
    rescue = await carrier.incoming()
    await rescue.answer()
    await urgent.wait_answered()
    assert paid.media
    paid.media.forget()
    try:
        master.put(acme.path("fraud", "lock"), {"level": 2, "reason": "stolen password"})
        await outside.wait_over(15)
        await paid.media.hears_anything(within=10)  # why
        await paid.wait_over(20)
        await talk(urgent, rescue)
        inside, callee = await connected(alice, "1002", carol)
        await talk(inside, callee)
        await inside.hang_up()
        out = next(leg for leg in await cdrs(acme, call=paid, count=2) if leg["call_direction"] == "outbound")
        assert acme.rest.get(acme.path("cdrs", out["id"]))["hangup_cause"] == "ACCOUNT_LOCKED"
    finally:
        master.delete(acme.path("fraud", "lock"))
    await urgent.hang_up()
    await rescue.wait_over()


async def test_C3_allotted_minutes_come_first_then_the_plans_and_the_call_goes_on_for_money_until_that_ends(
    platform: Platform, phone: Phones, carrier: UserAgent, meter: Meter
) -> None:
    acme, master = platform.acme, platform.master
    meter.fund(0.40)
    plans = f"accounts/{meter.reseller}/service_plans"
    plan = master.put(plans, {"name": "bundle test", "plan": {}, "bundles": {"talk": {"seconds": 2}}})["id"]
    master.post(acme.path("services"), {"add": [plan]})
    master.post(acme.path("allotments"), {"did_us": {"amount": 0}})
    had = acme.rest.get(acme.path("allotments", "consumed"))["did_us"]["consumed"]  # by a run before, this month
    master.post(acme.path("allotments"), {"did_us": {"amount": had + 3}})
    try:
        alice = await phone(acme, "1000")
        call, incoming = await connected(alice, OUTSIDE, carrier)
        await talk(call, incoming)
        await incoming.wait_over(20)
        await call.wait_over(20)
        out = next(leg for leg in await cdrs(acme, call=call, count=2) if leg["call_direction"] == "outbound")
        whole = acme.rest.get(acme.path("cdrs", out["id"]))
        assert (whole["hangup_cause"], whole["cost"], whole["bundles"]) == (
            "INSUFFICIENT_FUNDS", 0.4, [{"name": "did_us", "seconds": 3}, {"name": "talk", "seconds": 2}],
        )  # fmt: skip
        assert [one["left"] for one in acme.rest.get(acme.path("limits"))["bundles"]] == [0, 0]
        assert acme.rest.get(acme.path("allotments", "consumed"))["did_us"]["consumed"] == had + 3
    finally:
        master.post(acme.path("allotments"), {})
        master.post(acme.path("services"), {"delete": [plan]})
        master.delete(f"{plans}/{plan}")


async def test_C2_the_decks_that_plans_name_price_a_call_at_two_levels_until_the_reseller_has_no_money(
    platform: Platform, phone: Phones, carrier: UserAgent
) -> None:
    acme, master = platform.acme, platform.master
    reseller = reseller_of(platform, acme)
    above, payers = (reseller, master.account_id), (acme.id, reseller)
    before = [master.get(f"accounts/{one}/ledgers/total")["amount"] for one in payers]
    made: list[tuple[str, str, str]] = []
    funds = (50, 0.15)  # the customer's last for minutes, the reseller's for six seconds
    try:
        for payer, fund, was in zip(payers, funds, before, strict=True):
            book(master, payer, fund - was)
        for seller, payer, price in zip(above, payers, (6, 1.5), strict=True):
            deck = master.put(f"accounts/{seller}/ratedecks", {"name": "of a plan"})["id"]
            rate = {"ratedeck_id": deck, "rate_name": f"plan of {seller[:4]}", "rate_minimum": 3, "rate_increment": 1}
            master.put(f"accounts/{seller}/rates", {**rate, "prefix": "1416", "rate_cost": price})
            wanted = {"name": "names a deck", "plan": {}, "ratedeck": {"id": deck}}
            plan = master.put(f"accounts/{seller}/service_plans", wanted)["id"]
            made.append((seller, deck, plan))
            master.post(f"accounts/{payer}/services", {"add": [plan]})
        assert acme.rest.get(acme.path("ratedeck"))["in_force"]["source"] == "plan"
        alice = await phone(acme, "1000")
        call, incoming = await connected(alice, OUTSIDE, carrier)
        await talk(call, incoming)
        await incoming.wait_over(20)
        await call.wait_over(20)
        out = next(leg for leg in await cdrs(acme, call=call, count=2) if leg["call_direction"] == "outbound")
        whole = acme.rest.get(acme.path("cdrs", out["id"]))
        assert (whole["rate"], whole["rate_name"], whole["rate_prefix"]) == (6, f"plan of {reseller[:4]}", "1416")
        assert (whole["hangup_cause"], whole["cost"]) == ("INSUFFICIENT_FUNDS", 0.6)
        await eventually(
            lambda: [master.get(f"accounts/{one}/ledgers/total")["amount"] for one in payers] == [49.4, 0],
            what="each level pays by its plan's deck",
        )
        for seller, amount in zip(above, (0.6, 0.15), strict=True):
            income = master.get(f"accounts/{seller}/ledgers/per-minute-voip", book="income")
            assert [one["amount"] for one in income if one["metadata"].get("cdr_id") == out["id"]] == [amount]
    finally:
        for (seller, deck, plan), payer, was in zip(made, payers, before, strict=False):
            master.post(f"accounts/{payer}/services", {"delete": [plan]})
            master.delete(f"accounts/{seller}/service_plans/{plan}")
            master.delete(f"accounts/{seller}/ratedecks/{deck}")
            book(master, payer, was - master.get(f"accounts/{payer}/ledgers/total")["amount"])
