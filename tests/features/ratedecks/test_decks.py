"""Rate decks through the API: who may have them, importing sheets, the price of a number."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import text

from qvoice.core.rating.deck import Deck
from qvoice.db.engine import Scope
from qvoice.features.rates import imports

pytestmark = [pytest.mark.db, pytest.mark.anyio]

SHEET = b"""prefix,rate_cost,description,rate_minimum,rate_increment,rate_surcharge
1,0.01,North America,6,6,0
1514,0.008,Montreal,6,6,0
44,0.02,United Kingdom,60,60,0.05
"""


async def scope_of(world: Any, who: Any) -> Scope:
    rows = await world.db.fetch("select path from account_scope(cast(:id as uuid))", {"id": who.account_id})
    return Scope(who.account_id, rows[0].path)


async def send(world: Any, who: Any, deck: str, sheet: bytes, query: str = "") -> dict[str, Any]:
    """Upload a sheet, do the worker's part, return the import."""
    answer = await who.call(
        "PUT", f"accounts/{{A}}/ratedecks/{deck}/imports{query}", content=sheet, headers={"content-type": "text/csv"}
    )
    assert answer.status_code == 201, answer.text
    id = answer.json()["data"]["id"]
    scope = await scope_of(world, who)
    await imports.run(world.db, world.app.state.settings, account_id=scope.account_id, path=scope.path, import_id=id)
    return await who.get(f"accounts/{{A}}/ratedecks/{deck}/imports/{id}")


@pytest.fixture
async def deck(world: Any) -> str:
    """A deck of the reseller that the customer pays by."""
    id = (await world.reseller.put("accounts/{A}/ratedecks", {"name": "Retail"}))["id"]
    await world.reseller.post(f"accounts/{world.customer.account_id}/ratedeck", {"ratedeck_id": id})
    return id


async def test_C2_a_sheet_becomes_a_deck_and_prices_calls_by_the_longest_prefix(world: Any, deck: str) -> None:
    done = await send(world, world.reseller, deck, SHEET)
    assert (done["state"], done["success_count"], done["progress"], done["problems"]) == ("success", 3, 1.0, [])
    price = await world.customer.get("accounts/{A}/rates/number/+15145550100?seconds=61")
    assert (price["prefix"], price["description"], price["cost"]) == ("1514", "Montreal", 0.0088)
    assert (await world.customer.get("accounts/{A}/rates/number/+442071838750?seconds=30"))["cost"] == 0.07
    missing = await world.customer.call("GET", "accounts/{A}/rates/number/+33144556677")
    assert missing.status_code == 404
    assert "refused" in missing.text


async def test_C2_each_bad_line_has_its_verdict_and_strict_keeps_the_deck_as_it_was(world: Any, deck: str) -> None:
    await send(world, world.reseller, deck, SHEET)
    bad = b'Code;Price;Increment\r\n33;0.02;60\r\n0033;0.02;60\r\n49;two cents;60\r\n\r\n39;0.03;0\r\n34;"0.04";1\r\n'
    strict = await send(world, world.reseller, deck, bad, "?strict=true")
    assert strict["state"] == "failure"
    assert [(one["line"], one["field"]) for one in strict["problems"]] == [
        (3, "prefix"),
        (4, "rate_cost"),
        (6, "rate_increment"),
    ]
    assert "two cents" in strict["problems"][1]["message"]
    assert (await world.customer.get("accounts/{A}/rates/number/+15145550100"))["prefix"] == "1514"
    lenient = await send(world, world.reseller, deck, bad)
    assert (lenient["state"], lenient["success_count"], lenient["failure_count"]) == ("partial", 2, 3)
    assert (await world.customer.call("GET", "accounts/{A}/rates/number/+15145550100")).status_code == 404
    assert (await world.customer.get("accounts/{A}/rates/number/+34911234567"))["rate_increment"] == 1
    listed = await world.reseller.get(f"accounts/{{A}}/ratedecks/{deck}/imports")
    assert [one["state"] for one in listed] == ["partial", "failure", "success"]
    headless = await send(world, world.reseller, deck, b"33,0.02\n44,0.03\n")
    assert headless["state"] == "failure"
    assert "first line" in headless["message"]


async def test_C2_merging_changes_only_the_prefixes_of_the_sheet(world: Any, deck: str) -> None:
    await send(world, world.reseller, deck, SHEET)
    done = await send(world, world.reseller, deck, b"prefix,rate_cost\n44,0.5\n", "?mode=merge")
    assert "3 rates" in done["message"]
    rows = await world.reseller.get(f"accounts/{{A}}/rates?ratedeck_id={deck}")
    assert [(row["prefix"], row["rate_cost"]) for row in rows] == [("1", 0.01), ("1514", 0.008), ("44", 0.5)]


