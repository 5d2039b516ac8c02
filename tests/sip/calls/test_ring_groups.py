"""D10: an in-order group with a nested group and a user with two phones, rung twice, then the next action."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from tests.fixtures.platform import Platform
from tests.sip.conftest import Phones
from tests.sip.features import Made
from tests.sip.scenes import talk

pytestmark = [pytest.mark.anyio, pytest.mark.sip]


@pytest.fixture
async def made(anyio_backend: str, platform: Platform) -> AsyncIterator[Made]:
    made = Made(platform.acme)
    yield made
    made.clear()


async def test_D10_in_order_with_a_nested_group_repeats_and_a_next_action(
    platform: Platform, phone: Phones, made: Made
) -> None:
    acme = platform.acme
    user = {extension: acme.user(extension)["id"] for extension in ("1001", "1002", "1003")}
    inner = made.add("groups", name="Inner", endpoints={user["1002"]: {"type": "user"}})
    ring = {
        "module": "ring_group",
        "data": {
            "strategy": "single",
            "timeout": 20,
            "repeats": 2,
            "endpoints": [
                {"id": user["1001"], "endpoint_type": "user", "timeout": 1},
                {"id": inner["id"], "endpoint_type": "group", "timeout": 1},
            ],
        },
        "children": {"_": {"module": "user", "data": {"id": user["1003"], "timeout": 20}, "children": {}}},
    }
    made.add("callflows", name="Group", numbers=["2600"], flow=ring)
    caller, bob, dave = [await phone(acme, extension) for extension in ("1000", "1001", "1003")]
    carols = [await phone(acme, "1002"), await phone(acme, "1002", transport="tcp")]
    call = await caller.call("2600")
    for _ in range(2):
        first = await bob.incoming()
        first.ring()
        assert all(phone.no_call() for phone in carols), "one member after the other"
        await first.wait_over()
        both = [await one.incoming() for one in carols]
        for one in both:
            one.ring()
        for one in both:
            await one.wait_over()
    last = await dave.incoming()
    await last.answer()
    await call.wait_answered()
    assert bob.no_call(), "twice, and no more"
    await talk(call, last)
    await call.hang_up()


async def test_D10_at_once_with_a_delay_and_a_limit_for_each_member(
    platform: Platform, phone: Phones, made: Made
) -> None:
    acme = platform.acme
    endpoints = [
        {"id": acme.user("1001")["id"], "endpoint_type": "user", "timeout": 1},
        {"id": acme.device("1002")["id"], "endpoint_type": "device", "delay": 1},
    ]
    made.flow("2601", "ring_group", endpoints=endpoints, timeout=20)
    caller, bob, carol = [await phone(acme, extension) for extension in ("1000", "1001", "1002")]
    call = await caller.call("2601")
    first = await bob.incoming()
    first.ring()
    assert carol.no_call(), "his turn comes a second later"
    second = await carol.incoming()
    await first.wait_over()
    await second.answer()
    await call.wait_answered()
    await talk(call, second)
    await call.hang_up()
