"""D15: conference rooms by phone and by API, with measured mixing."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import pytest

from tests.fixtures.platform import Platform
from tests.sip.agent import Call, UserAgent
from tests.sip.conftest import Phones
from tests.sip.features import Made
from tests.sip.scenes import eventually

pytestmark = [pytest.mark.anyio, pytest.mark.sip]


@pytest.fixture
async def made(anyio_backend: str, platform: Platform) -> AsyncIterator[Made]:
    made = Made(platform.acme)
    yield made
    made.clear()


def open_room(made: Made, **document: Any) -> str:
    """A room at 600 with a short, silent way in; returns its id."""
    settings = {"name": "Room", "play_entry_tone": False, "play_exit_tone": False} | document
    room = made.add("conferences", **settings)
    made.flow("600", "conference", id=room["id"])
    return room["id"]


async def enter(phone: UserAgent, number: str = "600") -> Call:
    call = await (await phone.call(number)).wait_answered()
    assert call.media
    return call


def people(made: Made, room: str) -> list[dict[str, Any]]:
    return made.account.rest.get(made.account.path("conferences", room, "participants"))


async def all_in(made: Made, room: str, count: int) -> list[dict[str, Any]]:
    return await eventually(
        lambda: (rows := people(made, room)) and len(rows) == count and rows, what=f"{count} participants"
    )


def order(made: Made, room: str, action: str, participant: int | None = None, /, **data: Any) -> None:
    parts = ["conferences", room, *(["participants", str(participant)] if participant else [])]
    made.account.rest.put(made.account.path(*parts), {"action": action, "data": data})


async def test_D15_three_are_heard_by_one_another_and_the_api_mutes_locks_and_kicks(
    platform: Platform, phone: Phones, made: Made
) -> None:
    room = open_room(made)
    alice, bob, carol, dave = [await phone(platform.acme, e) for e in ("1000", "1001", "1002", "1003")]
    a, b, c = [await enter(one) for one in (alice, bob, carol)]
    rows = await all_in(made, room, 3)
    assert [row["caller_id_number"] for row in rows] == ["1000", "1001", "1002"]
    listed = next(r for r in platform.acme.rest.get(platform.acme.path("conferences")) if r["id"] == room)
    assert listed["_read_only"]["members"] == 3
    assert a.media
    assert b.media
    assert c.media
    for speaker, tone, others in ((a, 440, (b, c)), (b, 620, (a, c))):
        assert speaker.media
        speaker.media.tone(tone)
        for other in others:
            assert other.media
            await other.media.hears(tone)
        await speaker.media.hears_silence()  # not himself
        speaker.media.tone(None)

    order(made, room, "mute", rows[0]["participant_id"])
    a.media.tone(440)
    await b.media.hears_silence(within=15)
    assert people(made, room)[0]["mute"]
    await a.media.press("0")  # his own key takes the mute away
    await b.media.hears(440)

    order(made, room, "lock")
    refused = await enter(dave)
    await refused.wait_over(within=20)
    order(made, room, "unlock")
    order(made, room, "kick", rows[2]["participant_id"])
    await c.wait_over(within=20)
    await all_in(made, room, 2)
    await a.hang_up()
    await b.hang_up()
    await eventually(lambda: not people(made, room), what="an empty room")
    assert not platform.globex.rest.get(platform.globex.path("conferences"))


async def test_D15_the_conference_line_asks_room_and_pin_and_members_wait_for_the_moderator(
    platform: Platform, phone: Phones, carrier: UserAgent, made: Made
) -> None:
    room = made.add(
        "conferences",
        name="Board",
        conference_numbers=["77"],
        member={"pins": ["1111"]},
        moderator={"pins": ["9999"]},
        wait_for_moderator=True,
    )["id"]
    made.flow("601", "conference")
    alice, bob, carol = [await phone(platform.acme, e) for e in ("1000", "1001", "1002")]
    a, b = await enter(alice, "601"), await enter(bob, "601")
    assert a.media
    assert b.media
    await a.media.hears_anything()
    await a.media.press("77#")
    await a.media.press("0000#")  # wrong
    await a.media.press("1111#")
    await b.media.press("77#1111#")
    rows = await all_in(made, room, 2)
    await eventually(lambda: all(row["waiting"] for row in people(made, room)), what="both wait with music")
    assert not any(row["is_moderator"] for row in rows)
    a.media.tone(440)
    a.media.forget()
    await a.media.hears_anything(seconds=1.0, within=15)  # music, not one another
    boss = await enter(carol, "601")
    assert boss.media
    await boss.media.press("77#9999#")
    await b.media.hears(440, within=20)
    await boss.media.hears(440, within=20)
    rows = await all_in(made, room, 3)
    assert [row["is_moderator"] for row in rows] == [False, False, True]
    await boss.media.press("9")  # ends it for all
    for one in (a, b, boss):
        await one.wait_over(within=20)


async def test_D15_the_api_dials_people_into_a_room_plays_to_it_and_records_it(
    platform: Platform, phone: Phones, made: Made
) -> None:
    room = open_room(made, name="Taped", conference_numbers=["8601"])
    alice, bob = await phone(platform.acme, "1000"), await phone(platform.acme, "1001")
    a = await enter(alice)
    await all_in(made, room, 1)
    order(made, room, "record")
    order(made, room, "dial", endpoints=[platform.acme.user("1001")["id"]])
    rung = await bob.incoming()
    await rung.answer()
    await all_in(made, room, 2)
    assert a.media
    assert rung.media
    a.media.tone(440)
    await rung.media.hears(440)
    a.media.tone(None)
    rung.media.forget()
    order(made, room, "play", media_id="system_media/hello-world")
    await rung.media.hears_anything()
    order(made, room, "record", action="stop")
    kept = await eventually(
        lambda: [
            row for row in made.account.rest.get(made.account.path("recordings")) if row["caller_id_name"] == "Taped"
        ],
        within=25,
        what="the recording of the room",
    )
    assert kept[0]["from"] == "8601"
    assert kept[0]["duration_ms"] > 500
    assert not platform.globex.rest.get(platform.globex.path("recordings"))
    made.account.rest.delete(made.account.path("recordings", kept[0]["id"]))
    await rung.hang_up()
    await a.hang_up()


async def test_D15_fifty_parties_are_mixed_each_hears_the_speaker_and_not_himself(
    platform: Platform, phone: Phones, made: Made
) -> None:
    room = open_room(made)
    phones = [await phone(platform.acme, e) for e in ("1000", "1001", "1002", "1003")]
    calls: list[Call] = []
    for start in range(0, 50, 10):
        calls += [await phones[n % 4].call("600") for n in range(start, start + 10)]
        for call in calls:
            await call.wait_answered(within=30)
            assert call.media
            call.media.muted = True  # who says nothing sends nothing
    await all_in(made, room, 50)
    for speaker, tone in ((7, 440), (42, 620)):
        spoken = calls[speaker].media
        assert spoken
        spoken.muted = False
        spoken.tone(tone)
        for call in calls:
            if call.media and call.media is not spoken:
                await call.media.hears(tone)
        await spoken.hears_silence(within=15)
        spoken.tone(None)
        spoken.muted = True
    made.account.rest.put(made.account.path("conferences", room, "participants"), {"action": "kick"})
    for call in calls:
        await call.wait_over(within=30)
