"""A service plan names a rate deck: the next call of whoever has the plan is priced by it (C1, C2)."""

from __future__ import annotations

import asyncio
from decimal import Decimal
from typing import Any

import pytest
from tests.features.charging.test_admission import Books, books  # noqa: F401

from qvoice.features.charging.admission import Admission

pytestmark = [pytest.mark.db, pytest.mark.anyio]


async def new_deck(above: Any, name: str, price: str) -> str:
    deck = (await above.put("accounts/{A}/ratedecks", {"name": name}))["id"]
    rate = {"ratedeck_id": deck, "prefix": "1", "rate_cost": price, "rate_minimum": 1, "rate_increment": 1}
    await above.put("accounts/{A}/rates", rate)
    return deck


async def new_plan(above: Any, name: str, deck: str | None, priority: int = 0) -> str:
    plan = {"name": name, "plan": {}, "ratedeck": {"id": deck}, "merge": {"priority": priority}}
    return (await above.put("accounts/{A}/service_plans", plan))["id"]


async def test_C2_the_next_call_is_priced_by_the_deck_of_the_plan_unless_one_was_chosen(books: Books) -> None:  # noqa: F811
    world = books.world
    customer, reseller, above = world.customer.account_id, world.reseller.account_id, world.reseller
    await books.fund(customer, reseller, "10")
    await books.fund(reseller, world.master.account_id, "10")

    async def minute(who: str, kind: str) -> Decimal:
        """What the customer pays for a minute, once call control heard of a write to `kind` of `who`."""
        books.authoriser.levels.on_notice({"account": who, "type": kind})
        admission = await books.ask(customer)
        assert isinstance(admission, Admission)
        return admission.levels[0].cost(60)

    async def held() -> tuple[str | None, str | None, str | None]:
        found = await above.get(f"accounts/{customer}/ratedeck")
        return found["ratedeck_id"], (found["plan"] or {}).get("id"), (found["in_force"] or {}).get("source")

    chosen = (await above.get(f"accounts/{customer}/ratedeck"))["ratedeck_id"]
    cheap, dear = await new_deck(above, "Cheap", "0.01"), await new_deck(above, "Dear", "0.09")
    plan = await new_plan(above, "Business", cheap)
    await above.post(f"accounts/{customer}/services", {"add": [plan]})
    # What was chosen for the account alone holds, until it is taken back.
    assert await held() == (chosen, cheap, "account")
    assert await minute(customer, "services") == Decimal("0.06")
    await above.post(f"accounts/{customer}/ratedeck", {"ratedeck_id": None})
    assert await held() == (None, cheap, "plan")
    assert await minute(customer, "ratedeck") == Decimal("0.01")
    # The plan changes: so do the prices of all that have it.
    await above.patch(f"accounts/{{A}}/service_plans/{plan}", {"ratedeck": {"id": dear}})
    assert await minute(reseller, "service_plans") == Decimal("0.09")
    # Of two plans the one of the higher priority says; taken away, the other.
    other = await new_plan(above, "Extra", cheap, priority=5)
    await above.post(f"accounts/{customer}/services", {"add": [other]})
    assert await minute(customer, "services") == Decimal("0.01")
    await above.patch(f"accounts/{{A}}/service_plans/{other}", {"merge": {"priority": -5}})
    assert await minute(reseller, "service_plans") == Decimal("0.09")
    await above.post(f"accounts/{customer}/services", {"delete": [plan]})
    assert await minute(customer, "services") == Decimal("0.01")
    await above.post(f"accounts/{customer}/services", {"delete": [other]})
    assert await held() == (None, None, None)
    # A deck that a plan names stays; a plan names none but its owner's own, and none of what carriers cost.
    gone = await above.call("DELETE", f"accounts/{{A}}/ratedecks/{cheap}")
    assert (gone.status_code, "Extra" in gone.text) == (409, True)
    kept = await above.call("PATCH", f"accounts/{{A}}/ratedecks/{cheap}", {"use": "cost"})
    assert (kept.status_code, list(kept.json()["data"])) == (400, ["use"])
    masters = (await world.master.get("accounts/{A}/ratedecks"))[0]["id"]
    costs = (await above.put("accounts/{A}/ratedecks", {"name": "Costs", "use": "cost"}))["id"]
    for wrong in (masters, costs, "f" * 32):
        named = await above.call("PATCH", f"accounts/{{A}}/service_plans/{plan}", {"ratedeck": {"id": wrong}})
        assert (named.status_code, list(named.json()["data"])) == (400, ["ratedeck.id"])


async def test_C2_a_plan_given_while_its_deck_changes_binds_what_it_says_in_the_end(books: Books) -> None:  # noqa: F811
    world, above = books.world, books.world.reseller
    decks = [await new_deck(above, f"Deck {n}", "0.01") for n in range(2)]
    plans = [await new_plan(above, f"Plan {n}", decks[0], priority=n) for n in range(2)]
    accounts = [world.customer.account_id] + [(await world.account(above, f"other{n}")).account_id for n in range(3)]

    async def edits(plan: str) -> None:
        for turn in range(4):
            await above.patch(f"accounts/{{A}}/service_plans/{plan}", {"ratedeck": {"id": decks[turn % 2]}})

    async def gives(account: str) -> None:
        for change in ({"add": plans}, {"delete": plans[1:]}, {"add": plans[1:]}):
            await above.post(f"accounts/{account}/services", change)

    await asyncio.gather(*(edits(plan) for plan in plans), *(gives(account) for account in accounts))
    for account in accounts:
        assert (await above.get(f"accounts/{account}/ratedeck"))["plan"]["id"] == decks[1]
