"""D8: transfers by REFER, blind and attended, by either side; the API's transfer; hold."""

from __future__ import annotations

import asyncio

import pytest

from qvoice.callcontrol import rpc
from qvoice.core.flow.commands import Tone
from qvoice.core.flow.requests import NumberOwner
from qvoice.core.flow.talk import answer, play, ring
from tests.callcontrol.conftest import Office
from tests.callcontrol.world import ACME, leg, plan
from tests.sip.agent import Call, until

pytestmark = [pytest.mark.anyio, pytest.mark.sip]


def rings(extension: str):
    def script(call):
        yield from ring(plan(leg(extension)))
        return "_"

    return script


def sipfrags(call: Call) -> list[str]:
    """The status of each NOTIFY that reported on the call's REFER (RFC 3515 2.4.4)."""
    return [notify.body.decode().split()[1] for notify in call.notified if notify.body.startswith(b"SIP/2.0")]


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
    carol.ring()
    await until(lambda: sipfrags(leaves)[-1:] == ["100"], what="word of the ringing")
    assert not leaves.over.is_set()
    await carol.answer()
    await leaves.wait_over()
    assert sipfrags(leaves)[-1] == "200"
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
    await until(lambda: sipfrags(bob)[-1:] == ["503"], what="the refusal")
    alice.media.forget()
    await alice.media.hears(800)
    assert not bob.over.is_set()
    await alice.hang_up()
    await office.idle()


@pytest.mark.parametrize("by", ["caller", "callee"])
async def test_D8_a_busy_target_gives_the_party_back_to_a_transferor_who_waits(office: Office, by: str) -> None:
    office.scripts.on("1002", rings("1002"))
    alice, bob = await talk(office)
    leaves, stays = (alice, bob) if by == "caller" else (bob, alice)
    await leaves.refer("1002")
    carol = await office.edge.incoming()
    carol.reject(486)
    await until(lambda: sipfrags(leaves)[-1:] == ["503"], what="the failure")
    stays.media.forget()
    await stays.media.hears(500 if leaves is alice else 800)
    assert not leaves.over.is_set()
    await leaves.hang_up()
    await stays.wait_over()
    await office.idle()
    assert len(office.book.ended) == 3


@pytest.mark.parametrize("answers", [True, False])
async def test_D8_a_transferor_who_left_is_rung_again_when_nobody_takes_the_call(office: Office, answers: bool) -> None:
    office.scripts.on("1002", rings("1002"))
    alice, bob = await talk(office)
    await bob.refer("1002")
    carol = await office.edge.incoming()
    carol.ring()
    await bob.hang_up()
    await alice.media.hears_anything(seconds=0.3)
    carol.reject(480)
    again = await office.edge.incoming()
    assert again.invite.uri.startswith("sip:1001@")
    if answers:
        await again.answer()
        again.media.tone(900)
        await alice.media.hears(900)
        await again.hang_up()
    else:
        again.reject(486)
    await alice.wait_over()
    await office.idle()


async def test_D8_a_transferor_who_leaves_as_the_target_refuses_is_rung_again_and_no_bridge_is_left(
    office: Office,
) -> None:
    """He may be gone from Asterisk while call control still believes him there, and gives him his party back."""
    office.scripts.on("1002", rings("1002"))
    alice, bob = await talk(office)
    await bob.refer("1002")
    carol = await office.edge.incoming()
    carol.ring()
    exchange = office.exchange
    (call,) = (one for one in exchange.calls.values() if one.transfer is not None)
    by = call.transfer.by
    # His hang-up is not heard of before the refusal.
    exchange.by_channel.pop(by.channel)
    await bob.hang_up()
    await asyncio.sleep(0.3)
    carol.reject(480)
    again = await office.edge.incoming()
    await again.answer()
    again.media.tone(900)
    await alice.media.hears(900)
    await again.hang_up()
    await alice.wait_over()
    by.ended = exchange.now()
    await office.idle()


async def test_D8_the_transferee_hangs_up_while_the_target_rings(office: Office) -> None:
    office.scripts.on("1002", rings("1002"))
    alice, bob = await talk(office)
    await bob.refer("1002")
    carol = await office.edge.incoming()
    carol.ring()
    await alice.hang_up()
    await carol.wait_over()
    await bob.wait_over()
    assert sipfrags(bob)[-1] == "503"
    await office.idle()


async def test_D8_a_transfer_to_an_application_succeeds_when_that_takes_the_call(office: Office) -> None:
    def application(call):
        yield from answer()
        yield from play(Tone("440"))

    office.scripts.on("500", application)
    alice, bob = await talk(office)
    await bob.refer("500")
    await bob.wait_over()
    assert sipfrags(bob)[-1] == "200"
    await alice.media.hears(440)
    await alice.hang_up()
    await office.idle()


async def test_D8_a_carrier_may_not_transfer(office: Office) -> None:
    office.scripts.on("1002", rings("1002"))
    office.scripts.owners["+14165550100"] = NumberOwner(ACME, "+14165550100")
    office.scripts.on("+14165550100", rings("1001"))
    alice = await office.dial("+14165550100", source="carrier", device="-", account="-")
    bob = await office.edge.incoming()
    await bob.answer()
    await alice.wait_answered()
    await alice.refer("1002")
    await until(lambda: sipfrags(alice)[-1:] == ["503"], what="the refusal")
    bob.media.tone(800)
    await alice.media.hears(800)
    await alice.hang_up()
    await office.idle()


async def test_D8_attended_transfer_to_a_phone_that_still_rings(office: Office) -> None:
    alice, bob = await talk(office)
    office.scripts.on("1002", rings("1002"))
    second = await office.dial("1002", device="2" * 32, caller="1001")
    carol = await office.edge.incoming()
    carol.ring()
    await second.wait_status(180)
    await bob.refer("1002", replaces=second)
    await bob.wait_over()
    await second.wait_over()
    assert sipfrags(bob)[-1] == "200"
    alice.media.forget()
    await alice.media.hears_anything(seconds=0.3)
    await carol.answer()
    carol.media.tone(1100)
    await alice.media.hears(1100)
    await carol.media.hears(500)
    assert office.edge.no_call()
    await alice.hang_up()
    await carol.wait_over()
    await office.idle()
    assert len(office.book.ended) == 4


async def test_D8_attended_transfer_to_a_phone_that_then_does_not_answer_comes_back(office: Office) -> None:
    alice, bob = await talk(office)
    office.scripts.on("1002", rings("1002"))
    second = await office.dial("1002", device="2" * 32, caller="1001")
    carol = await office.edge.incoming()
    carol.ring()
    await second.wait_status(180)
    await bob.refer("1002", replaces=second)
    await bob.wait_over()
    carol.reject(480)
    again = await office.edge.incoming()
    assert again.invite.uri.startswith("sip:1001@")
    await again.answer()
    again.media.tone(900)
    await alice.media.hears(900)
    await alice.hang_up()
    await office.idle()


async def test_D8_a_dialog_that_is_not_here_cannot_be_replaced(office: Office) -> None:
    alice, bob = await talk(office)
    await bob.refer("1002?Replaces=nowhere%40example%3Bto-tag%3D1%3Bfrom-tag%3D2")
    await until(lambda: sipfrags(bob)[-1:] == ["503"], what="the refusal")
    alice.media.forget()
    await alice.media.hears(800)
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
