"""intercom and page_group: who is called, how, and who is left out."""

from __future__ import annotations

from typing import Any

import pytest

from qvoice.core.flow.commands import Ask, Page, Play, Prompt, Ring
from qvoice.core.flow.events import PageDone
from qvoice.core.flow.requests import FindFlow, InCall
from qvoice.core.page.plan import PagePlan
from tests.core.flow.script import ANSWER, ANSWERED, HANGUP, Step, busy, found, make_call, make_world, node, run_script

DOCUMENTS: dict[tuple[str, str], dict[str, Any]] = {
    ("users", "u1"): {"first_name": "Bob", "call_forward": {"enabled": True, "number": "4165550111"}},
    ("devices", "d1"): {"owner_id": "u1", "sip": {"username": "bob"}},
    ("devices", "d2"): {"sip": {"username": "hall"}, "ringtones": {"internal": "loud"}},
    ("devices", "me"): {"owner_id": "u2", "sip": {"username": "me"}},
    ("users", "u2"): {"first_name": "Ann"},
    ("groups", "g1"): {
        "endpoints": {"u1": {"type": "user", "delay": 7}, "d2": {"type": "device"}, "u2": {"type": "user"}}
    },
}
HEADERS = (
    ("Alert-Info", "<http://acme.example.test>;info=alert-autoanswer;delay=0"),
    ("Call-Info", "<sip:acme.example.test>;answer-after=0"),
)
EVERYBODY = [{"id": "g1", "endpoint_type": "group"}]


def call(**facts: Any) -> Any:
    defaults = {"device_id": "me", "owner_id": "u2", "authorised_by": "me", "source": "device"}
    return make_call(make_world(DOCUMENTS), **{**defaults, **facts})


def idle(device: str, *, busy: bool = False) -> Step:
    return (Ask(InCall((device,))), frozenset({device}) if busy else frozenset())


def test_D11_a_page_calls_all_phones_but_the_own_at_once_and_tells_them_to_answer() -> None:
    flow = node("page_group", {"endpoints": EVERYBODY, "timeout": 4})
    steps: list[Step] = [idle("d1"), idle("d2"), ANSWER, (Page, PageDone(2)), HANGUP]
    result = run_script(flow, call(), steps)
    plan = next(c.plan for c in result.commands if isinstance(c, Page))
    assert isinstance(plan, PagePlan)
    assert [leg.id for leg in plan.legs] == ["d1", "d2"]
    assert (plan.two_way, plan.timeout) == (False, 4)
    assert all(leg.headers == HEADERS and leg.delay == 0 for leg in plan.legs)


@pytest.mark.parametrize(("barge", "rung"), [(False, ["d2"]), (True, ["d1", "d2"])])
def test_D11_phones_in_a_call_are_left_out_unless_barged_into(barge: bool, rung: list[str]) -> None:
    flow = node("page_group", {"endpoints": EVERYBODY, "audio": "two-way", "barge_calls": barge})
    asked = [] if barge else [idle("d1", busy=True), idle("d2")]
    result = run_script(flow, call(), [*asked, ANSWER, (Page, PageDone(1)), HANGUP])
    plan = next(c.plan for c in result.commands if isinstance(c, Page))
    assert [leg.id for leg in plan.legs] == rung
    assert plan.two_way


def test_D11_a_page_that_reaches_nobody_says_so() -> None:
    nobody: Step = (Play((Prompt("vm-nobodyavail"),)), None)
    flow = node("page_group", {"endpoints": [{"id": "u2", "endpoint_type": "user"}], "barge_calls": True})
    run_script(flow, call(), [ANSWER, nobody, HANGUP])
    unreached = node("page_group", {"endpoints": EVERYBODY, "barge_calls": True})
    run_script(unreached, call(), [ANSWER, (Page, PageDone(0)), nobody, HANGUP])


def test_D11_members_switched_off_are_left_out() -> None:
    endpoints = [{"id": "d1", "endpoint_type": "device", "disable_until": 99_999_999_999}, {"id": "x"}]
    flow = node("page_group", {"endpoints": endpoints})
    run_script(flow, call(), [ANSWER, (Play, None), HANGUP])


def test_D11_intercom_rings_the_extensions_phones_to_answer_by_themselves() -> None:
    world = make_world(DOCUMENTS)
    user = found(node("user", {"id": "u1"}), world, "f")
    steps: list[Step] = [(Ask(FindFlow("1001")), user), idle("d1"), (Ring, ANSWERED), HANGUP]
    result = run_script(node("intercom"), call(capture_group="1001"), steps)
    plan = next(c.plan for c in result.commands if isinstance(c, Ring))
    (leg,) = plan.stages[0].legs
    assert (leg.id, leg.headers) == ("d1", HEADERS), "to the phone itself, never to where it is forwarded"


def test_D11_intercom_to_a_busy_phone_goes_on_as_busy() -> None:
    world = make_world(DOCUMENTS)
    user = found(node("user", {"id": "u1"}), world, "f")
    flow = node("intercom", {}, USER_BUSY=node("hangup"))
    steps: list[Step] = [(Ask(FindFlow("1001")), user), idle("d1", busy=True), HANGUP]
    assert run_script(flow, call(capture_group="1001"), steps).path == ["intercom", "hangup"]
    barge = node("intercom", {"barge_calls": True}, USER_BUSY=node("hangup"))
    run_script(barge, call(capture_group="1001"), [(Ask(FindFlow("1001")), user), (Ring, busy()), HANGUP])


def test_D11_intercom_to_nobody_is_an_invalid_extension() -> None:
    invalid: list[Step] = [ANSWER, (Play((Prompt("pbx-invalid"),)), None), HANGUP]
    run_script(node("intercom"), call(), invalid)
    run_script(node("intercom"), call(capture_group="99"), [(Ask(FindFlow("99")), None), *invalid])
