"""C1, A8: what the rows of a file cost is shown before the first is done, and never passed."""

from __future__ import annotations

import asyncio
from decimal import Decimal
from typing import Any

import pytest
from tests.features.invitations.test_invitations import scope_of
from tests.features.tasks.test_users_import import hand_in, with_secrets  # noqa: F401 - a fixture

from qvoice.features.tasks import jobs

pytestmark = [pytest.mark.db, pytest.mark.anyio]

RETAIL = {
    "name": "Retail",
    "plan": {
        "users": {
            "_all": {"name": "Seat", "as": "user", "rate": 31.7, "activation_charge": 5,
                     "taxes": [{"name": "GST", "percentage": 5}]}
        },
        "devices": {"softphone": {"name": "Phone", "rate": 3, "rates": {"60": 4}}},
        "voicemails": {"mailbox": {"name": "Box", "rate": 1.01}},
        "directories": {"directory": {"name": "Directory", "rate": 2}},
    },
}  # fmt: skip
WHOLESALE = {"name": "Wholesale", "plan": {"users": {"_all": {"name": "Seat", "rate": 7, "cascade": True}}}}
TASK = "accounts/{A}/tasks/"


async def give(above: Any, below: Any, document: dict[str, Any]) -> str:
    made = await above.put("accounts/{A}/service_plans", document)
    await above.post(f"accounts/{below.account_id}/services", {"add": [made["id"]]}, envelope={"accept_charges": True})
    return made["id"]


def people(count: int, name: str = "Imported", first: int = 2000) -> str:
    lines = [f"P{n:03d},{name},{name}{n}@x.example,{first + n},softphone" for n in range(count)]
    return "first_name,last_name,email,extension,device\n" + "\n".join(lines)


async def owed(who: Any) -> Decimal:
    return -Decimal(str((await who.get("accounts/{A}/ledgers/total"))["amount"]))


async def recurring(who: Any) -> Decimal:
    [invoice] = (await who.get("accounts/{A}/services/summary"))["invoices"]
    return Decimal(str(invoice["summary"]["recurring"]))


async def run(world: Any, settings: Any, task: dict[str, Any]) -> dict[str, Any]:
    """Do what the worker does for a task."""
    scope = await scope_of(world, world.customer)
    await jobs.run(world.db, settings, account_id=scope.account_id, path=scope.path, task_id=task["id"])
    return await world.customer.get(TASK + task["id"])


async def count(world: Any, name: str = "Imported") -> int:
    return len(await world.customer.get(f"accounts/{{A}}/users?paginate=false&filter_last_name={name}"))


async def test_C1_rows_of_a_file_are_priced_asked_and_cost_exactly_what_was_shown(world, with_secrets):  # noqa: F811
    free = await hand_in(world.customer, people(3, "Free", 1000))
    assert free["charges"] == []
    await world.customer.patch(TASK + free["id"], {})
    assert (await run(world, with_secrets, free))["status"] == "success"
    [directory] = await world.customer.get("accounts/{A}/directories")
    await world.customer.delete(f"accounts/{{A}}/directories/{directory['id']}")
    await give(world.master, world.reseller, WHOLESALE)
    await give(world.reseller, world.customer, RETAIL)
    before, monthly, wholesale = await owed(world.customer), await recurring(world.customer), await owed(world.reseller)
    task = await hand_in(world.customer, people(250))
    [shown] = task["charges"]
    refused = await world.customer.call("PATCH", TASK + task["id"], {})
    assert (refused.status_code, refused.json()["message"]) == (402, "accept charges")
    assert refused.json()["data"] == [shown] == (await world.customer.get(TASK + task["id"]))["charges"]
    items = {item["name"]: item for item in shown["items"]}
    assert {name: item["changes"]["difference"]["quantity"] for name, item in items.items()} == {
        "Seat": 250, "Phone": 250, "Box": 250, "Directory": 1,
    }  # fmt: skip
    assert items["Seat"]["activation_charges"] == 1250
    mine = f"accounts/{world.customer.account_id}/tasks/{task['id']}"
    above = {one["account_id"] for one in (await world.reseller.get(mine))["charges"]}
    assert above == {world.customer.account_id, world.reseller.account_id}, "who sees the level above is asked about it"
    assert (await world.customer.get(mine))["status"] == "pending"
    assert await count(world) == 0
    assert await owed(world.customer) == before

    await world.customer.patch(TASK + task["id"], {}, envelope={"accept_charges": True})
    done = await run(world, with_secrets, task)
    assert (done["status"], done["success_count"], done["charges"]) == ("success", 250, [])
    assert await owed(world.customer) - before == Decimal(str(shown["summary"]["today"]))
    assert await recurring(world.customer) - monthly == Decimal(str(shown["summary"]["recurring"]))
    assert await owed(world.reseller) > wholesale, "each level pays the one above it"
    assert await world.db.fetch("select * from ledger_discrepancies()") == []


