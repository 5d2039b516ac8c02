"""Calls that came in on a number: its prefix, its ringback, and where they go when nobody can be reached."""

from __future__ import annotations

import pytest

from qvoice.core.dialing.did import NumberSettings
from qvoice.core.flow.arrived import came_by
from qvoice.core.flow.callers import shown_caller
from qvoice.core.flow.commands import Hangup, Ring
from qvoice.core.flow.interpreter import interpret
from qvoice.core.flow.requests import NumberOwner
from qvoice.core.flow.trace import Trace
from qvoice.core.ring.plan import Gateway, Loop
from tests.core.flow.script import ANSWERED, A, busy, compiled, make_call, make_world, node, run_script

DID = "+14165550100"


def arrived(**settings):
    call = make_call(make_world(), dialled=DID)
    came_by(call, NumberOwner(A, DID, settings=NumberSettings(**settings)))
    return call


def test_B2_prepend_comes_before_the_callers_name():
    assert shown_caller(arrived(prepend=("Sales ", ""))).name == "Sales Alice"


@pytest.mark.parametrize("cause", ["SUBSCRIBER_ABSENT", "NORMAL_TEMPORARY_FAILURE", "NO_ROUTE_DESTINATION"])
def test_B2_a_call_that_nobody_can_take_goes_to_the_numbers_failover(cause):
    call = arrived(failover="+14165550177")
    plans = []

    def is_failover(command):
        plans.append(getattr(command, "plan", None))
        return isinstance(command, Ring)

    call.last_cause = cause
    result = run_script(node("noop"), call, [(is_failover, ANSWERED), (Hangup, None)])
    [leg] = plans[0].stages[0].legs
    assert leg.target == Loop("+14165550177", A, A, keep_caller_id=True, forwarded_by=(A,))
    assert leg.caller.number == "+14165550199"
    assert result.end.reason == "hung-up"
    assert call.failover == ""


@pytest.mark.parametrize("cause", ["USER_BUSY", "NO_ANSWER", "CALL_REJECTED", ""])
def test_B2_a_person_who_was_reached_is_no_reason_to_fail_over(cause):
    call = arrived(failover="+14165550177")
    call.last_cause = cause
    run_script(node("noop"), call, [(Hangup, None)])


def test_B2_an_answered_call_does_not_fail_over():
    call = arrived(failover="+14165550177")
    call.last_cause, call.answered = "SUBSCRIBER_ABSENT", True
    run_script(node("noop"), call, [(Hangup, None)])


def test_B2_failover_may_be_a_sip_uri_and_its_failure_is_the_calls():
    call = arrived(failover="sip:desk@pbx.example.com")
    call.last_cause = "SUBSCRIBER_ABSENT"
    seen = []
    run_script(
        node("noop"),
        call,
        [(lambda c: seen.append(c) or isinstance(c, Ring), busy("USER_BUSY")), (Hangup("USER_BUSY"), None)],
    )
    assert seen[0].plan.stages[0].legs[0].target == Gateway("", 0, "sip:desk@pbx.example.com")


def test_B2_two_numbers_that_fail_over_to_each_other_end():
    call = make_call(make_world(), dialled=DID, source="loop", forwarded_by=(A,))
    came_by(call, NumberOwner(A, DID, settings=NumberSettings(failover="+14165550177")))
    assert call.failover == ""


def test_B2_a_callflows_own_ringback_goes_before_the_numbers():
    call = arrived(ringback="number", transfer_ringback="moved")
    flow = compiled(node("noop"), call.world, ringback={"early": "flow"})
    next(interpret(flow, call, Trace()))
    assert (call.ringback, call.transfer_ringback) == ("flow", "moved")
