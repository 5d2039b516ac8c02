"""Hot-desking: the dialogue at the phone, who rings, and in whose name the phone calls."""

from __future__ import annotations

from typing import Any

import pytest

from qvoice.core.dialing.hotdesk import conflicts, guests
from qvoice.core.flow.callers import caller_endpoint, shown_caller
from qvoice.core.flow.commands import Ask, Collect, Play, Prompt, Ring, SayDigits
from qvoice.core.flow.pickup import NOT_ALLOWED
from qvoice.core.flow.requests import CheckDeskPin, Desk, DeskLogin, DeskLogout, FindDesk
from tests.core.flow.script import ANSWER, ANSWERED, HANGUP, Step, make_call, make_world, node, run_script

ON = {"hotdesk": {"enabled": True}}


def documents(**logins: Any) -> dict[tuple[str, str], dict[str, Any]]:
    """Bob's phone `host` with the given guests {user: login}; u1 and u2 may hot-desk."""
    return {
        ("users", "bob"): {"first_name": "Bob", "presence_id": "1002", "do_not_disturb": {"enabled": False}},
        ("users", "u1"): {
            "first_name": "Ann",
            "presence_id": "1001",
            "hotdesk": {"enabled": True, "id": "4201"},
            "caller_id": {
                "external": {"number": "+14165550101"},
                "emergency": {"number": "+14165550101"},
            },
        },
        ("users", "u2"): {"first_name": "Cid", "presence_id": "1003", "hotdesk": {"enabled": True, "id": "4202"}},
        ("devices", "host"): {"owner_id": "bob", "sip": {"username": "bob"}, "hotdesk": {"users": logins}},
        ("devices", "own"): {"owner_id": "u1", "sip": {"username": "ann"}},
    }


def call(documents_: Any, **facts: Any) -> Any:
    defaults = {"device_id": "host", "owner_id": "bob", "authorised_by": "host", "source": "device"}
    return make_call(
        make_world(documents_, numbers=frozenset({"+14165550101", "+14165550100"})), **{**defaults, **facts}
    )


def asked(prompt: str, digits: str) -> Step:
    return (lambda c: isinstance(c, Collect) and c.sounds == (Prompt(prompt),), digits)


def say(prompt: str) -> Step:
    return (Play((Prompt(prompt),)), None)


LOGIN = node("hotdesk", {"action": "login"})
FREE, PIN = Desk("u1", False), Desk("u1", True)


def test_D9_a_user_without_pin_logs_in_by_id() -> None:
    steps = [ANSWER, asked("agent-user", "4201"), (Ask(FindDesk(hotdesk_id="4201")), FREE)]
    run_script(LOGIN, call(documents()), [*steps, (Ask(DeskLogin("u1")), None), say("agent-loginok"), HANGUP])


def test_D9_the_pin_is_asked_and_checked() -> None:
    steps = [
        *(ANSWER, asked("agent-user", "4201"), (Ask(FindDesk(hotdesk_id="4201")), PIN)),
        *(asked("agent-pass", "1234"), (Ask(CheckDeskPin("u1", "1234")), "ok")),
        *((Ask(DeskLogin("u1")), None), say("agent-loginok"), HANGUP),
    ]
    run_script(LOGIN, call(documents()), steps)


def test_D9_three_tries_and_an_unknown_id_is_asked_for_its_pin_too() -> None:
    wrong: list[Step] = [asked("agent-pass", "0000"), (Ask(CheckDeskPin("u1", "0000")), "wrong")]
    steps: list[Step] = [
        *(ANSWER, asked("agent-user", "9"), (Ask(FindDesk(hotdesk_id="9")), None)),
        *(asked("agent-pass", "1"), (Ask(CheckDeskPin(None, "1")), "wrong")),
        *(asked("agent-incorrect", "4201"), (Ask(FindDesk(hotdesk_id="4201")), PIN), *wrong),
        *(asked("agent-incorrect", ""), say("vm-goodbye"), HANGUP),
    ]
    run_script(LOGIN, call(documents()), steps)


def test_D9_a_phone_that_guessed_too_often_is_let_go_at_once() -> None:
    steps = [
        *(ANSWER, asked("agent-user", "4201"), (Ask(FindDesk(hotdesk_id="4201")), PIN)),
        *(asked("agent-pass", "1234"), (Ask(CheckDeskPin("u1", "1234")), "locked"), say("vm-goodbye"), HANGUP),
    ]
    run_script(LOGIN, call(documents()), steps)


def test_D9_a_node_may_name_the_user() -> None:
    flow = node("hotdesk", {"action": "login", "id": "u1"})
    steps = [ANSWER, (Ask(FindDesk(user_id="u1")), FREE), (Ask(DeskLogin("u1")), None), say("agent-loginok"), HANGUP]
    run_script(flow, call(documents()), steps)
    toggle = node("hotdesk", {"action": "toggle", "id": "u1"})
    run_script(toggle, call(documents()), steps)
    out = [ANSWER, (Ask(DeskLogout(("u1",))), None), say("agent-loggedoff"), HANGUP]
    run_script(toggle, call(documents(u1={}, u2={})), out)


def test_D9_logout_takes_all_out() -> None:
    flow = node("hotdesk", {"action": "logout"})
    out = [ANSWER, (Ask(DeskLogout(("u1", "u2"))), None), say("agent-loggedoff"), HANGUP]
    run_script(flow, call(documents(u2={"at": 5}, u1={"at": 1})), out)
    run_script(flow, call(documents()), [ANSWER, say("agent-loggedoff"), HANGUP])
    run_script(flow, call(documents(gone={})), [ANSWER, say("agent-loggedoff"), HANGUP])


