"""Feature codes that change settings: forwarding, do not disturb, call waiting, ring group membership (D4 D6 D10)."""

from __future__ import annotations

from typing import Any

import pytest

from qvoice.core.flow.commands import Ask, Collect, Play, Prompt, SayDigits, Speech
from qvoice.core.flow.modules.ring_group_toggle import FOR_EVER
from qvoice.core.flow.requests import ToggleRingGroup, UpdateSettings
from tests.core.flow.script import ANSWER, HANGUP, Result, make_call, make_world, node, run_script

CALLER: dict[str, Any] = {"source": "device", "device_id": "d", "owner_id": "u", "authorised_by": "d"}


def run(
    module: str, data: dict[str, Any], steps: list[Any], *, user: dict[str, Any] | None = None, **facts: Any
) -> Result:
    documents: dict[tuple[str, str], dict[str, Any]] = {("users", "u"): {"first_name": "Bob", **(user or {})}}
    documents["devices", "d"] = {"owner_id": "u"}
    call = make_call(make_world(documents), **{**CALLER, **facts})
    return run_script(node(module, data), call, [ANSWER, *steps, HANGUP])


def saves(changes: dict[str, Any], type: str = "users", id: str = "u") -> tuple[Any, bool]:
    return Ask(UpdateSettings(type, id, changes)), True


def says(text: str) -> tuple[Any, None]:
    def fits(command: Any) -> bool:
        spoken = command.sounds if isinstance(command, Play | Collect) else ()
        return any(isinstance(s, Speech) and text in s.text for s in spoken)

    return fits, None


INVALID = (Play((Prompt("pbx-invalid"),)), None)
NOTHING = (Play((Prompt("ss-noservice"),)), None)
TO = "4165550177"
ON = {"call_forward": {"enabled": True, "number": TO}}


def test_D4_star_72_with_a_number_forwards_and_says_where() -> None:
    result = run("call_forward", {"action": "activate"}, [saves(ON), says("forwarded to")], capture_group=TO)
    said = [c for c in result.commands if isinstance(c, Play)][-1]
    assert SayDigits(TO) in said.sounds


def test_D4_star_72_alone_takes_the_number_from_before_else_asks() -> None:
    before = {"call_forward": {"enabled": False, "number": TO}}
    run("call_forward", {"action": "activate"}, [saves(ON), says("forwarded to")], user=before)
    asked = (lambda c: isinstance(c, Collect) and c.timeout_ms == 8000 and c.max_digits == 20, TO)
    run("call_forward", {"action": "activate"}, [asked, saves(ON), says("forwarded to")])


def test_D4_what_is_no_number_is_asked_for_again_and_silence_changes_nothing() -> None:
    steps = [(Collect, "12"), INVALID, (Collect, "911"), INVALID, (Collect, ""), INVALID]
    run("call_forward", {"action": "activate"}, steps)
    run("call_forward", {"action": "activate"}, [(Collect, ""), INVALID], capture_group="911")


def test_D4_star_73_switches_off_and_star_74_the_other_way_round() -> None:
    off = [saves({"call_forward": {"enabled": False}}), says("not forwarded")]
    run("call_forward", {"action": "deactivate"}, off)
    run("call_forward", {"action": "toggle"}, off, user=ON)
    run("call_forward", {"action": "toggle"}, [saves(ON), says("forwarded to")], capture_group=TO)


def test_D4_star_56_changes_the_number_and_leaves_the_switch() -> None:
    other = {"call_forward": {"enabled": False, "number": "4165550188"}}
    changed = {"call_forward": {"enabled": False, "number": TO}}
    run("call_forward", {"action": "update"}, [(Collect, TO), saves(changed), says("forwarded to")], user=other)
    run("call_forward", {"action": "update"}, [(Collect, TO), saves(ON), says("forwarded to")])


@pytest.mark.parametrize(
    ("key", "steps"), [("2", [saves({"call_forward": {"enabled": False}}), says("not")]), ("", [])]
)
def test_D4_the_menu_says_the_state_and_asks(key: str, steps: list[Any]) -> None:
    tries = [(says("To turn forwarding on")[0], key)] * (1 if key else 3)
    run("call_forward", {"action": "menu"}, [*tries, *steps], user=ON)


def test_D4_only_a_callers_own_phone_changes_its_forwarding() -> None:
    for facts in ({"source": "loop"}, {"source": "carrier", "authorised_by": None, "device_id": None}):
        run("call_forward", {"action": "activate"}, [NOTHING], capture_group=TO, **facts)
    lonely = {"owner_id": None}
    run("call_forward", {}, [saves(ON, "devices", "d"), says("forwarded to")], capture_group=TO, **lonely)


@pytest.mark.parametrize(
    ("action", "now", "on"),
    [("activate", False, True), ("deactivate", True, False), ("toggle", False, True), ("toggle", True, False)],
)
def test_D6_do_not_disturb_is_switched_and_said(action: str, now: bool, on: bool) -> None:
    user = {"do_not_disturb": {"enabled": now}}
    steps = [saves({"do_not_disturb": {"enabled": on}}), says(f"Do not disturb is {'on' if on else 'off'}")]
    run("do_not_disturb", {"action": action}, steps, user=user)


def test_D6_do_not_disturb_of_somebody_named_and_nobodys() -> None:
    named = [saves({"do_not_disturb": {"enabled": True}}, "devices", "d"), says("is on")]
    run("do_not_disturb", {"action": "activate", "id": "d"}, named)
    run("do_not_disturb", {"action": "activate", "id": "d"}, [NOTHING], authorised_by=None, source="carrier")


def test_call_waiting_of_the_user_or_of_this_phone_alone() -> None:
    off = {"call_waiting": {"enabled": False}}
    run("call_waiting", {}, [saves(off), says("Call waiting is off")])
    run("call_waiting", {"action": "activate"}, [saves({"call_waiting": {"enabled": True}}), says("is on")], user=off)
    run("call_waiting", {"scope": "device"}, [saves(off, "devices", "d"), says("is off")])
    run("call_waiting", {}, [NOTHING], source="carrier", device_id=None, authorised_by=None)


def test_D10_a_member_logs_out_of_a_ring_group_and_in_again() -> None:
    out = [(Ask(ToggleRingGroup("f", ("u", "d"), FOR_EVER)), 1), says("out of the group")]
    run("ring_group_toggle", {"action": "logout", "callflow_id": "f"}, out)
    run(
        "ring_group_toggle",
        {"callflow_id": "f"},
        [(Ask(ToggleRingGroup("f", ("u", "d"), None)), 2), says("in the group")],
    )
    run("ring_group_toggle", {"callflow_id": "f"}, [(Ask, 0), NOTHING])
    run("ring_group_toggle", {"callflow_id": "f"}, [NOTHING], authorised_by=None)
