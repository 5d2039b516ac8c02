"""D8: recordings from the call to the file: by rule, by flow, kept, listed, heard, sent."""

from __future__ import annotations

import asyncio
import wave
from io import BytesIO

import numpy as np
import pytest

from tests.fixtures.platform import Account, Platform
from tests.sip.agent import UserAgent, sound
from tests.sip.conftest import Phones
from tests.sip.features import Made
from tests.sip.scenes import call_in, connected, eventually, talk

pytestmark = [pytest.mark.anyio, pytest.mark.sip]


async def kept(account: Account, interaction: str) -> dict:
    """The recording of an interaction, once the worker has it."""
    path = account.path("recordings")
    rows = await eventually(
        lambda: [row for row in account.rest.get(path) if row["interaction_id"] == interaction], within=20
    )
    return rows[0]


def samples(account: Account, recording: dict) -> tuple[sound.Samples, int]:
    raw = account.rest.raw(account.path("recordings", recording["id"]), accept="audio/wav")
    with wave.open(BytesIO(raw)) as file:
        return np.frombuffer(file.readframes(file.getnframes()), dtype="<i2"), file.getframerate()


async def live(account: Account) -> str:
    """The interaction of the account's one live call, once the list has it (it is written a moment behind)."""
    rows = await eventually(lambda: account.rest.get(account.path("channels")), what="the call in the list")
    return rows[0]["interaction_id"]


async def test_D8_a_users_rule_records_his_calls_from_outside_and_an_agent_hears_both_sides(
    platform: Platform, phone: Phones, carrier: UserAgent
) -> None:
    acme, globex = platform.acme, platform.globex
    made = Made(acme)
    rule = {"inbound": {"offnet": {"enabled": True, "format": "wav"}}}
    made.change("users", acme.user("1000")["id"], call_recording=rule)
    try:
        alice = await phone(acme, "1000")
        call = await call_in(carrier, acme.numbers[1])
        incoming = await alice.incoming()
        await incoming.answer()
        await call.wait_answered()
        await talk(call, incoming)
        interaction = await live(acme)
        await asyncio.sleep(1.5)
        await call.hang_up()
    finally:
        made.clear()
    recording = await kept(acme, interaction)
    assert recording["owner_id"] == acme.user("1000")["id"]
    assert recording["from"] == "+14165559999"
    audio, rate = samples(acme, recording)
    windows = [audio[at : at + rate // 4] for at in range(0, len(audio) - rate // 4, rate // 8)]
    assert any(min(sound.share(w, tone, rate=rate) for tone in (440, 620)) > 0.25 for w in windows)
    with pytest.raises(Exception, match="404"):
        globex.rest.get(globex.path("recordings", recording["id"]))


async def test_D8_a_flow_records_as_mp3_and_the_recording_can_be_deleted(platform: Platform, phone: Phones) -> None:
    acme = platform.acme
    made = Made(acme)
    ring = {"module": "user", "data": {"id": acme.user("1001")["id"]}, "children": {}}
    tree = {"module": "record_call", "data": {"label": "sales"}, "children": {"_": ring}}
    made.add("callflows", name="recorded", numbers=["7701"], flow=tree)
    try:
        alice, bob = await phone(acme, "1000"), await phone(acme, "1001")
        call, incoming = await connected(alice, "7701", bob)
        await talk(call, incoming)
        interaction = await live(acme)
        await asyncio.sleep(0.7)
        await incoming.hang_up()
    finally:
        made.clear()
    recording = await kept(acme, interaction)
    assert (recording["media_type"], recording["label"]) == ("mp3", "sales")
    raw = acme.rest.raw(acme.path("recordings", recording["id"], "raw"), accept="audio/mpeg")
    assert raw[:3] == b"ID3" or raw[0] == 0xFF
    acme.rest.delete(acme.path("recordings", recording["id"]))
    with pytest.raises(Exception, match="404"):
        acme.rest.get(acme.path("recordings", recording["id"]))
