"""Device to device through a real Asterisk: ringing, answering, talking, hanging up."""

from __future__ import annotations

import asyncio

import pytest

from qvoice.core.flow.talk import ring
from tests.callcontrol.conftest import Office
from tests.callcontrol.world import leg, plan

pytestmark = [pytest.mark.anyio, pytest.mark.sip]


async def test_two_phones_talk_both_ways_and_the_callee_hangs_up(office: Office) -> None:
    ended = []

    def script(call):
        ended.append((yield from ring(plan(leg("1001")))))
        return "_"

    office.scripts.on("1001", script)
    alice = await office.dial("1001")
    bob = await office.edge.incoming()
    assert bob.invite.uri == "sip:1001@acme.example.test"
    assert bob.invite.get("X-QV-Dest") == "aor"
    assert bob.invite.get("X-QV-Account") == "a" * 32
    bob.ring()
    await alice.wait_status(180)
    await bob.answer()
    await alice.wait_answered()
    alice.media.tone(500)
    bob.media.tone(800)
    await bob.media.hears(500)
    await alice.media.hears(800)
    await bob.hang_up()
    await alice.wait_over()
    await office.idle()
    assert ended[0].answered_by == "1001"
    caller, callee = sorted(office.book.ended, key=lambda leg: leg.direction)
    assert (caller.direction, caller.cause, caller.other) == ("inbound", "NORMAL_CLEARING", callee.uuid)
    assert (callee.direction, callee.cause, callee.other) == ("outbound", "NORMAL_CLEARING", caller.uuid)
    assert caller.created < callee.created <= callee.rang <= callee.answered <= callee.ended
    assert caller.user_agent == "QVOICE test agent"


async def test_the_caller_hangs_up_while_talking(office: Office) -> None:
    office.scripts.on("1001", lambda call: ring(plan(leg("1001"))))
    alice = await office.dial("1001")
    bob = await office.edge.incoming()
    await bob.answer()
    await alice.wait_answered()
    await alice.hang_up()
    await bob.wait_over()
    await office.idle()
    assert {leg.cause for leg in office.book.ended} == {"NORMAL_CLEARING"}


async def test_the_caller_gives_up_while_it_rings(office: Office) -> None:
    office.scripts.on("1001", lambda call: ring(plan(leg("1001"))))
    alice = await office.dial("1001")
    bob = await office.edge.incoming()
    bob.ring()
    await alice.wait_status(180)
    await alice.cancel()
    await bob.wait_over()
    await office.idle()
    assert {leg.cause for leg in office.book.ended} == {"ORIGINATOR_CANCEL"}


async def test_a_busy_callee_is_told_to_the_caller(office: Office) -> None:
    def script(call):
        done = yield from ring(plan(leg("1001")))
        call.last_cause = done.cause
        return "_"

    office.scripts.on("1001", script)
    alice = await office.dial("1001")
    bob = await office.edge.incoming()
    bob.reject(486)
    await alice.wait_over()
    assert alice.status == 486
    await office.idle()


async def test_two_callees_answer_at_once_and_one_wins(office: Office) -> None:
    office.scripts.on("500", lambda call: ring(plan(leg("1001"), leg("1002"))))
    alice = await office.dial("500")
    first, second = await office.edge.incoming(), await office.edge.incoming()
    results = await asyncio.gather(first.answer(), second.answer(), return_exceptions=True)
    assert any(not isinstance(result, Exception) for result in results)
    await alice.wait_answered()
    await asyncio.sleep(0.5)
    still = [call for call in (first, second) if not call.over.is_set()]
    assert len(still) == 1
    still[0].media.tone(700)
    await alice.media.hears(700)
    await alice.hang_up()
    await still[0].wait_over()
    await office.idle()
    assert sorted(leg.cause for leg in office.book.ended) == ["LOSE_RACE", "NORMAL_CLEARING", "NORMAL_CLEARING"]


async def test_a_call_without_tenant_data_is_refused(office: Office) -> None:
    call = await office.dial("1001", headers={"X-QV-Account": "-"})
    await call.wait_over()
    assert call.status == 403
    assert office.exchange.refused == 1
    assert not office.book.ended


async def test_an_unknown_number_is_answered_404(office: Office) -> None:
    call = await office.dial("4711")
    await call.wait_over()
    assert call.status == 404
    await office.idle()


async def test_a_disabled_account_may_not_call(office: Office) -> None:
    office.scripts.accounts["a" * 32]["enabled"] = False
    call = await office.dial("1001")
    await call.wait_over()
    assert call.status == 403


@pytest.mark.parametrize("step", [-5000, 5000])
async def test_D18_a_phone_that_begins_its_stream_anew_is_heard_where_sound_is_converted(
    office: Office, step: int
) -> None:
    """RFC 3550: another source begins at any number. Before or after the last one's is the same to us."""
    office.scripts.on("1001", lambda call: ring(plan(leg("1001"))))
    alice = await office.dial("1001", codecs=("G722",))
    bob = await office.edge.incoming()
    await bob.answer(codecs=("PCMU",))
    await alice.wait_answered()
    bob.media.tone(800)
    await alice.media.hears(800)
    bob.media.restart(step)
    bob.media.tone(1100)
    await alice.media.hears(1100)
    await alice.hang_up()
    await office.idle()
