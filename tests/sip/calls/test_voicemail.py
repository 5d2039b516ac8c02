"""A message is left, the lamp lights, the message is heard, the lamp goes out."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import pytest

from tests.fixtures.platform import Account, Platform
from tests.sip.agent import Call, UserAgent
from tests.sip.conftest import Phones
from tests.sip.scenes import eventually

pytestmark = [pytest.mark.anyio, pytest.mark.sip]


class Box:
    """A demo user's voicemail box, seen by REST."""

    def __init__(self, account: Account, extension: str) -> None:
        self.account, self.extension = account, extension
        rows = account.rest.get(account.path("vmboxes"))
        self.id = next(row["id"] for row in rows if row["mailbox"] == extension)
        self.pin = account.user(extension)["voicemail_pin"]

    @property
    def path(self) -> str:
        """Its URL."""
        return self.account.path("vmboxes", self.id)

    def messages(self) -> list[dict[str, Any]]:
        """Those that are not deleted."""
        rows = self.account.rest.get(f"{self.path}/messages")
        return [row for row in rows if row["folder"] != "deleted"]

    def empty(self) -> None:
        """Delete all messages."""
        for row in self.account.rest.get(f"{self.path}/messages"):
            self.account.rest.delete(f"{self.path}/messages/{row['media_id']}")


@pytest.fixture
async def daves(anyio_backend: str, platform: Platform) -> AsyncIterator[Box]:
    """Dave's box (1003), set up and empty."""
    box = Box(platform.acme, "1003")
    box.account.rest.patch(box.path, {"is_setup": True})
    box.empty()
    yield box
    box.empty()


async def answer_prompt(call: Call, keys: str) -> None:
    """Wait until something is said, then dial `keys` (which cut it short)."""
    assert call.media
    call.media.forget()
    await call.media.hears_anything(within=20)
    await call.media.press(keys)


async def after_the_beep(call: Call) -> None:
    """Wait until what is said has ended."""
    assert call.media
    await call.media.hears_anything(within=20)
    await call.media.hears_silence(within=60, seconds=1.2)


async def leave(caller: UserAgent, number: str, *, frequency: float, hang_up: bool = False) -> None:
    """Call `number`, get the box, say `frequency` Hz for two seconds, and save or just hang up."""
    call = await caller.call(number)
    await call.wait_answered(within=30)
    assert call.media
    await answer_prompt(call, "1")  # any key: straight to the beep
    await after_the_beep(call)
    call.media.tone(frequency)
    await call.media.hears_silence(seconds=2.5)
    if hang_up:
        await call.hang_up()
        return
    call.media.tone(None)
    await call.media.press("#")
    await answer_prompt(call, "1")
    await call.wait_over(within=30)


async def test_E1_a_message_is_left_the_lamp_lights_and_the_owner_hears_it(
    platform: Platform, phone: Phones, daves: Box
) -> None:
    alice, dave = await phone(platform.acme, "1000"), await phone(platform.acme, "1003")
    await dave.subscribe("message-summary", accept="application/simple-message-summary")
    await dave.notice("message-summary", "Messages-Waiting: no")
    dave.on_invite = lambda call: call.reject(486, "Busy Here")
    seen = len(dave.notices)
    await leave(alice, "1003", frequency=700)
    notice = await dave.notice("message-summary", "Messages-Waiting: yes", after=seen)
    assert "Voice-Message: 1/0" in notice.body.decode()
    (message,) = daves.messages()
    assert message["folder"] == "new"
    assert message["caller_id_number"] == "1000"
    assert message["length"] >= 1000

    seen = len(dave.notices)
    call = await (await dave.call("*97")).wait_answered()
    assert call.media
    await answer_prompt(call, f"{daves.pin}#")
    await answer_prompt(call, "1")
    await call.media.hears(700, within=40)
    await call.media.press("1")
    await dave.notice("message-summary", "Voice-Message: 0/1", after=seen)
    await call.hang_up()
    (message,) = daves.messages()
    assert message["folder"] == "saved"


