"""D19: modules that are told by digits: a room, a person to take over or listen to, a caller id, a group to leave.

One flow for each code; where two can be heard in one call they are.
"""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from tests.fixtures.platform import Platform
from tests.sip.agent import Call, UserAgent
from tests.sip.agent.message import address, user_of
from tests.sip.conftest import Phones
from tests.sip.features import Made
from tests.sip.scenes import connected, eventually, no_calls, talk

pytestmark = [pytest.mark.anyio, pytest.mark.sip]

CELL = "+14165559998"


@pytest.fixture
async def made(anyio_backend: str, platform: Platform) -> AsyncIterator[Made]:
    made = Made(platform.acme)
    yield made
    made.clear()


async def dial(phone: UserAgent, code: str) -> None:
    """Dial a code, hear what it says, wait until it hangs up."""
    call = await (await phone.call(code)).wait_answered()
    assert call.media
    await call.media.hears_anything(within=15)
    await call.wait_over(within=30)


async def rings(caller: UserAgent, number: str, callee: UserAgent) -> tuple[Call, Call]:
    """Place a call that must ring `callee`."""
    call = await caller.call(number)
    return call, await callee.incoming()


async def test_D15_the_room_whose_number_follows_the_code_is_joined_and_an_unknown_one_is_said(
    platform: Platform, phone: Phones, made: Made
) -> None:
    quiet = {"play_entry_tone": False, "play_exit_tone": False}
    made.add("conferences", name="Seven", conference_numbers=["7731"], **quiet)
    made.flow("", "conference_feature", pattern=r"^\*881([0-9]+)$")
    alice, bob = [await phone(platform.acme, e) for e in ("1000", "1001")]
    first = await (await alice.call("*8817731")).wait_answered()
    second = await (await bob.call("*8817731")).wait_answered()
    await talk(first, second)
    await dial(await phone(platform.acme, "1002"), "*8819999")
    await first.hang_up()
    await second.hang_up()


async def test_D19_what_the_pattern_captured_is_a_child_or_a_flow_and_a_phones_own_number_rings_it(
    platform: Platform, phone: Phones, made: Made
) -> None:
    acme = platform.acme
    bob_id = acme.user("1001")["id"]
    made.flow("", "branch_bnumber", pattern=r"^\*882([0-9]+)$", hunt=True, hunt_deny="^1002$")
    child = {"module": "user", "data": {"id": bob_id}, "children": {}}
    made.add(
        "callflows",
        name="by child",
        patterns=[r"^\*883([0-9])$"],
        flow={"module": "branch_bnumber", "data": {}, "children": {"7": child}},
    )
    made.change("users", bob_id, caller_id={"internal": {"number": "4711"}})
    made.flow("4711", "route_to_cid", timeout=20)
    alice, bob, carol = [await phone(acme, e) for e in ("1000", "1001", "1002")]
    for number in ("*8821001", "*8837", "4711"):
        call, incoming = await rings(alice, number, bob)
        await call.cancel()
        await incoming.wait_over()
    for nowhere in ("*8821002", "*8838"):
        call = await alice.call(nowhere)
        await call.wait_over(within=10)
    assert carol.no_call()


async def test_D3_a_caller_chooses_the_number_that_one_call_shows(
    platform: Platform, phone: Phones, carrier: UserAgent, made: Made
) -> None:
    """Fixed and by the code of a list; then one that is not the account's: the carrier never sees it."""
    acme = platform.acme
    listed = made.add("lists", name="Numbers")
    path = acme.path("lists", listed["id"], "entries")
    acme.rest.put(path, {"name": "Shop", "number": acme.numbers[0], "capture_group_key": "21"})
    acme.rest.put(path, {"name": "Bank", "number": "+14165550000", "capture_group_key": "22"})
    made.flow("", "dynamic_cid", pattern=r"^\*884([0-9]+)$", action="list", id=listed["id"])
    fixed = {"name": "Desk", "number": acme.numbers[1]}
    made.flow("", "dynamic_cid", pattern=r"^\*885([0-9]+)$", action="static", caller_id=fixed)
    desk = await phone(acme, "1002")
    shown = []
    for code in ("*88421", "*88422", "*885"):
        call = await desk.call(code + CELL.removeprefix("+1"))
        incoming = await carrier.incoming()
        assert incoming.invite
        assert user_of(incoming.invite.uri) == CELL
        shown.append(user_of(address(incoming.invite.get("From"))))
        await call.cancel()
        await incoming.wait_over()
    assert [shown[0], shown[2]] == [acme.numbers[0], acme.numbers[1]]
    assert shown[1] in acme.numbers


