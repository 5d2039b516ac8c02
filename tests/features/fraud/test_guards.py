"""Guards and locks through the API: who may change them, what new accounts begin with, the log of reasons."""

from __future__ import annotations

from typing import Any

import pytest

from qvoice.core.limits.admission import OffNet
from qvoice.core.limits.refusals import Refusal
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
    for level in (1, 2, 3):
        lock = await world.reseller.put(f"{path}/lock", {"level": level, "reason": f"unpaid bill {level}"})
        assert (lock["level"], lock["source"]) == (level, "manual")
        verdicts[level] = [
            await allowed(world, customer, LONDON, "international"),
            await allowed(world, customer),
            await allowed(world, customer, direction="inbound"),
        ]
    assert verdicts == {1: ["locked", "", ""], 2: ["locked", "locked", ""], 3: ["locked", "locked", "locked"]}
    seen = await world.customer.get("accounts/{A}/fraud")
    assert seen["lock"]["reason"] == "unpaid bill 3"
    assert (await world.reseller.delete(f"{path}/lock"))["level"] == 0
    assert await allowed(world, customer) == ""
    log = await world.customer.get("accounts/{A}/fraud/events")
    assert [one["kind"] for one in log] == ["unlocked", "locked", "locked", "locked"]
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
