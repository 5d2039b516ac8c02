"""Forwarding and following: where a user's calls go, who is shown, who must press a key, and how circles end (D4)."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from typing import Any

import pytest

from tests.fixtures.platform import Account, Platform
from tests.sip.agent import UserAgent
from tests.sip.agent.message import address, user_of
from tests.sip.conftest import Phones
from tests.sip.scenes import call_in, cdrs, eventually, nobody_registered, talk

pytestmark = [pytest.mark.anyio, pytest.mark.sip]
CELL = "+14165557777"
Forwards = Callable[..., None]


@pytest.fixture
async def forwards(anyio_backend: str, platform: Platform) -> AsyncIterator[Forwards]:
    """`forwards(account, "1000", number=…)` forwards a user; all is off again at the end."""
    touched: list[tuple[Account, str]] = []

    def set_forward(account: Account, extension: str, **settings: Any) -> None:
        path = account.path("users", account.user(extension)["id"])
        account.rest.patch(path, {"call_forward": {"enabled": True, **settings}})
        touched.append((account, path))

    yield set_forward
    for account, path in touched:
        account.rest.patch(path, {"call_forward": None})


async def test_D4_a_forwarded_call_shows_who_calls_and_waits_for_the_key(
    platform: Platform, carrier: UserAgent, forwards: Forwards
) -> None:
    acme = platform.acme
    forwards(acme, "1000", number=CELL, require_keypress=True, keep_caller_id=True)
    caller = await call_in(carrier, acme.numbers[1], caller="+14165559999")
    cell = await carrier.incoming(within=15)
    assert cell.invite
    assert user_of(cell.invite.uri) == CELL
    assert user_of(address(cell.invite.get("From"))) == "+14165559999"
    await cell.answer()
    assert cell.media
    await cell.media.hears_anything(within=10)
    assert not caller.answered.is_set()
    await cell.media.press("1")
    await caller.wait_answered()
    await talk(caller, cell)
    await cell.hang_up()
    await caller.wait_over(within=10)
    assert len(await cdrs(acme, call=caller, count=2)) >= 2


async def test_D4_without_keep_the_users_own_number_is_shown(
    platform: Platform, carrier: UserAgent, forwards: Forwards
) -> None:
    acme = platform.acme
    forwards(acme, "1000", number=CELL, require_keypress=False, keep_caller_id=False)
    caller = await call_in(carrier, acme.numbers[1])
    cell = await carrier.incoming(within=15)
    assert cell.invite
    assert user_of(address(cell.invite.get("From"))) == acme.numbers[0]
    await cell.answer()
    await caller.wait_answered()
    await caller.hang_up()
    await cell.wait_over(within=10)


async def test_D4_a_circle_of_forwarding_ends_in_the_first_ones_mailbox(
    platform: Platform, phone: Phones, carrier: UserAgent, forwards: Forwards
) -> None:
    acme = platform.acme
    forwards(acme, "1000", number="1001", require_keypress=False)
    forwards(acme, "1001", number="1000", require_keypress=False)
    caller = await call_in(carrier, acme.numbers[1])
    await caller.wait_answered(within=15)
    assert caller.media
    await caller.media.hears_anything(within=10)
    await caller.hang_up()


async def test_D4_failover_rings_the_phone_while_one_is_registered_else_the_cell(
    platform: Platform, phone: Phones, carrier: UserAgent, forwards: Forwards
) -> None:
    acme = platform.acme
    await nobody_registered(acme)
    forwards(acme, "1000", number=CELL, failover=True, require_keypress=False)
    caller = await call_in(carrier, acme.numbers[1])
    cell = await carrier.incoming(within=15)
    await caller.cancel()
    await cell.wait_over(within=10)
    alice, device = await phone(acme, "1000"), acme.device("1000")["id"]
    await eventually(
        lambda: any(row["authorizing_id"] == device for row in acme.rest.get(acme.path("registrations"))),
        what="the registration where everybody can read it",
    )
    caller = await call_in(carrier, acme.numbers[1])
    await (await alice.incoming()).answer()
    await caller.wait_answered()
    await caller.hang_up()


async def test_a_response_node_refuses_with_the_very_code_it_names(platform: Platform, phone: Phones) -> None:
    acme = platform.acme
    flow = {"name": "refuse", "numbers": ["7001"], "flow": {"module": "response", "data": {"code": 436}}}
    made = acme.rest.put(acme.path("callflows"), flow)
    try:
        call = await (await phone(acme, "1000")).call("7001")
        await call.wait_over(within=10)
        assert call.status == 436
    finally:
        acme.rest.delete(acme.path("callflows", made["id"]))


async def test_D5_find_me_rings_the_next_phone_after_its_delay_and_then_takes_a_message(
    platform: Platform, phone: Phones, carrier: UserAgent
) -> None:
    acme = platform.acme
    first, second = acme.device("1000")["id"], acme.device("1001")["id"]
    members = [
        {"id": first, "endpoint_type": "device", "delay": 0, "timeout": 5},
        {"id": second, "endpoint_type": "device", "delay": 2, "timeout": 4},
    ]
    box = next(row["id"] for row in acme.rest.get(acme.path("vmboxes")) if row["mailbox"] == "1000")
    leave = {"module": "voicemail", "data": {"id": box}, "children": {}}
    flow = {
        "module": "ring_group",
        "data": {"strategy": "simultaneous", "timeout": 6, "endpoints": members},
        "children": {"_": leave},
    }
    made = acme.rest.put(acme.path("callflows"), {"name": "find me", "numbers": ["7005"], "flow": flow})
    try:
        alice, bob, carol = await phone(acme, "1000"), await phone(acme, "1001"), await phone(acme, "1002")
        call = await carol.call("7005")
        desk = await alice.incoming()
        desk.ring()
        assert bob._incoming.empty()
        cell = await bob.incoming()
        cell.ring()
        await desk.wait_over(within=15)
        await cell.wait_over(within=15)
        await call.wait_answered(within=15)
        assert call.media
        await call.media.hears_anything(within=15)
        await call.hang_up()
    finally:
        acme.rest.delete(acme.path("callflows", made["id"]))
