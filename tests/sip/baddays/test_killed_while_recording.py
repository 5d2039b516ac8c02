"""Call control dies while somebody speaks a message: what was said is kept."""

from __future__ import annotations

import pytest

from tests.fixtures.platform import Platform
from tests.sip.baddays.test_disk_full import daves_box, length_of, to_the_beep
from tests.sip.calls.test_voicemail import after_the_beep, answer_prompt
from tests.sip.conftest import Phones
from tests.sip.machine import kill
from tests.sip.scenes import cdrs, eventually

pytestmark = [pytest.mark.anyio, pytest.mark.sip, pytest.mark.limit(180)]


@pytest.mark.parametrize("when", ["meanwhile", "afterwards"])
async def test_callcontrol_killed_while_a_message_is_spoken_the_message_is_kept(
    platform: Platform, phone: Phones, when: str
) -> None:
    box = daves_box(platform)
    alice = await phone(platform.acme, "1000")
    call = await to_the_beep(alice)
    assert call.media
    await after_the_beep(call)
    call.media.tone(700)
    await call.media.hears_silence(seconds=3)
    if when == "meanwhile":
        await kill(platform, "callcontrol", meanwhile=call.hang_up)
    else:
        await kill(platform, "callcontrol")
        assert not call.over.is_set()
        await call.hang_up()
    (leg,) = await cdrs(platform.acme, call=call, within=30)
    assert leg["hangup_cause"]
    (message,) = await eventually(box.messages, within=90, what="the message")
    assert length_of(box, message["media_id"]) >= 2.5
    await eventually(lambda: not platform.acme.rest.get(platform.acme.path("channels")), what="no channel left over")
    box.empty()


async def test_a_speaker_interrupted_by_a_restart_is_asked_again_and_both_parts_are_kept(
    platform: Platform, phone: Phones
) -> None:
    box = daves_box(platform)
    alice = await phone(platform.acme, "1000")
    call = await to_the_beep(alice)
    assert call.media
    await after_the_beep(call)
    call.media.tone(700)
    await call.media.hears_silence(seconds=3)
    await kill(platform, "callcontrol")
    call.media.tone(None)
    await answer_prompt(call, "1")  # the greeting again
    await after_the_beep(call)
    call.media.tone(900)
    await call.media.hears_silence(seconds=1.5)
    await call.hang_up()
    messages = await eventually(lambda: (rows := box.messages()) and len(rows) == 2 and rows, within=90, what="both")
    assert max(length_of(box, message["media_id"]) for message in messages) >= 2.5
    box.empty()
