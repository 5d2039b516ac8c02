"""D8: parking by transfer, retrieval, ring-back, races; moving a call to another phone."""

from __future__ import annotations

import asyncio

import pytest

from qvoice.core.flow.modules import move, park
from tests.callcontrol.conftest import Office
from tests.callcontrol.test_transfer import sipfrags, talk
from tests.sip.agent import until

pytestmark = [pytest.mark.anyio, pytest.mark.sip]


def parking(office: Office, **settings) -> None:
    """*4 parks, *5101 and *5102 fetch; like the feature codes, without their patterns."""

    def parks(call):
        data = park.Data(action="park", **settings)
        outcome = yield from park.run(data, call, frozenset())
        call.last_cause = getattr(outcome, "cause", "")
        return outcome

    def fetches(slot):
        def script(call):
            call.capture_group = slot
            return (yield from park.run(park.Data(action="retrieve"), call, frozenset()))

        return script

    office.scripts.on("*4", parks)
    for slot in ("101", "102"):
        office.scripts.on("*5" + slot, fetches(slot))


@pytest.mark.parametrize("parked_side", ["caller", "callee"])
async def test_D8_a_party_is_parked_hears_music_and_is_fetched(office: Office, parked_side: str) -> None:
    parking(office)
    alice, bob = await talk(office)
    parker, parked = (bob, alice) if parked_side == "caller" else (alice, bob)
    await parker.refer("*4")
    await parker.wait_over()
    assert sipfrags(parker)[-1] == "200"
    parked.media.forget()
    await parked.media.hears_anything(seconds=1.0)
    assert office.book.lamps == {"*4101": "early", "*3101": "early", "*5101": "early"}
    dave = await office.dial("*5101", device="4" * 32, caller="1003")
    await dave.wait_answered()
    dave.media.tone(1100)
    await parked.media.hears(1100)
    await dave.media.hears(500 if parked is alice else 800)
    assert set(office.book.lamps.values()) == {"terminated"}
    await dave.hang_up()
    await parked.wait_over()
    await office.idle()
    assert not office.exchange.lots


async def test_D8_a_parked_caller_who_hangs_up_leaves_his_slot(office: Office) -> None:
    parking(office)
    alice, bob = await talk(office)
    await bob.refer("*4")
    await bob.wait_over()
    await until(lambda: office.exchange.lots, what="the slot")
    await alice.hang_up()
    await office.idle()
    assert not office.exchange.lots
    assert set(office.book.lamps.values()) == {"terminated"}


async def test_D8_two_fetch_at_once_and_one_gets_the_call(office: Office) -> None:
    parking(office)
    alice, bob = await talk(office)
    await bob.refer("*4")
    await bob.wait_over()
    both = await asyncio.gather(
        office.dial("*5101", device="3" * 32, caller="1002"), office.dial("*5101", device="4" * 32, caller="1003")
    )
    for call in both:
        await call.wait_answered()
    # The other one hears why, and is hung up.
    await until(lambda: sum(call.over.is_set() for call in both) == 1, within=15, what="one of the two is told off")
    winner, loser = sorted(both, key=lambda call: call.over.is_set())
    assert await loser.media.hears_anything(seconds=0.3)
    winner.media.tone(1100)
    await alice.media.hears(1100)
    await winner.hang_up()
    await alice.wait_over()
    await office.idle()


async def test_D8_a_parked_party_whom_nobody_fetches_rings_the_parker_again(office: Office) -> None:
    parking(office, default_ringback_timeout=700)
    alice, bob = await talk(office)
    await bob.refer("*4")
    await bob.wait_over()
    back = await office.edge.incoming()
    assert back.invite.uri.startswith("sip:1001@")
    # Fetched while it rings back: the phone stops ringing.
    dave = await office.dial("*5101", device="4" * 32, caller="1003")
    await dave.wait_answered()
    dave.media.tone(1100)
    await back.wait_over()
    await alice.media.hears(1100)
    await alice.hang_up()
    await office.idle()


async def test_D8_the_slot_is_heard_and_the_party_follows_by_an_attended_transfer(office: Office) -> None:
    parking(office)
    alice, bob = await talk(office)
    second = await office.dial("*4", device="2" * 32, caller="1001")
    await second.wait_answered()
    await second.media.hears_anything(seconds=0.3)
    await until(lambda: office.book.lamps, what="the slot is announced and waits")
    await bob.refer("*4", replaces=second)
    await bob.wait_over()
    await second.wait_over()
    dave = await office.dial("*5101", device="4" * 32, caller="1003")
    await dave.wait_answered()
    dave.media.tone(1100)
    await alice.media.hears(1100)
    await alice.hang_up()
    await office.idle()


async def test_D8_a_call_is_moved_to_another_phone_of_the_same_user(office: Office) -> None:
    office.scripts.on("6683", lambda call: move.run(move.Data(), call, frozenset()))
    office.scripts.people = {"1" * 32: "e" * 32, "4" * 32: "e" * 32}
    alice, bob = await talk(office)
    other = await office.dial("6683", device="4" * 32, caller="1000")
    await other.wait_answered()
    await alice.wait_over()
    other.media.tone(1100)
    await bob.media.hears(1100)
    await other.media.hears(800)
    await bob.hang_up()
    await office.idle()
