"""D8: recordings of calls, both sides in one file, beside hold and transfer."""

from __future__ import annotations

import asyncio
from typing import Any

import numpy as np
import pytest

from qvoice.core.flow.call import Call
from qvoice.core.flow.commands import RecordCall, Tone
from qvoice.core.flow.talk import Talk, answer, play, ring
from qvoice.core.recording.rules import Tape
from tests.callcontrol.conftest import Office
from tests.callcontrol.test_transfer import rings
from tests.callcontrol.world import ACME, leg, plan
from tests.sip.agent import sound, until

pytestmark = [pytest.mark.anyio, pytest.mark.sip]


def tape(office: Office, number: int = 0):
    """The audio of the recording that began as number `number`, as (samples, rate)."""
    calls = [name for name, purpose, _ in office.book.recordings if purpose == "call"]
    wide = office.node.recordings / f"{calls[number]}.wav16"
    return sound.read_wav(wide if wide.exists() else wide.with_suffix(".wav"))


def on_tape(office: Office, frequency: float) -> bool:
    """Whether a quarter of a second of the first recording, as far as it is written, has this tone in it."""
    name = next(name for name, purpose, _ in office.book.recordings if purpose == "call")
    raw = (office.node.recordings / f"{name}.wav").read_bytes()[44:]
    samples = np.frombuffer(raw[: len(raw) // 2 * 2], dtype="<i2")
    windows = (samples[at : at + 2000] for at in range(0, max(len(samples) - 2000, 0), 1000))
    return any(sound.share(window, frequency) > 0.25 for window in windows)


def recorded(office: Office, wanted: Tape):
    def script(call):
        yield RecordCall(wanted)
        yield from ring(plan(leg("1001")))
        return "_"

    office.scripts.on("1001", script)


@pytest.mark.parametrize("wide", [False, True])
async def test_D8_a_recording_holds_both_sides_and_begins_when_they_talk(office: Office, wide: bool) -> None:
    recorded(office, Tape(begins="bridge", wide=wide))
    alice = await office.dial("1001")
    bob = await office.edge.incoming()
    await asyncio.sleep(0.5)
    await bob.answer()
    await alice.wait_answered()
    alice.media.tone(500)
    bob.media.tone(800)
    await bob.media.hears(500)
    await alice.media.hears(800)
    await asyncio.sleep(1.0)
    await alice.hang_up()
    await office.idle()
    await until(lambda: office.book.cut, what="the recording is complete")
    samples, rate = tape(office)
    assert rate == (16000 if wide else 8000)
    middle = samples[rate // 2 : rate]
    shares = [sound.share(middle, tone, rate=rate) for tone in (500, 800)]
    assert min(shares) > 0.25, shares
    assert not office.exchange.tapes.live


async def test_D8_a_recording_follows_the_transferred_party(office: Office) -> None:
    recorded(office, Tape())
    office.scripts.on("1002", rings("1002"))
    alice = await office.dial("1001")
    bob = await office.edge.incoming()
    await bob.answer()
    await alice.wait_answered()
    alice.media.tone(500)
    await bob.media.hears(500)
    await bob.refer("1002")
    carol = await office.edge.incoming()
    await carol.answer()
    carol.media.tone(1100)
    await alice.media.hears(1100)
    await until(lambda: on_tape(office, 1100), what="the third party on the tape")
    await alice.hang_up()
    await office.idle()
    await until(lambda: office.book.cut, what="the recording is complete")
    assert len(office.book.cut) == 1


async def test_D8_a_recording_is_stopped_and_masked(office: Office) -> None:
    recorded(office, Tape(follow=False))
    alice = await office.dial("1001")
    bob = await office.edge.incoming()
    await bob.answer()
    await alice.wait_answered()
    alice.media.tone(500)
    await bob.media.hears(500)
    call = next(iter(office.exchange.calls.values()))
    tapes = office.exchange.tapes
    assert tapes.mask(call.caller, on=True)
    await asyncio.sleep(0.8)
    assert tapes.mask(call.caller, on=False)
    await asyncio.sleep(0.5)
    assert tapes.stop(call.caller)
    await until(lambda: office.book.cut, what="the recording is complete")
    assert not tapes.stop(call.caller)
    await alice.hang_up()
    await office.idle()
    samples, rate = tape(office)
    parts = [sound.level(samples[at : at + rate // 10]) for at in range(0, len(samples) - rate // 10, rate // 10)]
    quiet = [level < -60 for level in parts]
    assert True in quiet
    assert not quiet[-1]


def rule(office: Office, **settings: Any) -> None:
    on = {"enabled": True, "format": "wav", **settings}
    office.scripts.accounts[ACME]["call_recording"] = {"account": {"any": {"any": on}}}


async def test_D8_the_accounts_rule_records_from_the_first_moment(office: Office) -> None:
    """Menus and announcements before somebody answers are on the tape, and the conversation after them."""

    def menu_first(call: Call) -> Talk[Any]:
        yield from answer()
        yield from play(Tone("440/600"))
        yield from ring(plan(leg("1001")))
        return "_"

    rule(office)
    office.scripts.on("1001", menu_first)
    alice = await office.dial("1001")
    await alice.wait_answered()
    await until(lambda: on_tape(office, 440), what="the menu on the tape")
    bob = await office.edge.incoming()
    await bob.answer()
    bob.media.tone(800)
    await alice.media.hears(800)
    await until(lambda: on_tape(office, 800), what="the conversation on the tape")
    await bob.hang_up()
    await office.idle()
    await until(lambda: office.book.cut, what="the recording is complete")
    assert not office.book.unwanted


@pytest.mark.parametrize("moment", ["record_on_answer", "record_on_bridge"])
async def test_D8_a_rule_waits_for_the_moment_that_it_names(office: Office, moment: str) -> None:
    rule(office, **{moment: True})
    office.scripts.on("1001", rings("1001"))
    alice = await office.dial("1001")
    bob = await office.edge.incoming()
    bob.ring()
    await alice.wait_status(180)
    assert not office.book.recordings
    await bob.answer()
    await until(lambda: office.exchange.tapes.live, what="the recording")
    await bob.hang_up()
    await office.idle()
    await until(lambda: office.book.cut, what="the recording is complete")


async def test_D8_of_a_call_that_nobody_answered_no_recording_is_kept(office: Office) -> None:
    rule(office)
    office.scripts.on("1001", rings("1001"))
    alice = await office.dial("1001")
    bob = await office.edge.incoming()
    bob.ring()
    await alice.wait_status(180)
    assert office.book.recordings
    bob.reject(486)
    await alice.wait_over()
    await until(lambda: office.book.unwanted, what="the empty recording is thrown away")
    assert not office.book.cut
    await office.idle()
