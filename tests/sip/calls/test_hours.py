"""D13: the hours of the main number decide where its callers go; a rule can be forced."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable

import pytest

from tests.fixtures.platform import Platform
from tests.sip.agent import UserAgent
from tests.sip.conftest import Phones
from tests.sip.scenes import call_in, talk

pytestmark = [pytest.mark.anyio, pytest.mark.sip]

Force = Callable[[str, bool | None], Awaitable[None]]


@pytest.fixture
async def force(anyio_backend: str, platform: Platform) -> AsyncIterator[Force]:
    """`await force("Christmas Day", True)`: the rule applies now, whatever the clock says; undone at the end."""
    acme = platform.acme
    rules = {row["name"]: row["id"] for row in acme.rest.get(acme.path("temporal_rules"))}

    async def set_rule(name: str, enabled: bool | None) -> None:
        acme.rest.patch(acme.path("temporal_rules", rules[name]), {"enabled": enabled})

    yield set_rule
    for name in rules:
        await set_rule(name, None)


async def test_D13_a_forced_holiday_takes_callers_to_the_main_box(
    platform: Platform, phone: Phones, carrier: UserAgent, force: Force
) -> None:
    alice = await phone(platform.acme, "1000")
    await force("Christmas Day", True)
    call = await (await call_in(carrier, platform.acme.numbers[0])).wait_answered()
    assert call.media
    await call.media.hears_anything()
    await call.media.press("1")  # no menu: the key cuts the greeting short and nobody rings
    await call.media.hears_silence(within=20, seconds=1.5)
    assert alice.no_call()
    await call.hang_up()


async def test_D13_open_hours_and_closed_hours_take_their_own_ways(
    platform: Platform, phone: Phones, carrier: UserAgent, force: Force
) -> None:
    """Open: the main flow's child of the forced rule; closed: `_`. They differ after pointing the rule elsewhere."""
    acme = platform.acme
    bob = await phone(acme, "1001")
    main = acme.flow("0")
    rules = {row["name"]: row["id"] for row in acme.rest.get(acme.path("temporal_rules"))}
    direct = {"module": "callflow", "data": {"id": acme.flow("1001")["id"]}, "children": {}}
    children = main["flow"]["children"] | {rules["MainMonday"]: direct}
    path = acme.path("callflows", main["id"])
    acme.rest.patch(path, {"flow": {"children": children}})
    try:
        for day in ("MainTuesday", "MainWednesday", "MainThursday", "MainFriday", "Christmas Day"):
            await force(day, False)
        await force("MainMonday", True)
        call = await call_in(carrier, acme.numbers[0])
        incoming = await bob.incoming()
        await incoming.answer()
        await call.wait_answered()
        await talk(call, incoming)
        await call.hang_up()
        await force("MainMonday", False)
        closed = await (await call_in(carrier, acme.numbers[0])).wait_answered()
        assert closed.media
        await closed.media.hears_anything()
        assert bob.no_call()
        await closed.hang_up()
    finally:
        acme.rest.patch(
            path, {"flow": {"children": {rules["MainMonday"]: main["flow"]["children"][rules["MainMonday"]]}}}
        )
