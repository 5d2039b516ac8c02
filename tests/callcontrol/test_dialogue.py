"""Menus and recordings: what is played is heard, keys cut it, a caller who leaves is noticed in every state."""

from __future__ import annotations

import asyncio

import pytest

from qvoice.core.flow import commands as c
from qvoice.core.flow.events import CallerGone
from qvoice.core.flow.requests import OpenMailbox
from qvoice.core.flow.talk import answer, ask, collect, hangup, play, record, reject, sleep
from tests.callcontrol.conftest import Office
from tests.sip.agent import until

pytestmark = [pytest.mark.anyio, pytest.mark.sip]


async def test_a_tone_is_heard_and_a_key_cuts_it(office: Office) -> None:
    pressed = []

    def script(call):
        yield from answer()
        pressed.append((yield from play(c.Tone("440"), terminators="12")))
        yield from hangup()

    office.scripts.on("500", script)
    alice = await office.dial("500")
    await alice.wait_answered()
    await alice.media.hears(440)
    await alice.media.press("2")
    await alice.wait_over()
    assert pressed == ["2"]
    await office.idle()


async def test_digits_are_collected_while_the_prompt_speaks_and_after_it(office: Office) -> None:
    got = []

    def script(call):
        yield from answer()
        got.append((yield from collect(c.Prompt("vm-intro"), max_digits=4, timeout_ms=8000)))
        got.append((yield from collect(max_digits=2, timeout_ms=300)))
        yield from hangup()

    office.scripts.on("500", script)
    alice = await office.dial("500")
    await alice.wait_answered()
    await alice.media.hears_anything()
    await alice.media.press("1000")
    await alice.wait_over()
    assert (got[0].digits, got[0].timed_out) == ("1000", False)
    assert (got[1].digits, got[1].timed_out) == ("", True)
    await office.idle()


async def test_keys_pressed_ahead_are_kept_for_the_next_question(office: Office) -> None:
    got = []

    def script(call):
        yield from answer()
        yield from sleep(1.5)
        got.append((yield from collect(c.Prompt("vm-intro"), max_digits=5, terminators="#")))
        yield from hangup()

    office.scripts.on("500", script)
    alice = await office.dial("500")
    await alice.wait_answered()
    await alice.media.press("42#")
    await alice.wait_over()
    assert (got[0].digits, got[0].terminator) == ("42", "#")
    await office.idle()


async def test_a_prompt_in_a_language_that_is_not_there_is_spoken_in_english(office: Office) -> None:
    def script(call):
        call.language = "fr-ca"
        yield from answer()
        yield from play(c.Prompt("vm-intro"))
        yield from sleep(5)

    office.scripts.on("500", script)
    alice = await office.dial("500")
    await alice.wait_answered()
    await alice.media.hears_anything()
    await alice.hang_up()
    await office.idle()


async def test_a_recording_ends_with_a_key_and_is_on_disk(office: Office) -> None:
    got = []

    def script(call):
        yield from answer()
        got.append((yield from record("message", "box", beep=False)))
        yield from play(c.Recording(got[0].ref))
        yield from hangup()

    office.scripts.on("500", script)
    alice = await office.dial("500")
    await alice.wait_answered()
    alice.media.tone(600)
    await until(lambda: office.book.recordings, what="the recording is announced first")
    await asyncio.sleep(1.5)
    alice.media.tone(None)
    alice.media.forget()
    await alice.media.press("#")
    await alice.media.hears(600)
    await alice.wait_over()
    assert got[0].ended_by == "key"
    assert got[0].key == "#"
    assert 1.0 < got[0].seconds < 4.0
    assert office.book.recordings[0][1:] == ("message", "box")
    assert (office.node.recordings / f"{got[0].ref}.wav").exists()
    await office.idle()


async def test_a_caller_who_hangs_up_while_recorded_leaves_a_complete_recording(office: Office) -> None:
    kept = []

    def script(call):
        yield from answer()
        try:
            yield from record("message", "box", beep=False)
        except CallerGone as gone:
            kept.append(gone.recorded)
            yield from ask(OpenMailbox("box"))
            raise

    office.scripts.on("500", script)
    alice = await office.dial("500")
    await alice.wait_answered()
    alice.media.tone(600)
    await until(lambda: office.book.recordings)
    await asyncio.sleep(1.5)
    await alice.hang_up()
    await office.idle()
    assert kept[0].ended_by == "hangup"
    assert kept[0].seconds > 1.0
    assert [type(request) for request in office.asked] == [OpenMailbox]


@pytest.mark.parametrize(
    "command",
    [
        c.Play((c.Prompt("vm-intro"),), loop=True),
        c.Play((c.Tone("440"),)),
        c.Play((c.Silence(20_000),)),
        c.Collect((c.Prompt("vm-instructions"),), max_digits=9),
        c.Collect((), max_digits=9, timeout_ms=60_000),
        c.Record("message", "box"),
        c.Sleep(60),
        c.HoldOpen(),
        c.SendDtmf("1234567890" * 5),
    ],
    ids=lambda command: type(command).__name__,
)
async def test_the_caller_hangs_up_in_any_state(office: Office, command: c.Command) -> None:
    ended = []

    def script(call):
        yield from answer()
        try:
            yield command
        except CallerGone:
            ended.append("gone")
            raise

    office.scripts.on("500", script)
    alice = await office.dial("500")
    await alice.wait_answered()
    await asyncio.sleep(0.4)
    await alice.hang_up()
    await office.idle()
    assert ended == ["gone"]
    assert [leg.cause for leg in office.book.ended] == ["NORMAL_CLEARING"]


@pytest.mark.parametrize(("code", "seen"), [(486, 486), (404, 404), (480, 480), (403, 403), (503, 503), (484, 484)])
async def test_a_flow_refuses_with_a_sip_code(office: Office, code: int, seen: int) -> None:
    office.scripts.on("500", lambda call: reject(code))
    alice = await office.dial("500")
    await alice.wait_over()
    assert alice.status == seen
    await office.idle()


async def test_an_unanswered_caller_hears_early_media(office: Office) -> None:
    def script(call):
        yield from play(c.Tone("440"))
        yield from reject(480)

    office.scripts.on("500", script)
    alice = await office.dial("500")
    await alice.wait_status(183)
    await alice.media.hears(440)
    assert not alice.answered.is_set()
    await alice.cancel()
    await office.idle()
