"""Voicemail, dialogue by dialogue: each step of each script is what the caller hears, presses or says (features E1)."""

from __future__ import annotations

from typing import Any

import pytest

from qvoice.core.flow.commands import Ask, Collect, Play, Prompt, Record, Recording, SayDigits
from qvoice.core.flow.events import CallerGone, Recorded, Reply
from qvoice.core.flow.requests import (
    CheckPin,
    FindFlow,
    Mailbox,
    OpenMailbox,
    SaveGreeting,
    SetPin,
    UpdateMailbox,
)
from tests.core.flow.mailbox import BYE, CHECK, COMPOSE, OWNER, SAVED, STORE, TAKE, WORLD, box, opened, run, says
from tests.core.flow.script import ANSWER, HANGUP, found, node

# --- leaving a message --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("mailbox", "heard"),
    [
        (box(), (Prompt("vm-theperson"), SayDigits("1000"), Prompt("vm-isunavail"), Prompt("vm-intro"))),
        (box(name_ref="n"), (Recording("n"), Prompt("vm-isunavail"), Prompt("vm-intro"))),
        (box(name_ref="n", unavailable_ref="un"), (Recording("un"), Prompt("vm-intro"))),
        (box(unavailable_ref="un", temporary_ref="t"), (Recording("t"), Prompt("vm-intro"))),
        (box(unavailable_ref="un", document={"skip_instructions": True}), (Recording("un"),)),
        (box(document={"skip_greeting": True}), (Prompt("vm-intro"),)),
    ],
)
def test_E1_the_greeting_fits_the_box_and_the_message_is_kept(mailbox: Mailbox, heard: tuple[Any, ...]) -> None:
    greeting = (Play(heard, "0123456789*#"), None)
    run(COMPOSE, [ANSWER, opened(mailbox), greeting, TAKE, (Collect, "1"), (STORE, True), SAVED, HANGUP])


def test_E1_no_greeting_and_no_instructions_go_straight_to_the_tone() -> None:
    silent = box(document={"skip_greeting": True, "skip_instructions": True})
    run(COMPOSE, [ANSWER, opened(silent), TAKE, (Collect, "1"), (STORE, True), SAVED, HANGUP])


def test_E1_review_listen_again_and_silence_keeps() -> None:
    again = (Record, Recorded("r2", 4.0, "silence"))
    steps = [
        ANSWER, opened(), (Play, None), TAKE, (Collect, "2"), (Play((Recording("r1"),), "0123456789*#"), None),
        (Collect, "3"),
        again, (Collect, "9"), (says("vm-sorry"), None), (Collect, ""), (Collect, ""), (Collect, ""),
        (lambda c: c.request.ref == "r2", True), SAVED, HANGUP,
    ]  # fmt: skip
    run(COMPOSE, steps)


def test_E1_too_short_a_message_is_asked_for_again() -> None:
    short = (Record, Recorded("r0", 0.4, "key", "#"))
    steps = [
        ANSWER,
        opened(),
        (Play, None),
        short,
        (says("vm-tooshort"), None),
        TAKE,
        (Collect, "#"),
        (STORE, True),
        SAVED,
        HANGUP,
    ]
    run(COMPOSE, steps)


@pytest.mark.parametrize("at", ["recording", "reviewing"])
def test_E1_a_caller_who_hangs_up_has_left_a_message(at: str) -> None:
    if at == "recording":
        steps = [(TAKE[0], CallerGone(Recorded("r1", 5.0, "hangup"))), (STORE, True)]
    else:
        steps = [TAKE, (Collect, CallerGone()), (STORE, True)]
    result = run(COMPOSE, [ANSWER, opened(), (Play, None), *steps])
    assert result.end.reason == "caller-gone"


def test_E1_a_caller_who_hangs_up_at_once_or_after_discarding_has_left_none() -> None:
    run(COMPOSE, [ANSWER, opened(), (Play, None), (Record, CallerGone(Recorded("r", 0.2, "hangup")))])
    run(COMPOSE, [ANSWER, opened(), (Play, None), TAKE, (Collect, "3"), (Record, CallerGone(None))])


def test_E1_a_message_is_not_stored_twice_when_the_caller_leaves_after_it_was_kept() -> None:
    run(
        COMPOSE,
        [ANSWER, opened(), (Play, None), TAKE, (Collect, "1"), (STORE, True), (says("vm-msgsaved"), CallerGone())],
    )


def test_1_8_the_data_layer_away_when_the_caller_has_gone_ends_quietly() -> None:
    steps = [ANSWER, opened(), (Play, None), TAKE, (Collect, CallerGone()), (STORE, Reply(None, "database away"))]
    assert run(COMPOSE, steps).end.reason == "caller-gone"


