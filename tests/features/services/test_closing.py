"""An account that is deleted gets its last invoice, and pays again when it comes back (C1, C6)."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import psycopg
import pytest
from tests.features.services.test_monthly import DECEMBER, at, balance, call, run_all, scope_of

from qvoice.features.services import moving

pytestmark = [pytest.mark.db, pytest.mark.anyio]
MINE = {"name": "Retail", "plan": {"users": {"_all": {"as": "user", "rate": 30, "activation_charge": 2}}}}
ABOVE = {"name": "Tree", "plan": {"users": {"_all": {"as": "user", "rate": 10, "cascade": True,
                                                     "prorate": {"additions": True, "removals": True}}}}}  # fmt: skip
YES = {"accept_charges": True}


def now(monkeypatch: pytest.MonkeyPatch, moment: datetime) -> None:
    at(monkeypatch, moment)
    monkeypatch.setattr(moving, "utcnow", lambda: moment)


def deleted_on(database: Any, account: str, moment: str) -> None:
    with psycopg.connect(database.admin_url, autocommit=True) as connection:
        connection.execute("update accounts set deleted = %s where id = %s", [moment, account])


async def test_C6_a_deleted_account_gets_its_last_invoice_and_pays_again_when_it_is_restored(
    world: Any, monkeypatch: pytest.MonkeyPatch, database: Any
) -> None:
    account, who = f"accounts/{world.customer.account_id}", world.customer.account_id
    now(monkeypatch, datetime(2026, 11, 16, 12, tzinfo=UTC))
    made = await world.reseller.put("accounts/{A}/service_plans", MINE)
    await world.reseller.post(f"{account}/services", {"add": [made["id"]]}, envelope=YES)
    above = await world.master.put("accounts/{A}/service_plans", ABOVE)
    await world.master.post(f"accounts/{world.reseller.account_id}/services", {"add": [above["id"]]}, envelope=YES)
    paid = {"customer": await balance(world), "reseller": await balance(world, world.reseller)}
    await call(world, "4.5", "call-1", datetime(2026, 11, 15, tzinfo=UTC))
    await world.reseller.delete(account)
    deleted_on(database, who, "2026-11-16 12:00Z")
    # Its calls are on an invoice that whoever is above sees; what those above pay for it is less, and given back.
    [sent] = await world.reseller.get("accounts/{A}/descendants/invoices")
    assert Decimal(str(sent["closing"])) == paid["customer"] - Decimal("4.5")
    less = await balance(world, world.reseller)
    assert less > paid["reseller"]
    # Deleted and restored on one day: the ones above pay as if it came, it pays nothing twice.
    url = f"accounts/{{A}}/deleted/{who}/restore"
    asked = await world.master.call("PUT", url, {})
    assert asked.status_code == 402, asked.text
    [invoice] = asked.json()["data"]
    assert invoice["account_id"] == world.reseller.account_id
    await world.master.put(url, {}, envelope=YES)
    assert await balance(world, world.reseller) == paid["reseller"]
    assert await balance(world) == paid["customer"] - Decimal("4.5")
    # Deleted before a month began, which has not been charged: its rest is, and asked about.
    await world.reseller.delete(account)
    deleted_on(database, who, "2026-11-17 12:00Z")
    await run_all(world, DECEMBER)
    now(monkeypatch, datetime(2026, 12, 17, 12, tzinfo=UTC))
    [row] = await world.db.fetch("select sum(amount) as balance from ledger_balances", scope=scope_of(world))
    before = row.balance
    asked = await world.reseller.call("PUT", url, {})
    assert asked.status_code == 402, asked.text
    await world.reseller.put(url, {}, envelope=YES)
    users = (await world.reseller.get(f"{account}/services/summary"))["invoices"][0]["items"][0]["quantity"]
    assert before - await balance(world) == users * (Decimal(2) + (Decimal(30) * 15 / 31).quantize(Decimal("0.000001")))
    assert await world.db.fetch("select * from ledger_discrepancies()") == []
    rows = await world.db.fetch(
        "select count(*) as n from ledger_lines l where l.amount <> 0 and l.book = 'balance' and l.at < '2026-12-01'"
        " and not exists (select from invoice_lines i where i.line_id = l.id)",
        scope=scope_of(world),
    )
    assert rows[0].n == 0
