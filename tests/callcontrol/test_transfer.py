"""D8: transfers by REFER, blind and attended, by either side; the API's transfer; hold."""

from __future__ import annotations

import pytest

from qvoice.callcontrol import rpc
from qvoice.core.flow.talk import ring
from tests.callcontrol.conftest import Office
from tests.callcontrol.world import leg, plan
from tests.sip.agent import Call

pytestmark = [pytest.mark.anyio, pytest.mark.sip]


def rings(extension: str):
    def script(call):
        yield from ring(plan(leg(extension)))
        return "_"

    return script


async def talk(office: Office, number: str = "1001") -> tuple[Call, Call]:
    office.scripts.on(number, rings(number))
    alice = await office.dial(number)
    bob = await office.edge.incoming()
    await bob.answer()
    await alice.wait_answered()
    alice.media.tone(500)
    bob.media.tone(800)
    await alice.media.hears(800)
    return alice, bob


@pytest.mark.parametrize("by", ["caller", "callee"])
async def test_D8_blind_transfer_by_either_side(office: Office, by: str) -> None:
    office.scripts.on("1002", rings("1002"))
    alice, bob = await talk(office)
    leaves, stays = (alice, bob) if by == "caller" else (bob, alice)
    response = await leaves.refer("1002")
    assert response.status == 202
    carol = await office.edge.incoming()
    await leaves.wait_over()
    await carol.answer()
    carol.media.tone(1100)
    await stays.media.hears(1100)
    await carol.media.hears(500 if stays is alice else 800)
    await stays.hang_up()
    await carol.wait_over()
    await office.idle()
    assert "BLIND_TRANSFER" in {leg.cause for leg in office.book.ended}
    assert len(office.book.ended) == 3


async def test_D8_a_transfer_to_nowhere_leaves_the_two_talking(office: Office) -> None:
    alice, bob = await talk(office)
    await bob.refer("4711")
    alice.media.forget()
    await alice.media.hears(800)
    assert not bob.over.is_set()
    await alice.hang_up()
    await office.idle()


async def test_D8_attended_transfer_joins_the_other_two(office: Office) -> None:
    alice, bob = await talk(office)
    office.scripts.on("1002", rings("1002"))
    second = await office.dial("1002", device="2" * 32, caller="1001")
    carol = await office.edge.incoming()
    await carol.answer()
    await second.wait_answered()
    carol.media.tone(1100)
    await second.media.hears(1100)
    response = await bob.refer("1002", replaces=second)
    assert response.status == 202
    await bob.wait_over()
    await second.wait_over()
    alice.media.forget()
    await alice.media.hears(1100)
    await carol.media.hears(500)
    await carol.hang_up()
    await alice.wait_over()
    await office.idle()
    assert len(office.book.ended) == 4


async def test_the_api_transfers_a_live_call(office: Office) -> None:
    office.scripts.on("1002", rings("1002"))
    alice, bob = await talk(office)
    verbs = rpc.verbs(office.exchange, edge="127.0.0.1:1")
    uuid = next(iter(office.exchange.calls.values())).caller.uuid
    await verbs["transfer"]({"channel": uuid, "target": "1002"})
    carol = await office.edge.incoming()
    await alice.wait_over()
    await carol.answer()
    carol.media.tone(1100)
    await bob.media.hears(1100)
    await bob.hang_up()
    await office.idle()


async def test_hold_plays_music_and_resume_brings_the_voice_back(office: Office) -> None:
    alice, bob = await talk(office)
    await bob.reinvite("sendonly")
    bob.media.tone(None)
    alice.media.forget()
    await alice.media.hears_anything()
    await bob.reinvite("sendrecv")
    bob.media.tone(900)
    await alice.media.hears(900)
    await alice.hang_up()
    await office.idle()


async def test_a_callee_who_vanishes_ends_the_call(office: Office) -> None:
    alice, bob = await talk(office)
    bob.vanish()
    await alice.wait_over(within=15)
    await office.idle()
    assert len(office.book.ended) == 2