def test_1_8_disk_full_gets_an_apology_and_nothing_is_stored() -> None:
    failed = (Record, Recorded("", 0.0, "failed"))
    sorry = (says("im-sorry", "something-terribly-wrong"), None)
    run(COMPOSE, [ANSWER, opened(), (Play, None), failed, sorry, HANGUP])
    away = [(STORE, Reply(None, "away")), sorry]
    run(COMPOSE, [ANSWER, opened(), (Play, None), TAKE, (Collect, "1"), *away, HANGUP])


def test_1_8_what_fitted_on_a_full_disk_is_kept_and_the_speaker_is_told() -> None:
    cut = (Record, Recorded("r1", 5.0, "failed"))
    sorry = (says("im-sorry", "something-terribly-wrong"), None)
    run(COMPOSE, [ANSWER, opened(), (Play, None), cut, (STORE, True), sorry, HANGUP])


def test_E1_a_full_box_says_so() -> None:
    full = (says("vm-mailboxfull"), None)
    run(COMPOSE, [ANSWER, opened(box(new=60, saved=40)), full, HANGUP])
    run(COMPOSE, [ANSWER, opened(box(new=2, document={"max_message_count": 2})), full, HANGUP])
    run(COMPOSE, [ANSWER, opened(), (Play, None), TAKE, (Collect, "1"), (STORE, False), full, HANGUP])


def test_E1_a_box_without_a_limit_is_never_full() -> None:
    endless = box(new=5000, document={"max_message_count": 0})
    run(COMPOSE, [ANSWER, opened(endless), (Play, None), TAKE, (Collect, "1"), (STORE, True), SAVED, HANGUP])


def test_E1_announcement_only_takes_no_message() -> None:
    only = box(unavailable_ref="un", new=100, document={"announcement_only": True})
    run(COMPOSE, [ANSWER, opened(only), (Play((Recording("un"),), "0123456789*#"), None), HANGUP])


def test_E1_zero_leads_to_the_operator_before_and_after_the_message() -> None:
    operator = found(node("hangup"), WORLD, "op")
    to = (Ask(FindFlow("0", no_match=False)), operator)
    run(COMPOSE, [ANSWER, opened(), (Play, "0"), to, HANGUP])
    own = box(document={"operator_number": "1009"})
    run(COMPOSE, [ANSWER, opened(own), (Play, "0"), (Ask(FindFlow("1009", no_match=False)), operator), HANGUP])
    run(COMPOSE, [ANSWER, opened(), (Play, None), TAKE, (Collect, "0"), (STORE, True), SAVED, to, HANGUP])
    nobody = (Ask(FindFlow("0", no_match=False)), None)
    run(COMPOSE, [ANSWER, opened(), (Play, "0"), nobody, TAKE, (Collect, "1"), (STORE, True), SAVED, HANGUP])


def test_E1_star_logs_in_with_the_pin() -> None:
    steps = [
        ANSWER,
        opened(),
        (Play, "*"),
        (says("vm-password"), "1234"),
        (Ask(CheckPin("b", "1234")), "ok"),
        opened(),
        (Collect, "#"),
        BYE,
        HANGUP,
    ]
    run(COMPOSE, steps)


def test_E1_the_owner_reaches_the_box_from_an_own_device_but_a_forwarded_call_does_not() -> None:
    run(COMPOSE, [ANSWER, opened(), opened(), (says("vm-youhave"), "#"), BYE, HANGUP], **OWNER)
    forwarded = {**OWNER, "source": "loop"}
    run(COMPOSE, [ANSWER, opened(), (says("vm-intro"), CallerGone())], **forwarded)
    off = box(document={"check_if_owner": False})
    run(COMPOSE, [ANSWER, opened(off), (says("vm-intro"), CallerGone())], **OWNER)


def test_E1_the_captured_digits_name_the_box() -> None:
    steps = [ANSWER, (Ask(OpenMailbox(mailbox="1002")), None), (says("vm-incorrect-mailbox"), None), HANGUP]
    run(node("voicemail", {}), steps, capture_group="1002")


# --- getting in --------------------------------------------------------------------------------


def test_E1_the_owner_needs_no_pin_unless_the_box_requires_it() -> None:
    run(CHECK, [ANSWER, opened(), opened(), (Collect, "#"), BYE, HANGUP], **OWNER)
    strict = box(document={"require_pin": True})
    steps = [
        ANSWER,
        opened(strict),
        (says("vm-password"), "1"),
        (Ask(CheckPin("b", "1")), "ok"),
        opened(strict),
        (Collect, "#"),
        BYE,
        HANGUP,
    ]
    run(CHECK, steps, **OWNER)


