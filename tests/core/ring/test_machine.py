"""The ring machine, case by case."""

from __future__ import annotations

from typing import Any

import pytest

from qvoice.core.ring.causes import Failure, overall
from qvoice.core.ring.machine import (
    AskConfirm,
    CallerLeft,
    CancelLeg,
    ConnectLeg,
    Finished,
    IndicateRinging,
    LegAnswered,
    LegConfirmed,
    LegFailed,
    LegProgress,
    LegRinging,
    LegTrying,
    PassEarlyMedia,
    RingMachine,
    StartLeg,
    Tick,
    WakeAt,
)
from qvoice.core.ring.plan import Aor, CallerId, Gateway, Leg, RingPlan, Stage


def leg(id: str, **more: Any) -> Leg:
    return Leg(id=id, target=Aor(id, "r", id), caller=CallerId(), **more)


def machine(*stages: tuple[Leg, ...], **more: Any) -> RingMachine:
    return RingMachine(RingPlan(tuple(Stage(legs) for legs in stages), **more))


def test_D10_simultaneous_legs_start_at_once_and_the_first_answer_wins() -> None:
    a, b = leg("a"), leg("b")
    m = machine((a, b))
    assert m.start(0.0) == [StartLeg(a), StartLeg(b), WakeAt(20.0)]
    assert m.on(LegRinging("a"), 1.0) == [IndicateRinging(), WakeAt(20.0)]
    assert m.on(LegRinging("b"), 1.0) == [WakeAt(20.0)]
    assert m.on(LegAnswered("b"), 2.0) == [
        CancelLeg("a", "answered-elsewhere"),
        ConnectLeg("b"),
        Finished("b", "NORMAL_CLEARING", 200),
    ]
    assert m.on(LegAnswered("a"), 2.0) == [CancelLeg("a", "late", answered=True)]


def test_D10_delays_start_legs_later_and_stages_follow_each_other() -> None:
    a, b, c = leg("a", timeout=10.0), leg("b", delay=5.0, timeout=5.0), leg("c")
    m = machine((a, b), (c,))
    assert m.start(0.0) == [StartLeg(a), WakeAt(5.0)]
    assert m.on(Tick(), 5.0) == [StartLeg(b), WakeAt(10.0)]
    m.on(LegRinging("a"), 6.0)
    assert m.on(Tick(), 10.0) == [CancelLeg("a", "no-answer"), CancelLeg("b", "no-answer"), StartLeg(c), WakeAt(30.0)]


def test_a_leg_with_confirmation_wins_only_after_the_key() -> None:
    a, b = leg("a", confirm=True), leg("b")
    m = machine((a, b))
    m.start(0.0)
    assert AskConfirm("a") in m.on(LegAnswered("a"), 1.0)
    assert m.finished is None
    actions = m.on(LegConfirmed("a"), 3.0)
    assert actions == [CancelLeg("b", "answered-elsewhere"), ConnectLeg("a"), Finished("a", "NORMAL_CLEARING", 200)]


def test_a_confirmation_that_never_comes_ends_the_leg() -> None:
    m = machine((leg("a", confirm=True),))
    m.start(0.0)
    m.on(LegAnswered("a"), 1.0)
    assert m.on(Tick(), 31.0) == [CancelLeg("a", "no-answer", answered=True), Finished(None, "NO_ANSWER", 480)]


def test_B6_a_gateway_without_progress_gives_way_to_the_next() -> None:
    a, b = leg("a", progress_timeout=8.0, timeout=60.0), leg("b", progress_timeout=8.0, timeout=60.0)
    m = machine((a,), (b,), trunks=True)
    assert m.start(0.0)[-1] == WakeAt(8.0)
    m.on(LegTrying("a"), 0.1)
    assert m.on(Tick(), 8.0) == [CancelLeg("a", "no-answer"), StartLeg(b), WakeAt(16.0)]


def test_B6_a_rejecting_gateway_gives_way_but_a_callee_who_rang_and_refused_ends_it() -> None:
    a, b = leg("a"), leg("b")
    m = machine((a,), (b,), trunks=True)
    m.start(0.0)
    assert StartLeg(b) in m.on(LegFailed("a", "NORMAL_TEMPORARY_FAILURE", 503), 1.0)
    m = machine((a,), (b,), trunks=True)
    m.start(0.0)
    m.on(LegRinging("a"), 1.0)
    assert m.on(LegFailed("a", "USER_BUSY", 486), 2.0) == [Finished(None, "USER_BUSY", 486)]
    m = machine((a,), (b,))
    m.start(0.0)
    m.on(LegRinging("a"), 1.0)
    assert StartLeg(b) in m.on(LegFailed("a", "USER_BUSY", 486), 2.0)


