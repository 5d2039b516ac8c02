"""Feature codes and caller rules by real calls: *72 *73 *78 *79 *67, block lists, screening, speech (D4 D6 D17)."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from typing import Any

import pytest

from tests.fixtures.platform import Account, Platform
from tests.sip.agent import UserAgent
from tests.sip.agent.message import address, user_of
from tests.sip.conftest import Phones
from tests.sip.scenes import call_in, eventually, talk

pytestmark = [pytest.mark.anyio, pytest.mark.sip]
CELL = "+14165557777"
Make = Callable[..., dict[str, Any]]


@pytest.fixture
async def alice(anyio_backend: str, platform: Platform) -> AsyncIterator[str]:
    """Path of Alice's user document; what feature codes and tests set on it is taken back."""
    acme = platform.acme
    path = acme.path("users", acme.user("1000")["id"])
    yield path
    acme.rest.patch(path, {"call_forward": None, "do_not_disturb": None, "incoming": None})


@pytest.fixture
async def make(anyio_backend: str, platform: Platform) -> AsyncIterator[Make]:
    """`make("callflows", {…})` creates a document in Acme for the test."""
    acme, made = platform.acme, list[tuple[str, str]]()

    def create(type: str, document: dict[str, Any]) -> dict[str, Any]:
        row = acme.rest.put(acme.path(type), document)
        made.append((type, row["id"]))
        return row

    yield create
    for type, id in reversed(made):
        acme.rest.delete(acme.path(type, id))


async def dial(phone: UserAgent, code: str) -> None:
    """Dial a feature code, hear what it says, wait until it hangs up."""
    call = await (await phone.call(code)).wait_answered()
    assert call.media
    await call.media.hears_anything(within=15)
    await call.wait_over(within=30)


def settings(account: Account, path: str, key: str) -> dict[str, Any]:
    return account.rest.get(path).get(key) or {}


async def test_D4_star_72_forwards_at_the_next_call_and_star_73_ends_it(
    platform: Platform, phone: Phones, carrier: UserAgent, alice: str
) -> None:
    acme = platform.acme
    desk = await phone(acme, "1000")
    acme.rest.patch(alice, {"call_forward": {"enabled": False, "require_keypress": False}})
    await dial(desk, f"*72{CELL.removeprefix('+1')}")
    assert settings(acme, alice, "call_forward")["enabled"] is True
    caller = await call_in(carrier, acme.numbers[1])
    cell = await carrier.incoming(within=15)
    assert cell.invite
    assert user_of(cell.invite.uri) == CELL
    await caller.cancel()
    await cell.wait_over(within=10)
    await dial(desk, "*73")
    caller = await call_in(carrier, acme.numbers[1])
    await (await desk.incoming()).answer()
    await caller.wait_answered()
    await caller.hang_up()


async def test_D6_star_78_sends_callers_to_voicemail_and_star_79_lets_them_in(
    platform: Platform, phone: Phones, carrier: UserAgent, alice: str
) -> None:
    acme = platform.acme
    desk = await phone(acme, "1000")
    await dial(desk, "*78")
    assert settings(acme, alice, "do_not_disturb") == {"enabled": True}
    rung: list[Any] = []
    desk.on_invite = rung.append
    caller = await (await call_in(carrier, acme.numbers[1])).wait_answered(within=15)
    assert caller.media
    await caller.media.hears_anything(within=15)
    await caller.hang_up()
    assert rung == []
    await dial(desk, "*79")
    assert settings(acme, alice, "do_not_disturb") == {"enabled": False}


async def test_D3_star_67_hides_the_number_from_the_carriers_callee(
    platform: Platform, phone: Phones, carrier: UserAgent
) -> None:
    desk = await phone(platform.acme, "1000")
    call = await desk.call("*674165559998")
    incoming = await carrier.incoming()
    assert incoming.invite
    assert user_of(incoming.invite.uri) == "+14165559998"
    assert user_of(address(incoming.invite.get("From"))) == "anonymous"
    await call.cancel()
    await incoming.wait_over()