async def test_D10_a_member_logs_out_of_a_ring_group_and_in_again(
    platform: Platform, phone: Phones, made: Made
) -> None:
    acme = platform.acme
    members = [{"id": acme.user(e)["id"], "endpoint_type": "user"} for e in ("1001", "1002")]
    group = made.flow("2700", "ring_group", endpoints=members, timeout=20)
    made.flow("*886", "ring_group_toggle", action="logout", callflow_id=group["id"])
    made.flow("*887", "ring_group_toggle", action="login", callflow_id=group["id"])
    alice, bob, carol = [await phone(acme, e) for e in ("1000", "1001", "1002")]
    await dial(bob, "*886")
    call, incoming = await rings(alice, "2700", carol)
    incoming.ring()
    await call.wait_status(180)
    assert bob.no_call(), "who has logged out is passed over"
    await call.cancel()
    await incoming.wait_over()
    await dial(bob, "*887")
    call = await alice.call("2700")
    both = [await bob.incoming(), await carol.incoming()]
    await call.cancel()
    for one in both:
        await one.wait_over()


async def test_D11_who_is_named_by_digits_is_listened_to_and_taken_over(
    platform: Platform, phone: Phones, made: Made
) -> None:
    acme = platform.acme
    carol_id = acme.user("1002")["id"]
    made.flow("", "eavesdrop_feature", pattern=r"^\*888([0-9]+)$", approved_user_id=carol_id)
    made.flow("", "intercept_feature", pattern=r"^\*889([0-9]+)$", type="extension", approved_user_id=carol_id)
    alice, bob, carol, dave = [await phone(acme, e) for e in ("1000", "1001", "1002", "1003")]
    call, incoming = await connected(alice, "1001", bob)
    await talk(call, incoming)
    assert call.media
    assert incoming.media
    for code in ("*8881001", "*8891001"):
        await (await (await dave.call(code)).wait_answered()).wait_over(within=20)
    listener = await (await carol.call("*8881001")).wait_answered()
    assert listener.media
    incoming.media.tone(None)
    await listener.media.hears(440, within=20)
    await listener.hang_up()

    def heard_out() -> bool:
        rows = acme.rest.get(acme.path("channels"))
        return not [row for row in rows if row["username"] == carol.user or row.get("owner_id") == carol_id]

    await eventually(heard_out, within=8, what="the listener's call is over")
    taker = await (await carol.call("*8891001")).wait_answered()
    await incoming.wait_over()
    await talk(call, taker)
    await call.hang_up()
    await taker.wait_over()


async def test_D6_without_call_waiting_who_talks_is_busy_and_a_flow_sends_its_notice(
    platform: Platform, phone: Phones, made: Made
) -> None:
    acme = platform.acme
    bob_id = acme.user("1001")["id"]
    made.change("users", bob_id, call_waiting={"enabled": True})
    made.flow("*890", "call_waiting", action="deactivate")
    made.flow("*891", "call_waiting", action="activate")
    notice = {
        "module": "notification",
        "data": {
            "recipients": [{"type": "email", "id": ["desk@customer.example"]}],
            "send_at": "callflow_exec",
            "comments": "Somebody wants Bob",
        },
        "children": {"_": {"module": "user", "data": {"id": bob_id}, "children": {}}},
    }
    made.add("callflows", name="Bob alone", numbers=["2710"], flow=notice)
    alice, bob, carol = [await phone(acme, e) for e in ("1000", "1001", "1002")]
    await dial(bob, "*890")
    await no_calls(acme)
    call, incoming = await connected(alice, "2710", bob)
    second = await carol.call("2710")
    assert (await second.wait_over()).status == 486
    assert bob.no_call()
    await call.hang_up()
    await incoming.wait_over()
    await dial(bob, "*891")
    call, incoming = await connected(alice, "2710", bob)
    second, waiting = await rings(carol, "2710", bob)
    await second.cancel()
    await waiting.wait_over()
    await call.hang_up()

    def sent() -> int:
        rows = acme.rest.get(acme.path("mails"))
        return sum("desk@customer.example" in str(row) and row.get("kind") == "callflow_notice" for row in rows)

    await eventually(lambda: sent() >= 4, what="a mail for each call")