def _menu(digits: str) -> Step:
    menu = (
        *(Prompt("vm-press"), SayDigits("1"), Prompt("vm-for"), SayDigits("4202")),
        *(Prompt("vm-press"), SayDigits("2"), Prompt("vm-for"), SayDigits("4201")),
    )
    return (lambda c: isinstance(c, Collect) and c.sounds == menu, digits)


@pytest.mark.parametrize(("digit", "user"), [("1", "u2"), ("2", "u1")])
def test_D9_choosing_reads_who_is_in_the_last_first(digit: str, user: str) -> None:
    flow = node("hotdesk", {"action": "toggle"})
    steps = [ANSWER, _menu("7"), _menu(digit), (Ask(DeskLogout((user,))), None), say("agent-loggedoff"), HANGUP]
    run_script(flow, call(documents(u1={"at": 1}, u2={"at": 2})), steps)


def test_D9_choosing_zero_or_with_nobody_there_logs_in() -> None:
    flow = node("hotdesk", {"action": "toggle"})
    steps: list[Step] = [
        asked("agent-user", "4201"),
        (Ask(FindDesk(hotdesk_id="4201")), FREE),
        (Ask(DeskLogin("u1")), None),
    ]
    rest = [*steps, say("agent-loginok"), HANGUP]
    run_script(flow, call(documents()), [ANSWER, *rest])
    run_script(flow, call(documents(u1={"at": 1}, u2={"at": 2})), [ANSWER, _menu("0"), *rest])
    run_script(
        flow,
        call(documents(u1={"at": 1}, u2={"at": 2})),
        [ANSWER, _menu(""), _menu(""), _menu(""), say("vm-goodbye"), HANGUP],
    )


def test_D9_only_phones_of_the_account_are_desks() -> None:
    outside = call(documents(), device_id=None, authorised_by=None, owner_id=None, source="carrier")
    run_script(LOGIN, outside, [ANSWER, (Play(NOT_ALLOWED), None), HANGUP])


# --- ringing and identity ---------------------------------------------------------------------------------------------


def _rung(flow: Any, call_: Any) -> set[str]:
    result = run_script(flow, call_, [(Ring, ANSWERED), HANGUP])
    plan = next(c.plan for c in result.commands if isinstance(c, Ring))
    return {leg.id for stage in plan.stages for leg in stage.legs}


def _outside(documents_: Any) -> Any:
    return call(documents_, device_id=None, authorised_by=None, owner_id=None, source="carrier")


def test_D9_calls_to_a_guest_ring_his_own_devices_and_the_host() -> None:
    assert _rung(node("user", {"id": "u1"}), _outside(documents(u1={"at": 1}))) == {"own", "host"}
    assert _rung(node("user", {"id": "u1"}), _outside(documents())) == {"own"}
    assert _rung(node("user", {"id": "bob"}), _outside(documents(u1={}))) == {"host"}, "the host keeps his own calls"


def test_D9_several_hosts_ring() -> None:
    world = documents(u1={"at": 1})
    world["devices", "host2"] = {"owner_id": "bob", "sip": {"username": "b2"}, "hotdesk": {"users": {"u1": {}}}}
    assert _rung(node("user", {"id": "u1"}), _outside(world)) == {"own", "host", "host2"}
    assert _rung(node("hotdesk", {"action": "bridge", "id": "u1"}), _outside(world)) == {"host", "host2"}


def test_D9_the_hosts_do_not_disturb_is_not_the_guests() -> None:
    world = documents(u1={"at": 1})
    world["users", "bob"]["do_not_disturb"] = {"enabled": True}
    assert _rung(node("user", {"id": "u1"}), _outside(world)) == {"own", "host"}


def test_D9_switched_off_or_disabled_users_are_guests_no_longer() -> None:
    world = documents(u1={"at": 1})
    world["users", "u1"]["hotdesk"]["enabled"] = False
    assert _rung(node("user", {"id": "u1"}), _outside(world)) == {"own"}
    assert caller_endpoint(call(world)).owner_id == "bob"


def test_D9_bridge_without_a_host_goes_on_by_its_cause() -> None:
    flow = node("hotdesk", {"action": "bridge", "id": "u1"}, SUBSCRIBER_ABSENT=node("hangup", {"x": 1}))
    result = run_script(flow, _outside(documents()), [HANGUP])
    assert result.path == ["hotdesk", "hangup"]


def test_D9_the_last_to_log_in_is_who_calls() -> None:
    both = documents(u2={"at": 10.5}, u1={"at": 11})
    assert caller_endpoint(call(both)).owner_id == "u1"
    assert shown_caller(call(both)).number == "1001"
    later = documents(u2={"at": 12}, u1={"at": 11})
    assert shown_caller(call(later)).name == "Cid"
    assert guests(both["devices", "host"]) == ["u2", "u1"]
    assert guests({"hotdesk": {"users": {"b": {}, "a": {}}}}) == ["a", "b"], "without times it is still always the same"
    assert guests(None) == guests({"hotdesk": {"users": []}}) == []


def test_B7_an_emergency_call_is_made_from_the_phone_not_from_the_guests_desk() -> None:
    world = documents(u1={"at": 1})
    world["users", "bob"]["caller_id"] = {"emergency": {"number": "+14165550100"}}
    assert shown_caller(call(world), "external").number == "+14165550101"
    assert shown_caller(call(world), "emergency").number == "+14165550100"


def test_D9_find_me_and_hot_desking_together_are_reported() -> None:
    find_me = {"smartpbx": {"find_me_follow_me": {"enabled": True}}}
    assert [code for _, code, _ in conflicts({**ON, **find_me})] == ["find-me-conflict"]
    assert conflicts(ON) == conflicts(find_me) == conflicts({**ON, "smartpbx": {"find_me_follow_me": {}}}) == []
