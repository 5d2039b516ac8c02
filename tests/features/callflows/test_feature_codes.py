"""What feature codes write: the caller's own settings, and members of ring groups; nothing else (D4 D6 D10)."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from qvoice.core.flow.call import Call
from qvoice.core.flow.requests import ToggleRingGroup, UpdateSettings
from qvoice.core.ring.plan import CallerId
from qvoice.features.callflows.context import AnswerContext
from qvoice.features.callflows.feature_codes import toggle_ring_group, update_settings
from qvoice.features.documents import store

pytestmark = [pytest.mark.db, pytest.mark.anyio]


@pytest.fixture
def context(db, accounts, snapshots):
    scope = accounts["acme"]
    facts = Call(
        "c", scope.account_id, "r", "device", "*73", "*73", CallerId(), datetime(2026, 11, 27, tzinfo=UTC), None
    )
    return AnswerContext(db, scope, facts, snapshots, None)  # type: ignore[arg-type]


async def test_D4_forwarding_set_by_phone_keeps_its_other_fields(context, put, accounts, db):
    forward = {"enabled": False, "number": "1", "require_keypress": False, "keep_caller_id": False}
    user = await put(accounts["acme"], "users", first_name="A", last_name="B", call_forward=forward)
    change = UpdateSettings("users", user, {"call_forward": {"enabled": True, "number": "4165550177"}})
    assert await update_settings(context, change) is True
    async with db.tx(accounts["acme"]) as session:
        kept = (await store.load(session, "users", user)).doc["call_forward"]
    assert kept == {**kept, "enabled": True, "number": "4165550177", "require_keypress": False, "keep_caller_id": False}


async def test_D4_a_phone_changes_nothing_else_and_nobody_elses(context, put, accounts):
    other = await put(accounts["globex"], "users", first_name="A", last_name="B")
    assert (
        await update_settings(context, UpdateSettings("users", other, {"do_not_disturb": {"enabled": True}})) is False
    )
    for type, changes in (("users", {"priv_level": "admin"}), ("accounts", {"call_forward": {}})):
        with pytest.raises(ValueError, match="may not change"):
            await update_settings(context, UpdateSettings(type, other, changes))


async def test_D10_a_member_is_switched_off_in_every_ring_group_of_the_flow(context, put, accounts, db):
    members = [{"id": "1" * 32, "endpoint_type": "user"}, {"id": "2" * 32, "endpoint_type": "user"}]
    inner = {"module": "ring_group", "data": {"endpoints": members}, "children": {}}
    flow = {"module": "ring_group", "data": {"endpoints": members}, "children": {"_": inner}}
    id = await put(accounts["acme"], "callflows", name="Sales", numbers=["2000"], flow=flow)
    assert await toggle_ring_group(context, ToggleRingGroup(id, ("1" * 32,), 99)) == 2

    async def until() -> list[int | None]:
        async with db.tx(accounts["acme"]) as session:
            root = (await store.load(session, "callflows", id)).doc["flow"]
        nodes = (root, root["children"]["_"])
        return [one.get("disable_until") for node in nodes for one in node["data"]["endpoints"]]

    assert await until() == [99, None, 99, None]
    assert await toggle_ring_group(context, ToggleRingGroup(id, ("1" * 32,), None)) == 2
    assert await until() == [None] * 4
    assert await toggle_ring_group(context, ToggleRingGroup("f" * 32, ("1" * 32,), None)) == 0