def test_B7_a_busy_emergency_centre_is_asked_again_by_the_next_carrier() -> None:
    a, b = (
        Leg(id, Gateway(id, 0, f"sip:911@{id}.example", emergency=True), CallerId(), timeout=60.0) for id in ("a", "b")
    )
    m = machine((a,), (b,), trunks=True)
    m.start(0.0)
    m.on(LegRinging("a"), 1.0)
    assert StartLeg(b) in m.on(LegFailed("a", "USER_BUSY", 486), 2.0)


def test_one_rejection_ends_a_group_that_says_so() -> None:
    m = machine((leg("a"), leg("b")), fail_on_single_reject=True)
    m.start(0.0)
    assert m.on(LegFailed("a", "CALL_REJECTED", 603), 1.0) == [
        CancelLeg("b", "refused"),
        Finished(None, "CALL_REJECTED", 603),
    ]
    m = machine((leg("a"), leg("b")), fail_on_single_reject=True)
    m.start(0.0)
    m.on(LegFailed("a", "SUBSCRIBER_ABSENT", 480), 1.0)
    assert m.finished is None, "an unregistered phone rejects nothing"


def test_early_media_is_passed_only_from_a_leg_that_rings_alone() -> None:
    m = machine((leg("a"),))
    m.start(0.0)
    assert PassEarlyMedia("a") in m.on(LegProgress("a"), 1.0)
    for plan in (
        machine((leg("a"), leg("b"))),
        machine((leg("a"),), ringback="moh"),
        machine((leg("a", ignore_early_media=True),)),
    ):
        plan.start(0.0)
        assert plan.on(LegProgress("a"), 1.0)[0] == IndicateRinging()


def test_a_caller_who_leaves_stops_all_legs() -> None:
    m = machine((leg("a"), leg("b", delay=5.0)), (leg("c"),))
    m.start(0.0)
    assert m.on(CallerLeft(), 1.0) == [CancelLeg("a", "caller-left"), Finished(None, "ORIGINATOR_CANCEL", 487)]
    assert m.on(Tick(), 50.0) == []


def test_the_whole_time_limit_ends_everything_but_a_confirmation_under_way() -> None:
    m = machine((leg("a", timeout=60.0), leg("b", timeout=60.0, confirm=True)), (leg("c"),), timeout=10.0)
    m.start(0.0)
    m.on(LegRinging("a"), 1.0)
    m.on(LegAnswered("b"), 9.0)
    assert CancelLeg("a", "no-answer") in m.on(Tick(), 10.0)
    assert m.on(LegConfirmed("b"), 12.0)[-1] == Finished("b", "NORMAL_CLEARING", 200)


def test_an_empty_plan_ends_at_once() -> None:
    assert machine().start(0.0) == [Finished(None, "SUBSCRIBER_ABSENT", 480)]


@pytest.mark.parametrize(
    ("causes", "expected"),
    [
        (["USER_BUSY", "USER_BUSY"], "USER_BUSY"),
        (["USER_BUSY", "CALL_REJECTED"], "USER_BUSY"),
        (["CALL_REJECTED", "CALL_REJECTED"], "CALL_REJECTED"),
        (["USER_BUSY", "NO_ANSWER"], "NO_ANSWER"),
        (["SUBSCRIBER_ABSENT", "USER_BUSY"], "USER_BUSY"),
        (["SUBSCRIBER_ABSENT", "SUBSCRIBER_ABSENT"], "SUBSCRIBER_ABSENT"),
        (["USER_BUSY", "NORMAL_TEMPORARY_FAILURE"], "NORMAL_TEMPORARY_FAILURE"),
        ([], "SUBSCRIBER_ABSENT"),
    ],
)
def test_several_failures_become_one_cause(causes: list[str], expected: str) -> None:
    result = overall([Failure(cause) for cause in causes])
    assert result.cause == expected
    assert 400 <= result.sip_code < 700
