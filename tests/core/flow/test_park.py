"""The module park: who parks, who fetches, and where a party goes whom nobody fetches (D8)."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from qvoice.core.flow.checkpoint import call_from_json, call_to_json
from qvoice.core.flow.commands import Occupy, Play, Prompt, Ring, SayDigits, Take, Wait
from qvoice.core.flow.events import Occupied, Waited
from qvoice.core.ring.plan import CallerId
from tests.core.flow.script import ANSWER, ANSWERED, HANGUP, busy, make_call, make_world, node, run_script

WORLD = make_world(
    {
        ("devices", "d1"): {"owner_id": "u1", "sip": {"username": "bob"}},
        ("users", "u1"): {"presence_id": "1001", "music_on_hold": {"media_id": "m" * 32}},
    }
)
BUSY = busy("NO_ANSWER", 480)


def transferred(**facts: Any):
    """A party that the device d1 transferred to what was dialled."""
    defaults: dict[str, Any] = {
        "transferee": CallerId("Alice", "+14165550199"),
        "device_id": "d1",
        "owner_id": "u1",
        "authorised_by": "d1",
        "answered": True,
        "dialled": "*4",
        "request_user": "*4",
    }
    return make_call(WORLD, **{**defaults, **facts})


def waits(seconds: float = 120.0, slot: str = "101", **more: Any):
    return lambda command: (
        isinstance(command, Wait)
        and command.slot == slot
        and command.seconds == seconds
        and all(getattr(command, key) == value for key, value in more.items())
    )


def rings_bob(seconds: float = 30.0):
    return lambda command: (
        isinstance(command, Ring)
        and command.plan.stages[0].legs[0].id == "d1"
        and command.plan.stages[0].legs[0].timeout == seconds
        and command.plan.stages[0].legs[0].caller.number == "+14165550199"
    )


def test_D8_a_transferred_party_waits_with_the_parkers_music_until_somebody_takes_him() -> None:
    lamps = ("*4101", "*3101", "*5101")
    step = waits(music="m" * 32, lamps=lamps, announce=(SayDigits("101"),))
    steps = [(Occupy("park"), Occupied("101")), (step, Waited(taken=True))]
    call = transferred()
    result = run_script(node("park"), call, steps)
    assert result.end.reason == "transferred"
    assert call.parked is None


def test_D8_nobody_fetches_him_so_the_parker_is_rung_for_30_seconds_then_waiting_goes_on() -> None:
    steps = [
        (Occupy("park"), Occupied("101")),
        (waits(), Waited()),
        (rings_bob(), BUSY),
        (waits(), Waited()),
        (rings_bob(), ANSWERED),
        HANGUP,
    ]
    run_script(node("park"), transferred(), steps)


@pytest.mark.parametrize("key", ["101", "_"])
def test_D8_a_child_takes_him_instead_of_waiting_on(key: str) -> None:
    flow = node("park", {}, **{key: node("hangup")})
    steps = [(Occupy("park"), Occupied("101")), (waits(), Waited()), (rings_bob(), BUSY), HANGUP]
    run_script(flow, transferred(), steps)


def test_D8_a_slot_has_its_own_times_and_lamp() -> None:
    own = {"7": {"ringback_timeout": 5000, "callback_timeout": 3, "presence_type": "confirmed"}}
    data = {"action": "direct_park", "slots": own}
    steps = [
        (Occupy("park", "7"), Occupied("7")),
        (waits(5.0, "7", lamp_state="confirmed", lamps=("*37", "*57")), Waited()),
        (rings_bob(3.0), ANSWERED),
        HANGUP,
    ]
    run_script(node("park", data), transferred(dialled="*37", request_user="*37", capture_group="7"), steps)


def test_D8_auto_parks_whoever_was_transferred_and_fetches_for_whoever_dials() -> None:
    flow = node("park", {"action": "auto"})
    steps = [(Occupy("park", "101"), Occupied("101")), (waits(), Waited(taken=True))]
    run_script(flow, transferred(capture_group="101", request_user="*3101"), steps)
    mine = make_call(WORLD, device_id="d1", authorised_by="d1", capture_group="101")
    run_script(flow, mine, [(Take("park", "101"), ANSWERED), HANGUP])


def test_D8_an_empty_slot_is_explained() -> None:
    flow = node("park", {"action": "retrieve", "slot": "102"})
    nobody = busy("NO_ROUTE_DESTINATION", 404)
    steps = [(Take("park", "102"), nobody), ANSWER, (Play((Prompt("pbx-invalidpark"),)), None), HANGUP]
    run_script(flow, make_call(WORLD), steps)


def test_D8_a_full_lot_has_its_own_exit_and_else_counts_as_busy() -> None:
    data = {"max_slot_number": 101}
    full = (Occupy("park", last=101), Occupied(None, "full"))
    run_script(node("park", data, MAX_SLOT_EXCEEDED=node("hangup")), transferred(), [full, HANGUP])
    run_script(node("park", data), transferred(), [full, HANGUP])


def test_D8_who_dials_park_himself_hears_the_slot() -> None:
    steps = [
        (Occupy("park"), Occupied("101")),
        ANSWER,
        (Play((SayDigits("101"),)), None),
        (waits(), Waited(taken=True)),
    ]
    run_script(node("park"), make_call(WORLD, device_id="d1"), steps)


def test_D8_after_a_restart_he_is_in_the_same_slot_for_the_rest_of_his_time() -> None:
    call = transferred()
    call.parked = {"slot": "105", "since": (call.now - timedelta(seconds=100)).timestamp()}
    call = call_from_json(call_to_json(call), WORLD)
    steps = [(Occupy("park", "105"), Occupied("105")), (waits(20.0, "105"), Waited(taken=True))]
    run_script(node("park"), call, steps)