async def test_C1_rows_that_come_to_cost_more_stop_before_they_do(world, with_secrets, monkeypatch):  # noqa: F811
    plan = await give(world.reseller, world.customer, RETAIL)
    before = await owed(world.customer)
    task = await hand_in(world.customer, people(250))
    await world.customer.patch(TASK + task["id"], {}, envelope={"accept_charges": True})

    async def price(seat: float) -> None:
        dearer = {**RETAIL, "plan": {**RETAIL["plan"], "users": {"user": {"name": "Seat", "rate": seat}}}}
        await world.reseller.post(f"accounts/{{A}}/service_plans/{plan}", dearer, envelope={"accept_charges": True})

    await price(50)
    stopped = await run(world, with_secrets, task)
    assert (stopped["status"], stopped["success_count"], await count(world)) == ("stopped", 0, 0)
    assert "accept" in stopped["problem"]
    assert await owed(world.customer) == before

    # Dearer again between the question and the answer: what was looked at is accepted, not more.
    shown = stopped["charges"]
    await price(60)
    late = {"data": {"charges": shown}, "envelope": {"accept_charges": True}}
    asked = await world.customer.call("PATCH", TASK + task["id"], **late)
    assert asked.status_code == 402
    assert asked.json()["data"][0]["summary"]["recurring"] > shown[0]["summary"]["recurring"]
    accepted = asked.json()["data"]
    await world.customer.patch(TASK + task["id"], {"charges": accepted}, envelope={"accept_charges": True})

    real = jobs._batch

    async def batch(*arguments: Any) -> bool:  # dearer in the middle
        more = await real(*arguments)
        await price(99)
        return more

    monkeypatch.setattr(jobs, "_batch", batch)
    stopped = await run(world, with_secrets, task)
    assert (stopped["status"], stopped["success_count"], await count(world)) == ("stopped", 100, 100)
    assert await owed(world.customer) - before < Decimal(str(accepted[0]["summary"]["today"]))
    monkeypatch.setattr(jobs, "_batch", real)
    await world.customer.patch(TASK + task["id"], {}, envelope={"accept_charges": True})
    assert (await run(world, with_secrets, task))["status"] == "success"
    assert await count(world) == 250


async def test_C1_a_file_and_an_administrator_at_once_are_each_charged_once(world, with_secrets):  # noqa: F811
    await give(world.reseller, world.customer, RETAIL)
    before, monthly = await owed(world.customer), await recurring(world.customer)
    task = await hand_in(world.customer, people(300))
    await world.customer.patch(TASK + task["id"], {}, envelope={"accept_charges": True})

    async def by_hand() -> None:
        for n in range(6):
            document = {"first_name": "By", "last_name": "Hand", "username": f"hand{n}"}
            await world.customer.put("accounts/{A}/users", document, envelope={"accept_charges": True})

    done, _ = await asyncio.gather(run(world, with_secrets, task), by_hand())
    if done["status"] == "stopped":  # with other users there, the phones may cost what was not accepted
        await world.customer.patch(TASK + task["id"], {}, envelope={"accept_charges": True})
        done = await run(world, with_secrets, task)
    assert (done["status"], await count(world), await count(world, "Hand")) == ("success", 300, 6)
    now = await recurring(world.customer)
    entries = await world.customer.get("accounts/{A}/services/audit?page_size=100")
    charged = sum(Decimal(item["monthly"]) for entry in entries for item in entry["metadata"].get("items", ()))
    assert charged == now  # each change once: together they are what it pays a month
    assert now > monthly
    assert await owed(world.customer) > before
    assert await world.db.fetch("select * from ledger_discrepancies()") == []
