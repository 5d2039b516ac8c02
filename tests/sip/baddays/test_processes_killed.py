"""Processes are killed while people talk."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from contextlib import AbstractContextManager

import pytest

from qvoice.cli.rest import Refused
from tests.fixtures.platform import Platform
from tests.sip.agent import Call, UserAgent, until
from tests.sip.conftest import Phones
from tests.sip.features import Made
from tests.sip.machine import frozen, kill, processes, stopped
from tests.sip.scenes import cdrs, connected, eventually, talk

pytestmark = [pytest.mark.anyio, pytest.mark.sip, pytest.mark.limit(300)]


async def call_works(caller: UserAgent, to: str, callee: UserAgent, *, within: float = 40) -> None:
    """Calls succeed again; those refused meanwhile do not count."""

    async def attempt() -> tuple[Call, Call] | None:
        call = await caller.call(to)
        await until(lambda: call.over.is_set() or not callee.no_call(), within=10)
        if callee.no_call():
            return None
        incoming = await callee.incoming()
        await incoming.answer()
        await call.wait_answered()
        return call, incoming

    pair = await until(attempt, within=within, every=0.5, what="a call after the restart")
    assert pair
    await talk(*pair)
    await pair[0].hang_up()
    await pair[1].wait_over()


async def test_callcontrol_killed_in_a_call_the_call_is_adopted(platform: Platform, phone: Phones) -> None:
    acme = platform.acme
    alice, bob = await phone(acme, "1000"), await phone(acme, "1001")
    call, incoming = await connected(alice, "1001", bob)
    await talk(call, incoming)
    await kill(platform, "callcontrol")
    assert not call.over.is_set()
    assert call.media
    assert incoming.media
    call.media.forget()
    incoming.media.forget()
    await talk(call, incoming)
    rows = await eventually(lambda: [r for r in acme.rest.get(acme.path("channels")) if r["answered"]])
    assert len(rows) == 2
    carol = await phone(acme, "1002")
    incoming.media.tone(None)
    await incoming.refer("1002")
    third = await (await carol.incoming()).answer()
    await incoming.wait_over()
    call.media.forget()
    await talk(call, third)
    await call.hang_up()
    await third.wait_over()
    legs = await cdrs(acme, call=call, count=2, within=30)
    assert {leg["hangup_cause"] for leg in legs} <= {"NORMAL_CLEARING", "ATTENDED_TRANSFER", "BLIND_TRANSFER"}
    await eventually(lambda: not acme.rest.get(acme.path("channels")), what="no channel left over")
    await call_works(alice, "1001", bob)


async def test_D15_callcontrol_killed_the_conference_goes_on(platform: Platform, phone: Phones) -> None:
    """Nobody is thrown out, mutes and who waits are remembered, and afterwards the room can be moderated as before."""
    acme, made = platform.acme, Made(platform.acme)
    room = made.add(
        "conferences", name="Survivors", play_entry_tone=False, play_exit_tone=False, member={"join_muted": True}
    )
    made.flow("600", "conference", id=room["id"])
    made.flow("601", "conference", id=room["id"], moderator=True)
    alice, bob = await phone(acme, "1000"), await phone(acme, "1001")
    listed = acme.path("conferences", room["id"], "participants")
    try:
        boss, member = await alice.call("601"), await bob.call("600")
        await boss.wait_answered()
        await member.wait_answered()
        before = await eventually(lambda: (rows := acme.rest.get(listed)) and len(rows) == 2 and rows)
        await kill(platform, "callcontrol")
        assert not boss.over.is_set()
        after = await eventually(lambda: (rows := acme.rest.get(listed)) and len(rows) == 2 and rows, within=30)
        kept = ("participant_id", "call_id", "is_moderator", "mute", "caller_id_number")
        assert [{k: row[k] for k in kept} for row in after] == [{k: row[k] for k in kept} for row in before]
        assert boss.media
        assert member.media
        boss.media.tone(440)
        member.media.tone(620)
        await member.media.hears(440)
        await boss.media.hears_silence()
        await boss.media.press("6")  # the moderator takes all mutes away
        await boss.media.hears(620)
        muted = next(row for row in after if not row["is_moderator"])
        acme.rest.put(f"{listed}/{muted['participant_id']}", {"action": "kick"})
        await member.wait_over(within=20)
        await boss.hang_up()
        await eventually(lambda: not acme.rest.get(acme.path("channels")), what="no channel left over")
    finally:
        made.clear()


async def test_asterisk_killed_new_calls_work_and_lost_ones_have_a_cause(platform: Platform, phone: Phones) -> None:
    acme = platform.acme
    alice, bob = await phone(acme, "1000"), await phone(acme, "1001")
    call, incoming = await connected(alice, "1001", bob)
    await talk(call, incoming)
    since = time.monotonic()
    await kill(platform, "asterisk", meanwhile=lambda: call_works(alice, "1001", bob, within=10))
    print(f"a call worked {time.monotonic() - since:.1f} s after Asterisk was killed")  # noqa: T201 - a measurement
    legs = await cdrs(acme, call=call, count=1, within=60)
    assert all(leg["hangup_cause"] and leg["hangup_cause"] != "NORMAL_CLEARING" for leg in legs)
    incoming.end()
    call.end()


async def test_kamailio_killed_registrations_survive_and_calls_go_on(platform: Platform, phone: Phones) -> None:
    acme = platform.acme
    alice, bob = await phone(acme, "1000"), await phone(acme, "1001")
    carol = await phone(acme, "1002")
    call, incoming = await connected(alice, "1001", bob)
    await talk(call, incoming)
    # Kamailio writes registrations down once a second: one of the last second is lost with it, until the phone's next.
    carols = f":{carol.transport.local[1]}"
    await eventually(
        lambda: any(carols in row["contact"] for row in acme.rest.get(acme.path("registrations"))), what="written down"
    )
    await kill(platform, "kamailio")
    assert call.media
    assert incoming.media
    call.media.forget()
    incoming.media.forget()
    await talk(call, incoming)
    await call.hang_up()
    await incoming.wait_over()
    await call_works(alice, "1002", carol)


async def test_rtpengine_killed_the_next_call_is_heard(platform: Platform, phone: Phones) -> None:
    alice, bob = await phone(platform.acme, "1000"), await phone(platform.acme, "1001")
    call, incoming = await connected(alice, "1001", bob)
    await talk(call, incoming)
    await kill(platform, "rtpengine")
    await call.hang_up()
    await incoming.wait_over()
    await call_works(alice, "1001", bob)


async def test_an_answer_while_the_relay_is_not_to_be_reached_is_heard_all_the_same(
    platform: Platform, phone: Phones
) -> None:
    """The edge thinks the relay away (it had no processor for some seconds) at the moment when somebody answers."""
    alice, bob = await phone(platform.acme, "1000"), await phone(platform.acme, "1001")
    call = await alice.call("1001")
    incoming = await bob.incoming()
    incoming.ring()
    await call.wait_status(180)
    with frozen(platform, "rtpengine"):
        await asyncio.sleep(6)
        answering = asyncio.create_task(incoming.answer())
        await asyncio.sleep(0.2)
    await answering
    await call.wait_answered()
    await talk(call, incoming)
    await call.hang_up()


async def test_packets_that_piled_up_make_no_call_dumb_for_good(platform: Platform, phone: Phones) -> None:
    """As after a moment in which the relay, or Asterisk, had no processor: all that waited comes at once."""
    alice, bob = await phone(platform.acme, "1000"), await phone(platform.acme, "1001")
    call, incoming = await connected(alice, "1001", bob)
    await talk(call, incoming)
    assert call.media
    assert incoming.media
    with frozen(platform, "rtpengine"):
        for stamp in range(300):
            call.media._packet(b"\xff" * 160, pt=call.media.payload_type, stamp=stamp * 160)
    call.media.forget()
    incoming.media.forget()
    await talk(call, incoming)
    await call.hang_up()
    await incoming.wait_over()


async def call_heard(caller: UserAgent, to: str, callee: UserAgent) -> Call:
    """One call that must succeed at the first attempt, with sound, and be over."""
    call, incoming = await connected(caller, to, callee)
    await talk(call, incoming)
    await call.hang_up()
    await incoming.wait_over()
    return call


@pytest.mark.parametrize("hurt", [stopped, frozen])
async def test_database_away_during_calls_they_go_on_new_ones_work_and_records_arrive_later(
    platform: Platform, phone: Phones, hurt: Callable[[Platform, str], AbstractContextManager[None]]
) -> None:
    acme = platform.acme
    alice, bob = await phone(acme, "1000"), await phone(acme, "1001")
    carol, dave = await phone(acme, "1002"), await phone(acme, "1003")
    await call_heard(carol, "1003", dave)
    call, incoming = await connected(alice, "1001", bob)
    await talk(call, incoming)
    before = {name: row["pid"] for name, row in processes(platform).items() if name != "postgres"}
    since = time.monotonic()
    with hurt(platform, "postgres"):
        with pytest.raises(Refused) as refused:
            await asyncio.to_thread(acme.rest.get, acme.path("channels"))
        assert refused.value.status == 503
        assert call.media
        assert incoming.media
        call.media.forget()
        incoming.media.forget()
        await talk(call, incoming)
        later = await call_heard(carol, "1003", dave)
        if hurt is stopped:
            await asyncio.sleep(max(0.0, 30 - (time.monotonic() - since)))
            call.media.forget()
            incoming.media.forget()
            await talk(call, incoming)
        await call.hang_up()
        await incoming.wait_over()
    await eventually(lambda: answers(platform), within=30, what="the API without 503")
    for missed in (call, later):
        legs = await cdrs(acme, call=missed, count=2, within=60)
        assert {leg["hangup_cause"] for leg in legs} == {"NORMAL_CLEARING"}
    await eventually(lambda: not acme.rest.get(acme.path("channels")), what="no channel left over")
    await call_heard(alice, "1001", bob)
    assert {name: row["pid"] for name, row in processes(platform).items() if name != "postgres"} == before


async def test_database_killed_during_calls_it_comes_back_and_so_do_we(platform: Platform, phone: Phones) -> None:
    acme = platform.acme
    alice, bob = await phone(acme, "1000"), await phone(acme, "1001")
    call, incoming = await connected(alice, "1001", bob)
    await talk(call, incoming)
    await kill(platform, "postgres")
    await call.hang_up()
    await incoming.wait_over()
    await eventually(lambda: answers(platform), within=30, what="the API without 503")
    assert len(await cdrs(acme, call=call, count=2, within=60)) == 2
    await call_works(alice, "1001", bob)


def answers(platform: Platform) -> bool:
    """Tell whether the API answers from the database; any refusal but 503 raises."""
    try:
        platform.acme.rest.get(platform.acme.path("channels"))
    except Refused as problem:
        if problem.status != 503:
            raise
        return False
    return True
