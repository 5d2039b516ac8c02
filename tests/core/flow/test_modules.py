"""The smaller modules and the menu, branch by branch (ringing and voicemail have files of their own)."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from qvoice.core.flow.commands import (
    Answer,
    Ask,
    Collect,
    Hangup,
    HoldOpen,
    Media,
    Play,
    Prompt,
    Record,
    Recording,
    Silence,
    Sleep,
    Url,
)
from qvoice.core.flow.events import Collected, Recorded
from qvoice.core.flow.requests import FindFlow, SaveMenuGreeting, SetRules
from qvoice.core.flow.sounds import sound_of
from qvoice.core.ring.plan import CallerId
from tests.core.flow.script import ANSWER, HANGUP, found, make_call, make_world, node, run_script

END = node("sleep", {"duration": 1})
AT_END = (Sleep(1.0), None)


@pytest.mark.parametrize(
    ("text", "sound"),
    [
        ("m1", Media("m1")),
        ("/acc/m1", Media("m1")),
        ("system_media/hello", Media("system_media/hello")),
        ("/system_media/hello", Media("system_media/hello")),
        ("prompt://system_media/hello/en", Media("system_media/hello")),
        ("silence_stream://300", Silence(300)),
        ("https://x.example/a.mp3", Url("https://x.example/a.mp3")),
        ("tone_stream://%(1,2)", None),
        ("../../etc/passwd", None),
        ("", None),
        (None, None),
        (True, None),
    ],
)
def test_media_ids_become_sounds(text: Any, sound: Any) -> None:
    assert sound_of(text) == sound


def test_play_answers_stops_by_key_repeats_and_loops() -> None:
    call = make_call(make_world())
    play = (Play((Media("m1"),), "0123456789*#", False), None)
    run_script(node("play", {"id": "m1"}, _=END), call, [ANSWER, play, AT_END, HANGUP])
    early = {"id": "m1", "answer": False, "terminators": ["1", "#", "77"], "loop_count": 2}
    run_script(node("play", early), call, [(Play((Media("m1"), Media("m1")), "1#"), None), HANGUP])
    endless = {"id": "m1", "endless_playback": True, "terminators": []}
    run_script(node("play", endless), call, [ANSWER, (Play((Media("m1"),), "", True), None), HANGUP])
    run_script(node("play", {}, _=END), call, [AT_END, HANGUP])


def test_answer_hangup_noop_dead_air_and_wait() -> None:
    call = make_call(make_world())
    run_script(node("answer", _=END), call, [ANSWER, AT_END, HANGUP])
    run_script(node("hangup", _=END), call, [(Hangup("NORMAL_CLEARING"), None)])
    run_script(node("noop", _=END), call, [AT_END, HANGUP])
    run_script(node("dead_air"), call, [ANSWER, (HoldOpen, None), HANGUP])
    run_script(node("wait_for_hangup"), call, [(HoldOpen, None), HANGUP])


@pytest.mark.parametrize(
    ("data", "seconds"),
    [({"duration": 5}, 5.0), ({"duration": 250, "unit": "ms"}, 0.25), ({"duration": 2, "unit": "m"}, 120.0),
     ({"duration": 9, "unit": "h"}, 32400.0), ({"duration": 99, "unit": "h"}, 86400.0), ({"duration": -1}, None),
     ({}, None)],
)  # fmt: skip
def test_sleep_units(data: dict[str, Any], seconds: float | None) -> None:
    steps = [(Sleep(seconds), None)] if seconds is not None else []
    run_script(node("sleep", data), make_call(make_world()), [*steps, HANGUP])


def test_language_and_caller_ids() -> None:
    call = make_call(make_world())
    run_script(node("language", {"language": "fr-CA"}, _=node("language", {"language": "../x"})), call, [HANGUP])
    assert call.language == "fr-ca"
    flow = node("set_cid", {"caller_id_name": "Sales\r\n"}, _=node("set_cid", {"caller_id_number": "123"}))
    run_script(flow, call, [HANGUP])
    assert call.dynamic_caller == CallerId("Sales", "123")


def test_prepend_cid_stacks_replaces_and_resets() -> None:
    call = make_call(make_world())
    run_script(node("prepend_cid", {"caller_id_name_prefix": "A ", "caller_id_number_prefix": "1"}), call, [HANGUP])
    run_script(node("prepend_cid", {"caller_id_name_prefix": "B "}), call, [HANGUP])
    assert call.caller_id_prefix == ("B A ", "1")
    run_script(node("prepend_cid", {"caller_id_name_prefix": "C", "apply_to": "original"}), call, [HANGUP])
    assert call.caller_id_prefix == ("C", "")
    run_script(node("prepend_cid", {"action": "reset"}), call, [HANGUP])
    assert call.caller_id_prefix == ("", "")


def test_variables_are_set_and_branched_on() -> None:
    call = make_call(make_world())
    flow = node(
        "set_variable",
        {"variable": "vip", "value": True},
        _=node(
            "set_variables", {"custom_application_vars": {"n": 5, "bad": {"x": 1}}}, _=node("set", {"tier": "gold"})
        ),
    )
    run_script(flow, call, [HANGUP])
    assert call.variables == {"vip": True, "n": 5, "tier": "gold"}
    for variable, key in (("vip", "true"), ("n", "5"), ("tier", "gold"), ("none", "_")):
        branch = node("branch_variable", {"variable": variable}, **{key: END, "other": node("hangup")})
        run_script(branch, call, [AT_END, HANGUP])


@pytest.mark.parametrize(("scope", "key"), [("account", "acc"), ("device", "dev"), ("user", "usr"), ("merged", "usr")])
def test_branch_variable_reads_documents(scope: str, key: str) -> None:
    account_id = make_world().account_id
    world = make_world(
        {
            ("accounts", account_id): {"x": {"y": "acc"}},
            ("devices", "d"): {"x": {"y": "dev"}},
            ("users", "u"): {"x": {"y": "usr"}},
        }
    )
    flow = node("branch_variable", {"variable": ["x", "y"], "scope": scope}, **{key: END})
    run_script(flow, make_call(world, device_id="d", owner_id="u"), [AT_END, HANGUP])


def test_collect_dtmf_keeps_digits_and_flush_forgets_them() -> None:
    call = make_call(make_world())
    data = {
        "max_digits": 4,
        "timeout": 3000,
        "interdigit_timeout": 1000,
        "terminators": ["*"],
        "collection_name": "pin",
    }
    steps = [ANSWER, (Collect((), 4, 3000, 1000, "*"), Collected("123")), HANGUP]
    run_script(node("collect_dtmf", data), call, steps)
    assert call.collections == {"pin": "123"}
    run_script(node("flush_dtmf", {"collection_name": "pin"}), call, [HANGUP])
    assert call.collections == {}


# --- menu --------------------------------------------------------------------------------


def menu(keys: dict[str, Any] | None = None, **settings: Any) -> tuple[dict[str, Any], Any]:
    return node("menu", {"id": "m"}, **(keys or {})), make_world(
        {("menus", "m"): {"media": {"greeting": "hi"}, **settings}}
    )


GREET = Media("hi")


def test_D13_menu_takes_the_child_dialled() -> None:
    flow, world = menu({"1": END, "23": END})
    collect = Collect((GREET,), 2, 10000, 2000, "#")
    run_script(flow, make_call(world), [ANSWER, (collect, "1"), AT_END, HANGUP])
    run_script(flow, make_call(world), [ANSWER, (collect, "23"), AT_END, HANGUP])


def test_D13_menu_takes_the_pound_key_when_it_has_such_a_child() -> None:
    flow, world = menu({"#": END})
    run_script(flow, make_call(world), [ANSWER, (lambda c: c.terminators == "", "#"), AT_END, HANGUP])


def test_D13_menu_without_input_goes_by_timeout_or_asks_again() -> None:
    flow, world = menu({"timeout": END})
    run_script(flow, make_call(world), [ANSWER, (Collect, ""), AT_END, HANGUP])
    flow, world = menu({"1": node("hangup"), "max_retries": END}, retries=2)
    bye = (Play((Prompt("vm-goodbye"),)), None)
    run_script(flow, make_call(world), [ANSWER, (Collect, ""), (Collect, ""), bye, AT_END, HANGUP])


def test_D13_menu_says_invalid_and_gives_up_by_max_retries_or_wildcard() -> None:
    flow, world = menu({"1": node("hangup"), "_": END}, retries=2)
    wrong = [(Collect, "9"), (Play((Prompt("pbx-invalid"),)), None)]
    run_script(flow, make_call(world), [ANSWER, *wrong, *wrong, (Play, None), AT_END, HANGUP])
    silent = {"media": {"greeting": "hi", "invalid_media": False, "exit_media": "bye"}, "retries": 1}
    flow, world = menu({"_": END}, **silent)
    run_script(flow, make_call(world), [ANSWER, (Collect, "9"), (Play((Media("bye"),)), None), AT_END, HANGUP])


def test_D13_an_extension_is_dialled_from_the_menu_but_no_feature_code_and_nothing_denied() -> None:
    flow, world = menu({"1": END}, hunt=True, hunt_deny="^2", retries=1)
    inner = found(node("sleep", {"duration": 7}), world, "f2")
    ask = (Ask(FindFlow("1000", no_match=False)), inner)
    call = make_call(world)
    steps = [ANSWER, (Collect((GREET,), 4, 10000, 2000, "#"), "1000"), ask, (Play((Prompt("pbx-transfer"),)), None)]
    run_script(flow, call, [*steps, (Sleep(7.0), None), HANGUP])
    assert call.dialled == "1000"
    for refused in ("*97", "2000"):
        run_script(flow, make_call(world), [ANSWER, (Collect, refused), (Play, None), (Play, None), HANGUP])
    unknown = [ANSWER, (Collect, "1999"), (Ask, None), (Play((Prompt("pbx-invalid"),)), None), (Play, None), HANGUP]
    run_script(flow, make_call(world), unknown)
    flow, world = menu({"1": END}, retries=1)
    run_script(flow, make_call(world), [ANSWER, (Collect, "1000"), (Play, None), (Play, None), HANGUP])


def test_D13_the_greeting_is_recorded_by_phone_but_from_outside_only_if_allowed() -> None:
    flow, world = menu({"1": END}, record_pin="9876", retries=1)
    take = [(Play, None), (Record, Recorded("ref", 4.0, "key", "#"))]
    save = [
        (Collect, "2"),
        (Play((Recording("ref"),), "123#"), None),
        (Collect, "1"),
        (Ask(SaveMenuGreeting("m", "ref")), None),
    ]
    steps = [ANSWER, (Collect, "9876"), *take, *save, (Play, None), (Play, None), HANGUP]
    run_script(flow, make_call(world, authorised_by="d", source="device"), steps)
    run_script(flow, make_call(world), [ANSWER, (Collect, "9876"), (Play, None), (Play, None), HANGUP])
    flow, world = menu({"1": END}, record_pin="9876", retries=1, allow_record_from_offnet=True)
    run_script(flow, make_call(world), steps)


def test_a_menu_that_is_gone_is_passed_over() -> None:
    run_script(node("menu", {"id": "gone"}, _=END), make_call(make_world()), [AT_END, HANGUP])


# --- temporal_route
# -----------------------------------------------------------------------------------------------------

RULES: dict[tuple[str, str], dict[str, Any]] = {
    ("temporal_rules", "day"): {"cycle": "daily", "time_window_start": 9 * 3600, "time_window_stop": 17 * 3600},
    ("temporal_rules", "lunch"): {"cycle": "daily", "time_window_start": 12 * 3600, "time_window_stop": 13 * 3600},
    ("temporal_rules", "night"): {"cycle": "daily", "time_window_start": 20 * 3600, "time_window_stop": 6 * 3600},
    ("temporal_rules_sets", "holidays"): {"temporal_rules": ["xmas", "day"]},
    ("temporal_rules", "xmas"): {"cycle": "date", "start_date": 63_933_321_600},
}


def route(data: dict[str, Any], hour: int, *keys: str) -> str:
    flow = node(
        "temporal_route", data, **{key: node("set_variable", {"variable": "went", "value": key}) for key in keys}
    )
    call = make_call(make_world(RULES), now=datetime(2026, 11, 24, hour, 30, tzinfo=UTC))
    run_script(flow, call, [HANGUP])
    return str(call.variables["went"])


def test_D13_the_first_rule_in_force_decides_in_the_accounts_zone() -> None:
    assert route({"rules": ["lunch", "day"]}, 17, "lunch", "day", "_") == "lunch"
    assert route({"rules": ["lunch", "day"]}, 15, "lunch", "day", "_") == "day"
    assert route({"rules": ["lunch", "day"]}, 23, "lunch", "day", "_") == "_"
    assert route({"rules": ["day"], "timezone": "Asia/Tokyo"}, 1, "day", "_") == "day"


def test_D13_children_named_after_rules_and_sets_count_and_the_rule_set_comes_last() -> None:
    assert route({}, 15, "day", "_") == "day"
    assert route({"rule_set": "holidays"}, 15, "rule_set", "_") == "rule_set"
    assert route({"rule_set": "holidays"}, 23, "rule_set", "_") == "_"
    assert route({}, 15, "holidays", "_") == "holidays"
    assert route({"rules": ["gone"]}, 15, "gone", "_") == "_"


@pytest.mark.parametrize(
    ("action", "enabled", "prompt"),
    [("enable", True, "enabled"), ("disable", False, "disabled"), ("reset", None, "cancelled")],
)
def test_D13_rules_are_switched_by_phone(action: str, enabled: bool | None, prompt: str) -> None:
    flow = node("temporal_route", {"rules": ["day"], "rule_set": "holidays", "action": action})
    ask = (Ask(SetRules(("day", "xmas", "day"), enabled)), None)
    run_script(flow, make_call(make_world(RULES)), [ANSWER, ask, (Play((Prompt(prompt),)), None), HANGUP])


def test_D13_the_override_menu_offers_each_rule() -> None:
    flow = node("temporal_route", {"rules": ["day", "lunch"], "action": "menu"})
    steps = [
        (Answer, None),
        (Collect, "9"),
        (Play((Prompt("vm-sorry"),)), None),
        (Collect, "2"),
        (Ask(SetRules(("day",), False)), None),
        (Play((Prompt("disabled"),)), None),
        (Collect, ""),
        HANGUP,
    ]
    run_script(flow, make_call(make_world(RULES)), steps)