def test_E1_three_wrong_pins_end_it_and_a_locked_box_at_once() -> None:
    wrong = [(says("vm-password"), "9"), (Ask(CheckPin("b", "9")), "wrong"), (says("vm-incorrect"), None)]
    run(CHECK, [ANSWER, opened(), *wrong * 3, BYE, HANGUP])
    locked = [(says("vm-password"), "9"), (Ask(CheckPin("b", "9")), "locked"), (says("vm-incorrect"), None)]
    run(CHECK, [ANSWER, opened(), *locked, BYE, HANGUP])


def test_E1_a_box_without_pin_opens_for_nobody_else() -> None:
    ask = [(says("vm-password"), ""), (says("vm-incorrect"), None)]
    run(CHECK, [ANSWER, opened(box(has_pin=False)), *ask * 3, BYE, HANGUP])


def test_E1_an_unknown_box_is_answered_like_a_wrong_pin() -> None:
    flow = node("voicemail", {"action": "check"})
    steps = [
        ANSWER,
        (says("vm-login"), "7777"), (Ask(OpenMailbox(mailbox="7777")), None), (says("vm-password"), "1"),
        (says("vm-incorrect-mailbox"), "1000"), (Ask(OpenMailbox(mailbox="1000")), box()), (says("vm-password"), "1"),
        (Ask(CheckPin("b", "1")), "wrong"),
        (says("vm-incorrect-mailbox"), ""), (says("vm-password"), ""),
        BYE, HANGUP,
    ]  # fmt: skip
    run(flow, steps)


@pytest.mark.parametrize(
    ("data", "facts"),
    [
        ({}, {"capture_group": "1000"}),
        ({"single_mailbox_login": True}, OWNER),
    ],
)
def test_E1_the_box_is_known_without_asking(data: dict[str, Any], facts: dict[str, Any]) -> None:
    flow = node("voicemail", {"action": "check", **data})
    steps = [ANSWER, (Ask(OpenMailbox(mailbox="1000")), box()), opened(), (Collect, "#"), BYE, HANGUP]
    run(flow, steps, **{**OWNER, **facts})


def test_E1_the_caller_id_may_name_the_box_but_is_no_key() -> None:
    from qvoice.core.ring.plan import CallerId

    flow = node("voicemail", {"action": "check", "callerid_match_login": True})
    steps = [ANSWER, (Ask(OpenMailbox(mailbox="1000")), box()), (says("vm-password"), CallerGone())]
    run(flow, steps, caller=CallerId("", "1000"))


def test_E1_the_first_login_sets_pin_name_and_greeting() -> None:
    fresh = box(document={"is_setup": False})
    take = [(Play, None), (Record, Recorded("r", 3.0, "key", "#")), (Collect, "1")]
    steps = [
        ANSWER, opened(fresh), (says("vm-newuser"), None),
        (says("vm-newpassword"), "1111"), (says("vm-reenterpassword"), "2222"), (says("vm-mismatch"), None),
        (says("vm-newpassword"), "1111"), (says("vm-reenterpassword"), "1111"), (Ask(SetPin("b", "1111")), False),
        (says("vm-invalid-password"), None),
        (says("vm-newpassword"), "4829"), (says("vm-reenterpassword"), "4829"), (Ask(SetPin("b", "4829")), True),
        (says("vm-passchanged"), None),
        (Ask(UpdateMailbox("b", (("is_pin_chosen", True),))), None),
        *take, (Ask(SaveGreeting("b", "name", "r")), None), SAVED,
        *take, (Ask(SaveGreeting("b", "unavailable", "r")), None), SAVED,
        (Ask(UpdateMailbox("b", (("is_setup", True),))), None),
        opened(), (Collect, "#"), BYE, HANGUP,
    ]  # fmt: skip
    run(CHECK, steps, **OWNER)


def test_E1_set_up_steps_done_before_a_hangup_are_not_asked_again() -> None:
    half = box(name_ref="n", unavailable_ref="un", document={"is_setup": False, "is_pin_chosen": True})
    done = (Ask(UpdateMailbox("b", (("is_setup", True),))), None)
    run(CHECK, [ANSWER, opened(half), (says("vm-newuser"), None), done, opened(), (Collect, "#"), BYE, HANGUP], **OWNER)
    fixed = box(document={"is_setup": False, "not_configurable": True})
    run(CHECK, [ANSWER, opened(fixed), opened(fixed), (Collect, "#"), BYE, HANGUP], **OWNER)