async def test_D6_blocked_and_anonymous_callers_are_refused_before_anything_rings(
    platform: Platform, carrier: UserAgent, alice: str, make: Make
) -> None:
    acme = platform.acme
    block = make("blacklists", {"name": "Pests", "numbers": {"+14165556666": {}}})
    acme.rest.patch(alice, {"incoming": {"blacklists": [block["id"]], "anonymous": "reject"}})
    pest = await call_in(carrier, acme.numbers[1], caller="+14165556666")
    await pest.wait_over(within=10)
    assert pest.status == 603
    hidden = await call_in(carrier, acme.numbers[1], caller="anonymous")
    await hidden.wait_over(within=10)
    assert hidden.status == 433


async def screened(platform: Platform, phone: Phones, carrier: UserAgent, alice: str) -> tuple[Any, Any]:
    """A stranger calls Alice, says his name (700 Hz); returns his call and Alice's, who has heard it."""
    acme = platform.acme
    acme.rest.patch(alice, {"incoming": {"screening": "all"}})
    desk = await phone(acme, "1000")
    caller = await (await call_in(carrier, acme.numbers[1])).wait_answered(within=15)
    assert caller.media
    await caller.media.hears_anything(within=15)
    await caller.media.hears_silence(within=30, seconds=1.2)
    caller.media.tone(700)
    await caller.media.hears_silence(seconds=1.5)
    caller.media.tone(None)
    await caller.media.press("#")
    incoming = await desk.incoming(within=20)
    await incoming.answer()
    assert incoming.media
    await incoming.media.hears(700, within=20)
    return caller, incoming


async def test_D6_a_screened_caller_states_his_name_and_the_callee_takes_the_call(
    platform: Platform, phone: Phones, carrier: UserAgent, alice: str
) -> None:
    caller, incoming = await screened(platform, phone, carrier, alice)
    await incoming.media.press("1")
    await talk(caller, incoming)
    await caller.hang_up()
    await incoming.wait_over(within=10)


async def test_D6_a_screened_caller_who_is_refused_hears_it_and_is_hung_up(
    platform: Platform, phone: Phones, carrier: UserAgent, alice: str
) -> None:
    caller, incoming = await screened(platform, phone, carrier, alice)
    await incoming.media.press("2")
    await incoming.wait_over(within=10)
    await caller.wait_over(within=30)


async def test_D6_a_screened_caller_who_is_sent_to_voicemail_gets_there(
    platform: Platform, phone: Phones, carrier: UserAgent, alice: str
) -> None:
    caller, incoming = await screened(platform, phone, carrier, alice)
    await incoming.media.press("3")
    await incoming.wait_over(within=10)
    caller.media.forget()
    await caller.media.hears_anything(within=15)
    await caller.hang_up()


async def test_D13_a_flow_speaks_branches_on_the_caller_and_sends_digits(
    platform: Platform, phone: Phones, make: Make
) -> None:
    says = {"module": "tts", "data": {"text": "Good morning."}, "children": {"_": _keys("77")}}
    refuse = {"module": "response", "data": {"code": 480}, "children": {}}
    flow = {
        "module": "check_cid",
        "data": {"regex": "^1000$"},
        "children": {"match": refuse, "nomatch": {"module": "lookupcidname", "data": {}, "children": {"_": says}}},
    }
    make("callflows", {"name": "speaks", "numbers": ["7010"], "flow": flow})
    bob = await phone(platform.acme, "1001")
    call = await (await bob.call("7010")).wait_answered(within=15)
    assert call.media
    await call.media.hears_anything(within=20)
    await eventually(lambda: call.media and "77" in call.media.digits, within=20, what="the digits")
    await call.wait_over(within=15)


def _keys(digits: str) -> dict[str, Any]:
    return {"module": "send_dtmf", "data": {"digits": digits, "duration_ms": 120}, "children": {}}
