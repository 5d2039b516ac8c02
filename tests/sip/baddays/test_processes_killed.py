"""Processes are killed while people talk."""

from __future__ import annotations

import pytest

from qvoice.cli.rest import Refused
from tests.fixtures.platform import Platform
from tests.sip.agent import Call, UserAgent, until
from tests.sip.conftest import Phones
from tests.sip.machine import frozen, kill
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
    await call.hang_up()
    await incoming.wait_over()
    legs = await cdrs(acme, call=call, count=2, within=30)
    assert {leg["hangup_cause"] for leg in legs} == {"NORMAL_CLEARING"}
    await eventually(lambda: not acme.rest.get(acme.path("channels")), what="no channel left over")
    await call_works(alice, "1001", bob)


async def test_asterisk_killed_new_calls_work_and_lost_ones_have_a_cause(platform: Platform, phone: Phones) -> None:
    acme = platform.acme
    alice, bob = await phone(acme, "1000"), await phone(acme, "1001")
    call, incoming = await connected(alice, "1001", bob)
    await talk(call, incoming)
    await kill(platform, "asterisk")
    await call_works(alice, "1001", bob)
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


async def test_database_frozen_during_calls_they_go_on_and_their_records_arrive_later(
    platform: Platform, phone: Phones
) -> None:
    acme = platform.acme
    alice, bob = await phone(acme, "1000"), await phone(acme, "1001")
    call, incoming = await connected(alice, "1001", bob)
    await talk(call, incoming)
    with frozen(platform, "postgres"):
        assert call.media
        assert incoming.media
        for _ in range(4):
            call.media.forget()
            incoming.media.forget()
            await talk(call, incoming)
            await call.media.hears(620, seconds=1.5)
        await call.hang_up()
        await incoming.wait_over()
    legs = await cdrs(acme, call=call, count=2, within=60)
    assert len(legs) == 2
    await call_works(alice, "1001", bob)


async def test_database_killed_during_calls_it_comes_back_and_so_do_we(platform: Platform, phone: Phones) -> None:
    acme = platform.acme
    alice, bob = await phone(acme, "1000"), await phone(acme, "1001")
    call, incoming = await connected(alice, "1001", bob)
    await talk(call, incoming)
    await kill(platform, "postgres")
    await call.hang_up()
    await incoming.wait_over()
    legs = await cdrs_after_trouble(platform, call)
    assert len(legs) == 2
    await call_works(alice, "1001", bob)


async def cdrs_after_trouble(platform: Platform, call: Call) -> list[dict[str, object]]:
    """The legs, although the API may answer 503 for a moment."""

    def ready() -> bool:
        try:
            platform.acme.rest.get(platform.acme.path("channels"))
        except Refused as problem:
            if problem.status != 503:
                raise
            return False
        return True

    await eventually(ready, within=30, what="the API without 503")
    return await cdrs(platform.acme, call=call, count=2, within=60)
