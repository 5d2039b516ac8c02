"""D8: in-call keys and what the API does to live calls: consult, take back, merge, hold, record, hang up."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from qvoice.callcontrol import rpc
from tests.callcontrol.conftest import Office
from tests.callcontrol.test_transfer import talk
from tests.callcontrol.world import ACME
from tests.sip.agent import Call, sound, until

pytestmark = [pytest.mark.anyio, pytest.mark.sip]

KEYS = {
    "numbers": {
        "0": {"module": "hangup"},
        "5": {"module": "hold", "data": {"unhold_key": "5"}},
        "7": {"module": "record_call", "data": {"action": "toggle", "format": "wav"}},
        "2": {"module": "transfer", "data": {"target": "1002", "transfer_type": "attended"}},
    }
}


async def armed(office: Office) -> tuple[Call, Call]:
    office.scripts.accounts[ACME]["metaflows"] = KEYS
    return await talk(office)


async def consulting(office: Office, alice: Call) -> Call:
    """Alice presses *2; the target rings and answers; they talk."""
    await alice.media.press("*2")
    carol = await office.edge.incoming()
    assert carol.invite.get("X-QV-Dest") == "loop"
    assert carol.invite.get("X-QV-Authorised") == "1" * 32
    carol.ring()
    await carol.answer()
    carol.media.tone(1100)
    alice.media.forget()
    await alice.media.hears(1100)
    await carol.media.hears(500)
    return carol


async def test_D8_consulting_by_key_and_hanging_up_joins_the_other_two(office: Office) -> None:
    alice, bob = await armed(office)
    carol = await consulting(office, alice)
    await bob.media.hears_anything()
    await alice.hang_up()
    bob.media.forget()
    await bob.media.hears(1100)
    await carol.media.hears(800)
    await bob.hang_up()
    await carol.wait_over()
    await office.idle()


async def test_D8_a_consultation_is_taken_back(office: Office) -> None:
    alice, bob = await armed(office)
    carol = await consulting(office, alice)
    await alice.media.press("*1")
    await carol.wait_over()
    await alice.media.hears(800)
    await bob.media.hears(500)
    await bob.hang_up()
    await office.idle()


async def test_D8_a_busy_target_brings_the_two_together_again(office: Office) -> None:
    alice, bob = await armed(office)
    await alice.media.press("*2")
    carol = await office.edge.incoming()
    carol.reject(486)
    alice.media.forget()
    await alice.media.hears(800)
    await bob.media.hears(500)
    await alice.hang_up()
    await office.idle()


async def test_D8_three_talk_after_merging_and_two_go_on_when_one_leaves(office: Office) -> None:
    alice, bob = await armed(office)
    carol = await consulting(office, alice)
    bob.media.tone(None)
    await alice.media.press("*3")
    bob.media.forget()
    alice.media.tone(None)
    await bob.media.hears(1100)
    await alice.media.hears(1100)
    carol.media.tone(None)
    bob.media.tone(800)
    await carol.media.hears(800)
    await alice.hang_up()
    carol.media.forget()
    await carol.media.hears(800)
    await bob.hang_up()
    await carol.wait_over()
    await office.idle()


async def test_D8_hanging_up_while_the_target_rings_hands_the_ringing_on(office: Office) -> None:
    alice, bob = await armed(office)
    await alice.media.press("*2")
    carol = await office.edge.incoming()
    carol.ring()
    await alice.media.hears_anything()
    await alice.hang_up()
    bob.media.forget()
    await bob.media.hears_anything(seconds=0.3)
    await carol.answer()
    carol.media.tone(1100)
    await bob.media.hears(1100)
    await carol.hang_up()
    await bob.wait_over()
    await office.idle()


async def test_D8_hold_by_key_plays_music_and_the_key_ends_it(office: Office) -> None:
    alice, bob = await armed(office)
    alice.media.tone(None)
    await alice.media.press("*5")
    bob.media.forget()
    await bob.media.hears_anything(seconds=1.0)
    alice.media.tone(500)
    await alice.media.press("5")
    bob.media.forget()
    await bob.media.hears(500)
    await alice.media.press("*0")
    await bob.wait_over()
    await alice.wait_over()
    await office.idle()


async def test_D8_recording_by_key_starts_and_stops(office: Office) -> None:
    alice, bob = await armed(office)
    await alice.media.press("*7")
    await until(lambda: office.exchange.tapes.live, what="the recording")
    await alice.media.press("*7")
    await until(lambda: office.book.cut, what="the end of the recording")
    await bob.hang_up()
    await office.idle()


async def test_D8_the_api_acts_on_live_calls(office: Office) -> None:
    alice, bob = await talk(office)
    act = rpc.verbs(office.exchange, edge="127.0.0.1:1")["act"]
    uuid = next(iter(office.exchange.calls.values())).caller.uuid

    async def do(module: str, **data: Any) -> None:
        await act({"channel": uuid, "account": ACME, "module": module, "data": data})

    alice.media.tone(None)
    await do("hold")
    bob.media.forget()
    await bob.media.hears_anything(seconds=1.0)
    alice.media.tone(500)
    await do("resume")
    bob.media.forget()
    await bob.media.hears(500)
    with pytest.raises(Exception, match="cannot be done"):
        await do("resume")
    with pytest.raises(Exception, match="invalid"):
        await do("explode")
    await do("record_call", action="start")
    await until(lambda: office.exchange.tapes.live, what="the recording")
    await do("hangup")
    await bob.wait_over()
    await office.idle()


async def test_D8_the_audio_level_is_changed_by_three_decibels_a_step(office: Office) -> None:
    alice, bob = await talk(office)
    act = rpc.verbs(office.exchange, edge="127.0.0.1:1")["act"]
    uuid = next(iter(office.exchange.calls.values())).caller.uuid

    async def levels() -> tuple[float, float]:
        """What Alice and Bob hear, in dB, of a steady tone."""
        for one in (alice, bob):
            one.media.forget()
        await alice.media.hears(800)
        await bob.media.hears(500)
        heard = await alice.media.heard(0.3), await bob.media.heard(0.3)
        return sound.level(heard[0]), sound.level(heard[1])

    before = await levels()
    for mode, level, expected in (("write", -3, (-9, 0)), ("write", 1, (3, 0)), ("read", -2, (3, -6))):
        await act({"channel": uuid, "account": ACME, "module": "audio_level", "data": {"mode": mode, "level": level}})
        await asyncio.sleep(0.2)
        now = await levels()
        assert [now[0] - before[0], now[1] - before[1]] == pytest.approx(expected, abs=0.7)
    await act({"channel": uuid, "account": ACME, "module": "audio_level", "data": {"mode": "write", "action": "stop"}})
    await asyncio.sleep(0.2)
    assert (await levels())[0] == pytest.approx(before[0], abs=0.7)
    await alice.hang_up()
    await office.idle()
