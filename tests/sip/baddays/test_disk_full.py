"""The disk fills while somebody speaks a message: an apology, and nothing half-made is left."""

from __future__ import annotations

import pytest

from tests.fixtures.platform import Platform
from tests.sip.calls.test_voicemail import Box, after_the_beep, answer_prompt, leave
from tests.sip.conftest import Phones
from tests.sip.machine import no_room_to_write
from tests.sip.scenes import eventually

pytestmark = [pytest.mark.anyio, pytest.mark.sip]


async def test_a_message_that_cannot_be_written_is_apologised_for_and_the_box_stays_sound(
    platform: Platform, phone: Phones
) -> None:
    box = Box(platform.acme, "1003")
    box.account.rest.patch(box.path, {"is_setup": True})
    box.empty()
    alice = await phone(platform.acme, "1000")
    call = await (await alice.call("**1003")).wait_answered(within=30)
    assert call.media
    await answer_prompt(call, "1")
    await after_the_beep(call)
    with no_room_to_write(platform, "asterisk", beyond=8192):
        call.media.tone(700)
        await call.media.hears_silence(seconds=2.5)
        call.media.tone(None)
        await call.media.press("#")
        call.media.forget()
        await call.media.hears_anything(within=20)  # the apology, or the review of what could be written
        await call.hang_up()
    for message in box.messages():
        raw = box.account.rest.raw(f"{box.path}/messages/{message['media_id']}/raw", accept="audio/wav")
        assert len(raw) > 44
    box.empty()
    await leave(alice, "**1003", frequency=700, hang_up=True)
    assert len(await eventually(box.messages)) == 1
    box.empty()
