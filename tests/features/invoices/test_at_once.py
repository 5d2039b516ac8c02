"""An invoice made at once: what it holds is what was shown, and nobody is billed the same twice (C6)."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest
from tests.features.services.test_monthly import DECEMBER, JANUARY, at, balance, call, run_all, scope_of

from qvoice.features.invoices import api

pytestmark = [pytest.mark.db, pytest.mark.anyio]
PLAN = {"name": "Retail", "plan": {"users": {"_all": {"as": "user", "rate": 30}}}}


def now(monkeypatch: pytest.MonkeyPatch, moment: datetime) -> None:
    at(monkeypatch, moment)
    monkeypatch.setattr(api, "utcnow", lambda: moment)


async def billed(world: Any) -> tuple[Decimal, Decimal]:
    """What all invoices of the customer billed, and what its ledger holds that none has."""
    rows = await world.db.fetch(
        "select (select coalesce(sum(closing - opening), 0) from invoices) as billed,"
        " coalesce(sum(l.amount), 0) as open from ledger_lines l where l.book = 'balance'"
        " and not exists (select from invoice_lines i where i.line_id = l.id)",
        scope=scope_of(world),
    )
    return rows[0].billed, rows[0].open


async def test_C6_an_invoice_made_at_once_holds_the_running_period_and_the_months_own_the_rest(
    world: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    url = f"accounts/{world.customer.account_id}/invoices"
    nothing = await world.reseller.call("PUT", url, {})
    assert (nothing.status_code, nothing.json()["message"]) == (409, "nothing_to_bill")
    now(monkeypatch, datetime(2026, 11, 16, 12, tzinfo=UTC))
    plan = await world.reseller.put("accounts/{A}/service_plans", PLAN)
    services = f"accounts/{world.customer.account_id}/services"
    await world.reseller.post(services, {"add": [plan["id"]]}, envelope={"accept_charges": True})
    await call(world, "1.5", "call-1", datetime(2026, 11, 20, tzinfo=UTC))
    now(monkeypatch, datetime(2026, 11, 27, 12, tzinfo=UTC))
    shown = await world.reseller.get(f"{url}/preview")
    assert (shown["period"]["start"], shown["total"]) == ("2026-11-16", -16.5)
    made = await world.reseller.put(url, {"key": "once"})
    assert made["at_once"] is True
    assert {key: made[key] for key in ("total", "charges", "credits", "lines", "issuer", "period")} == {
        key: shown[key] for key in ("total", "charges", "credits", "lines", "issuer", "period")
    }
    assert (await world.reseller.put(url, {"key": "once"}))["id"] == made["id"]
    assert (await world.reseller.call("PUT", url, {})).status_code == 409
    assert await world.reseller.get(f"{url}/preview") == {}
    # The month's own has what came after, and none is made when nothing did.
    await call(world, "0.5", "call-2", datetime(2026, 11, 29, 12, tzinfo=UTC))
    now(monkeypatch, datetime(2026, 12, 1, 6, tzinfo=UTC))
    await run_all(world, DECEMBER)
    [november, first] = await world.customer.get("accounts/{A}/invoices")
    assert (first["id"], november["total"], november["opening"]) == (made["id"], -0.5, made["closing"])
    assert (november["at_once"], november["period"]["end"]) == (False, "2026-11-30")
    assert await billed(world) == (Decimal("-17"), Decimal("-30"))
    await run_all(world, JANUARY)
    assert await billed(world) == (Decimal("-47"), Decimal("-30"))
    assert await balance(world) == Decimal("-77")
    # Only whoever is above makes one; nobody is above the master.
    reader = await world.user(world.reseller, "reader", priv_level="admin", admin_type="read-only")
    for who, path in ((reader, url), (world.customer, url), (world.stranger, url),
                      (world.master, f"accounts/{world.master.account_id}/invoices")):  # fmt: skip
        assert (await who.call("PUT", path, {})).status_code == 403
    assert (await reader.call("GET", f"{url}/preview")).status_code == 200


async def test_C6_made_at_once_by_many_beside_the_monthly_run_and_calls_each_line_is_billed_once(
    world: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    now(monkeypatch, datetime(2026, 12, 2, 12, tzinfo=UTC))
    url = f"accounts/{world.customer.account_id}/invoices"
    for n in range(4):
        await call(world, "1", f"before-{n}", datetime(2026, 11, 20, tzinfo=UTC))
    calls = [call(world, "1", f"call-{n}", datetime(2026, 12, 2, tzinfo=UTC)) for n in range(12)]
    twice = [world.reseller.call("PUT", url, {"key": "mine"}) for _ in range(3)]
    makes = [world.reseller.call("PUT", url, {}) for _ in range(8)]
    answers, *_ = await asyncio.gather(asyncio.gather(*twice, *makes), run_all(world, DECEMBER), *calls)
    assert {answer.status_code for answer in answers} <= {201, 409}
    assert len({answer.json()["data"]["id"] for answer in answers[:3] if answer.status_code == 201}) <= 1
    [run] = await world.master.get("accounts/{A}/billing_runs")
    assert run["failed"] == 0
    last = await world.reseller.call("PUT", url, {})
    assert last.status_code in (201, 409)
    assert await billed(world) == (Decimal(-16), 0)
    invoices = await world.customer.get("accounts/{A}/invoices")
    assert sorted(row["number"] for row in invoices) == list(range(1, len(invoices) + 1))
    assert sum(Decimal(str(row["total"])) for row in invoices) == Decimal(-16) == await balance(world)
    # Each begins with what was owed after the one before it.
    owed = Decimal(0)
    for row in sorted(invoices, key=lambda row: row["number"]):
        assert Decimal(str(row["opening"])) == owed
        owed = Decimal(str(row["closing"]))