async def test_E1_a_caller_who_just_hangs_up_has_left_a_message(platform: Platform, phone: Phones, daves: Box) -> None:
    alice = await phone(platform.acme, "1000")
    await leave(alice, "**1003", frequency=700, hang_up=True)
    rows = await eventually(daves.messages, what="the message of a caller who hung up")
    assert len(rows) == 1


async def test_E1_three_wrong_pins_end_the_call_and_open_nothing(platform: Platform, phone: Phones, daves: Box) -> None:
    alice = await phone(platform.acme, "1000")
    call = await (await alice.call("*981003")).wait_answered()
    for wrong in ("9191", "9292", "9393"):
        if not call.over.is_set():
            await answer_prompt(call, f"{wrong}#")
    await call.wait_over(within=30)


async def test_E1_any_box_can_be_opened_with_its_number_and_pin(platform: Platform, phone: Phones, daves: Box) -> None:
    alice = await phone(platform.acme, "1000")
    await leave(alice, "**1003", frequency=700, hang_up=True)
    await eventually(daves.messages)
    bob = await phone(platform.acme, "1001")
    call = await (await bob.call("*98")).wait_answered()
    assert call.media
    await answer_prompt(call, "1003#")
    await answer_prompt(call, f"{daves.pin}#")
    await answer_prompt(call, "1")
    await call.media.hears(700, within=40)
    await call.media.press("7")
    await eventually(lambda: not daves.messages(), what="the message deleted by key 7")
    await call.hang_up()


async def test_E1_the_first_login_asks_for_pin_name_and_greeting_and_callers_hear_it(
    platform: Platform, phone: Phones
) -> None:
    box = Box(platform.acme, "1002")
    fresh = {"is_setup": False, "is_pin_chosen": None, "media": {"name": None, "unavailable": None}, "pin": box.pin}
    box.account.rest.patch(box.path, fresh)
    try:
        carol = await phone(platform.acme, "1002")
        call = await (await carol.call("*97")).wait_answered()
        assert call.media
        await answer_prompt(call, f"{box.pin}#")
        await after_the_new_pin(call, "738291")
        for frequency in (520, 880):  # name, then greeting
            await after_the_beep(call)
            call.media.tone(frequency)
            await call.media.hears_silence(seconds=1.5)
            call.media.tone(None)
            await call.media.press("#")
            await answer_prompt(call, "1")
        document = await eventually(
            lambda: (d := box.account.rest.get(box.path)) and d.get("is_setup") and d, within=30, what="box set up"
        )
        assert document["media"]["unavailable"]
        await call.hang_up()
        await carol.register(0)
        alice = await phone(platform.acme, "1000")
        caller = await (await alice.call("1002")).wait_answered(within=30)
        assert caller.media
        await caller.media.hears(880, within=15)
        await caller.hang_up()
    finally:
        box.account.rest.patch(box.path, fresh)


async def after_the_new_pin(call: Call, pin: str) -> None:
    """Type a new PIN twice when asked."""
    await answer_prompt(call, f"{pin}#")
    await answer_prompt(call, f"{pin}#")


async def test_E1_the_message_can_be_fetched_as_audio(platform: Platform, phone: Phones, daves: Box) -> None:
    alice = await phone(platform.acme, "1000")
    await leave(alice, "**1003", frequency=700, hang_up=True)
    (message,) = await eventually(daves.messages)
    raw = daves.account.rest.raw(f"{daves.path}/messages/{message['media_id']}/raw", accept="audio/wav")
    assert raw[:4] == b"RIFF" or raw[:3] == b"ID3" or raw[:2] in (b"\xff\xfb", b"\xff\xf3")
    assert len(raw) > 4000
    other = platform.globex.rest
    with pytest.raises(Exception, match=r"40[34]"):
        other.get(daves.path)
