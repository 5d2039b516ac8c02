"""Who comes in: block lists, allow lists, anonymous callers, and callers who must say their name first (D6)."""

from __future__ import annotations

from typing import Any

import pytest

from qvoice.core.flow.commands import Hangup, Play, Recording, Reject, Ring, SayDigits, Speech
from qvoice.core.flow.compile import CompiledFlow, compile_flow
from qvoice.core.flow.events import Recorded
from qvoice.core.ring.causes import SENT_TO_VOICEMAIL
from qvoice.core.ring.machine import AskConfirm, CancelLeg, Finished, LegAnswered, LegFailed, RingMachine
from qvoice.core.ring.plan import Aor, CallerId, Leg, RingPlan, Stage
from tests.core.flow.script import ANSWER, ANSWERED, HANGUP, A, Result, busy, make_call, make_world, node, run_script

BOB, ANON = CallerId("Bob", "+15145550000"), CallerId("Anonymous", "anonymous", private=True)
RING = [(Ring, ANSWERED), HANGUP]


def world(account: dict[str, Any] | None = None, user: dict[str, Any] | None = None) -> Any:
    return make_world(
        {
            ("accounts", A): {"id": A, "realm": "acme.example.test", **(account or {})},
            ("users", "u"): {"first_name": "Eve", **(user or {})},
            ("devices", "d"): {"owner_id": "u", "sip": {"username": "eve"}},
            ("blacklists", "b"): {"numbers": {"514-555-0000": {}}, "should_block_anonymous": True},
            ("lists", "w"): {"entries": {"1": {"number": "+15145550000"}}},
        }
    )


def enter(w: Any, steps: list[Any], **facts: Any) -> Result:
    """A call into Eve's own flow."""
    flow = node("user", {"id": "u"}, _=node("noop"))
    return run_script(flow, make_call(w, **facts), steps, owner_id="u")


def refused(code: int) -> list[Any]:
    return [(Reject(code), None)]


def incoming(**rules: Any) -> dict[str, Any]:
    return {"incoming": rules}


@pytest.mark.parametrize("where", ["account", "user"])
def test_D6_a_blocked_number_and_a_hidden_one_are_refused_without_an_answer(where: str) -> None:
    rules: dict[str, Any] = {"account": {"blacklists": ["b"]}, "user": incoming(blacklists=["b", "gone"])}[where]
    w = world(**{where: rules})
    assert enter(w, refused(603), caller=BOB).end.reason == "refused"
    enter(w, refused(433), caller=ANON)
    enter(w, RING)


def test_D6_anonymous_callers_can_be_refused_by_themselves() -> None:
    w = world(user=incoming(anonymous="reject"))
    enter(w, refused(433), caller=ANON)
    enter(w, refused(433), caller=CallerId())
    enter(w, RING, caller=BOB)


def test_D6_only_the_welcome_come_in_and_they_beat_every_block() -> None:
    w = world(user=incoming(allowlists=["w"], only_allowed=True, blacklists=["b"], screening="all"))
    enter(w, RING, caller=BOB)
    enter(w, refused(603))
    enter(w, refused(433), caller=ANON)


def test_D6_colleagues_and_emergency_call_backs_are_never_turned_away() -> None:
    w = world(account={"blacklists": ["b"]}, user=incoming(only_allowed=True, screening="all"))
    enter(w, RING, source="device", device_id="x", authorised_by="x")
    enter(w, RING, caller=BOB, emergency_callback=True)


NAME = (lambda c: type(c).__name__ == "Record" and c.max_seconds == 6, Recorded("n1", 2.0, "key", "#"))


def screened(outcome: Any, then: list[Any], name: Any = NAME) -> Result:
    w = world(user=incoming(screening="unknown", allowlists=["w"]))
    return enter(w, [ANSWER, (Play, None), name, (Ring, outcome), *then])


def test_D6_a_stranger_says_his_name_and_the_callee_hears_it() -> None:
    result = screened(ANSWERED, [HANGUP])
    (plan,) = [c.plan for c in result.commands if isinstance(c, Ring)]
    (leg,) = plan.stages[0].legs
    assert leg.confirm
    assert Recording("n1") in leg.announce
    assert any(isinstance(s, Speech) and "press 1" in s.text for s in leg.announce)


def test_D6_who_says_nothing_is_announced_by_number() -> None:
    result = screened(ANSWERED, [HANGUP], (NAME[0], Recorded("n1", 0.1, "silence")))
    (plan,) = [c.plan for c in result.commands if isinstance(c, Ring)]
    assert SayDigits("14165550199") in plan.stages[0].legs[0].announce


def test_D6_a_refused_stranger_hears_it_and_reaches_no_mailbox_but_voicemail_may_be_chosen() -> None:
    result = screened(busy("CALL_REJECTED", 603), [(Play, None), (Hangup("CALL_REJECTED"), None)])
    assert result.end.reason == "refused"
    assert screened(busy(SENT_TO_VOICEMAIL, 480), [HANGUP]).path[-1] == "noop"


def test_D6_the_choice_of_one_holds_for_all_phones_that_ring() -> None:
    legs = tuple(Leg(id, Aor(id, "r", id), CallerId(), confirm=True, announce=(Recording("n1"),)) for id in ("a", "b"))
    for cause in ("CALL_REJECTED", SENT_TO_VOICEMAIL):
        machine = RingMachine(RingPlan((Stage(legs), Stage(legs[:1]))))
        machine.start(0.0)
        assert AskConfirm("a") in machine.on(LegAnswered("a"), 1.0)
        actions = machine.on(LegFailed("a", cause), 2.0)
        assert CancelLeg("b", "refused") in actions
        assert machine.finished == Finished(None, cause, machine.finished.sip_code if machine.finished else 0)


def test_D6_a_flow_reached_from_a_menu_is_its_owners_too() -> None:
    from qvoice.core.flow.commands import Ask, Collect
    from qvoice.core.flow.requests import FindFlow, FoundFlow

    documents = world(user=incoming(anonymous="reject"))
    w = make_world({**documents.documents, ("menus", "m"): {"hunt": True}})
    target = compile_flow({"flow": node("user", {"id": "u"}), "owner_id": "u"}, w, flow_id="f2")
    assert isinstance(target, CompiledFlow)
    steps = [ANSWER, (Collect, "1000"), (Ask(FindFlow("1000")), FoundFlow(target, w)), (Play, None), *refused(433)]
    run_script(node("menu", {"id": "m"}), make_call(w, caller=ANON), steps)
