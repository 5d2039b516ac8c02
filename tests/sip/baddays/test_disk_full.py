"""The disk fills while somebody speaks a message: an apology, a call that ends, and nothing half-made is left."""

from __future__ import annotations

import io
import wave

import pytest

from tests.fixtures.platform import Platform
from tests.sip.agent import Call, UserAgent
from tests.sip.calls.test_voicemail import Box, answer_prompt, leave
from tests.sip.conftest import Phones
from tests.sip.machine import no_room_to_write
from tests.sip.scenes import cdrs, eventually

pytestmark = [pytest.mark.anyio, pytest.mark.sip, pytest.mark.limit(120)]


def daves_box(platform: Platform) -> Box:
    """Dave's box, set up and empty."""
    box = Box(platform.acme, "1003")
    box.account.rest.patch(box.path, {"is_setup": True})
    box.empty()
    return box


async def to_the_beep(caller: UserAgent) -> Call:
    """Call the box and skip its greeting."""
    call = await (await caller.call("**1003")).wait_answered(within=30)
    await answer_prompt(call, "1")
    return call


async def the_next_message_is_kept(box: Box, caller: UserAgent, *, beside: int = 0) -> None:
    """Leave a message as on any other day."""
    await leave(caller, "**1003", frequency=700, hang_up=True)
    await eventually(lambda: len(box.messages()) == beside + 1, what="the next message")
    seconds = [length_of(box, message["media_id"]) for message in box.messages()]
    assert max(seconds) >= 1.5
    box.empty()


def length_of(box: Box, media_id: str) -> float:
    """Fetch a message as audio and return its length in seconds; anything but sound WAV audio raises."""
    raw = box.account.rest.raw(f"{box.path}/messages/{media_id}/raw", accept="audio/wav")
    with wave.open(io.BytesIO(raw)) as audio:
        frames = audio.readframes(audio.getnframes())
        assert len(frames) == audio.getnframes() * audio.getsampwidth() * audio.getnchannels()
        return audio.getnframes() / audio.getframerate()


@pytest.mark.parametrize(("beyond", "kept"), [(0, 0), (20_000, 1)], ids=["no room", "room for a second"])
async def test_a_message_that_does_not_fit_on_the_disk_is_apologised_for_and_what_fits_is_kept(
    platform: Platform, phone: Phones, beyond: int, kept: int
) -> None:
    box = daves_box(platform)
    alice = await phone(platform.acme, "1000")
    with no_room_to_write(platform, "asterisk", beyond=beyond):
        call = await to_the_beep(alice)
        assert call.media
        call.media.forget()
        call.media.tone(700)
        await call.wait_over(within=40)  # nobody pressed a key or hung up
        # The apology may follow the beep so closely that nothing lies between them; the beep alone is short.
        assert await call.media.sounding() > 1.5
    (leg,) = await cdrs(platform.acme, call=call)
    assert leg["hangup_cause"] == "NORMAL_CLEARING"
    messages = box.messages()
    assert len(messages) == kept
    assert all(1 <= length_of(box, message["media_id"]) <= 1.5 for message in messages)
    await the_next_message_is_kept(box, alice, beside=kept)


async def test_a_message_that_cannot_be_noted_down_is_not_begun(platform: Platform, phone: Phones) -> None:
    box = daves_box(platform)
    alice = await phone(platform.acme, "1000")
    with no_room_to_write(platform, "callcontrol", beyond=0):
        call = await to_the_beep(alice)
        assert call.media
        await call.wait_over(within=30)
    (leg,) = await cdrs(platform.acme, call=call)
    assert leg["hangup_cause"] == "NORMAL_CLEARING"
    assert not box.messages()
    await the_next_message_is_kept(box, alice)