async def test_C2_an_import_goes_on_where_it_was_and_takes_a_sheet_in_pieces(
    world: Any, deck: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    lines = [b"prefix,rate_cost,rate_name"] + [
        b"%d,0.0%d,zone %d" % (20_000 + n, n % 97 + 1, n % 31) for n in range(5000)
    ]
    sheet = b"\n".join(lines)
    begun = (await world.reseller.put(f"accounts/{{A}}/ratedecks/{deck}/imports", {"bytes": len(sheet)}))["id"]
    path, half = f"accounts/{{A}}/ratedecks/{deck}/imports/{begun}", len(sheet) // 2
    csv = {"content-type": "text/csv"}
    first = await world.reseller.call("POST", f"{path}?start=0", content=sheet[:half], headers=csv)
    assert first.json()["data"]["next"] == half
    gap = await world.reseller.call("POST", f"{path}?start={half + 10}", content=sheet[half + 10 :], headers=csv)
    assert (gap.status_code, gap.json()["data"]["next"]) == (409, half)
    again = await world.reseller.call("POST", f"{path}?start=0", content=sheet[:half], headers=csv)
    assert again.json()["data"]["next"] == half
    await world.reseller.call("POST", f"{path}?start={half}", content=sheet[half:], headers=csv)
    # The worker dies after every step: nothing is lost and nothing read twice.
    monkeypatch.setattr(imports, "STEP", 16_000)
    scope = await scope_of(world, world.reseller)
    steps = 0
    while True:
        async with world.db.tx(scope) as s:
            over = await imports._step(s, begun)
        steps += 1
        now = await world.reseller.get(path)
        if over:
            break
        assert now["total_rows"] > 0
        assert (await world.customer.call("GET", "accounts/{A}/rates/number/+20001")).status_code == 404
    assert steps > 5
    assert (now["state"], now["success_count"]) == ("success", 5000)
    assert (await world.customer.get("accounts/{A}/rates/number/+201231234"))["prefix"] == "20123"
    async with world.db.tx(scope) as s:
        data = (await s.execute(text("select deck from ratedeck_versions where size = 5000"))).scalar_one()
    stored = Deck.from_bytes(bytes(data))
    found = stored.find("+20123")
    assert found is not None
    assert (found.prefix, found.rate.cost) == ("20123", Decimal("0.0") + Decimal(f"0.0{123 % 97 + 1}"))


async def test_C2_a_stopped_import_leaves_the_deck_as_it_was(world: Any, deck: str) -> None:
    await send(world, world.reseller, deck, SHEET)
    id = (await world.reseller.put(f"accounts/{{A}}/ratedecks/{deck}/imports", {"bytes": 100}))["id"]
    stopped = await world.reseller.delete(f"accounts/{{A}}/ratedecks/{deck}/imports/{id}")
    assert stopped["state"] == "stopped"
    assert (await world.customer.get("accounts/{A}/rates/number/+15145550100"))["prefix"] == "1514"


async def test_C2_single_rates_can_be_added_changed_and_removed(world: Any, deck: str) -> None:
    made = await world.reseller.put("accounts/{A}/rates", {"prefix": 1514, "rate_cost": 0.02, "rate_name": "MTL"})
    price = "accounts/{A}/rates/number/+15145550100"
    assert (await world.customer.get(price))["cost"] == 0.02
    patched = await world.reseller.patch(f"accounts/{{A}}/rates/{made['id']}", {"rate_cost": 0.03})
    assert (patched["id"], patched["rate_cost"], patched["rate_name"]) == (made["id"], 0.03, "MTL")
    assert (await world.customer.get(price))["cost"] == 0.03
    bad = await world.reseller.call("PUT", "accounts/{A}/rates", {"prefix": "+1514", "rate_cost": -1})
    assert bad.status_code == 400
    assert "rate_cost" in bad.text
    await world.reseller.delete(f"accounts/{{A}}/rates/{made['id']}")
    assert (await world.customer.call("GET", price)).status_code == 404


async def test_C2_a_default_deck_is_for_all_below_that_were_given_none(world: Any) -> None:
    id = (await world.reseller.put("accounts/{A}/ratedecks", {"name": "Default", "is_default": True}))["id"]
    await send(world, world.reseller, id, SHEET)
    assert (await world.customer.get("accounts/{A}/ratedeck"))["in_force"]["name"] == "Default"
    unmetered = await world.stranger.call("GET", "accounts/{A}/rates/number/+15145550100")
    assert "not metered" in unmetered.text
    again = await world.reseller.call("PUT", "accounts/{A}/ratedecks", {"name": "Other", "is_default": True})
    assert again.status_code == 400


async def test_C2_nobody_sees_or_changes_the_decks_of_others_and_nobody_his_own_price(world: Any, deck: str) -> None:
    await send(world, world.reseller, deck, SHEET)
    for who, method, path in (
        (world.customer, "PUT", "accounts/{A}/ratedecks"),
        (world.customer, "PUT", "accounts/{A}/rates"),
        (world.customer, "POST", "accounts/{A}/ratedeck"),
        (world.stranger, "GET", f"accounts/{world.reseller.account_id}/ratedecks/{deck}"),
        (world.stranger, "POST", f"accounts/{world.customer.account_id}/ratedeck"),
    ):
        answer = await who.call(method, path, {"name": "x", "prefix": "1", "rate_cost": 0, "ratedeck_id": deck})
        assert answer.status_code == 403, (method, path, answer.text)
    assert await world.customer.get("accounts/{A}/ratedecks") == []
    # A deck of one who is not directly above is none.
    foreign = (await world.master.put("accounts/{A}/ratedecks", {"name": "Wholesale"}))["id"]
    refused = await world.reseller.call(
        "POST", f"accounts/{world.customer.account_id}/ratedeck", {"ratedeck_id": foreign}
    )
    assert refused.status_code == 400
    # A word misspelt takes nobody's prices away.
    refused = await world.reseller.call("POST", f"accounts/{world.customer.account_id}/ratedeck", {"id": deck})
    assert refused.json()["data"]["ratedeck_id"]["required"]["message"]
    in_use = await world.reseller.call("DELETE", f"accounts/{{A}}/ratedecks/{deck}")
    assert in_use.status_code == 409
    assert [one["name"] for one in await world.reseller.get(f"accounts/{{A}}/ratedecks/{deck}/accounts")] == [
        "customer"
    ]
