"""Which conversations are recorded, and how (D8)."""

from __future__ import annotations

from typing import Any

import pytest

from qvoice.core.recording.rules import Tape, conversation, tape

ON, OFF = {"enabled": True}, {"enabled": False}
NOBODY: tuple[dict[str, Any], dict[str, Any]] = ({}, {})


def decide(account=None, *, caller=NOBODY, callee=NOBODY, from_carrier=False, to_carrier=False) -> Tape | None:
    document = {"call_recording": account} if account else {}
    return conversation(document, caller=caller, callee=callee, from_carrier=from_carrier, to_carrier=to_carrier)


def user(**rules: Any) -> tuple[dict[str, Any], dict[str, Any]]:
    return {"call_recording": rules}, {}


def test_nothing_is_recorded_by_default() -> None:
    assert decide() is None


def test_D8_a_users_outgoing_and_incoming_calls_are_told_apart() -> None:
    assert decide(caller=user(outbound={"any": ON})) is not None
    assert decide(callee=user(outbound={"any": ON})) is None
    assert decide(callee=user(inbound={"any": ON})) is not None
    assert decide(caller=user(inbound={"any": ON})) is None
    assert decide(callee=user(any={"any": ON})) is not None


@pytest.mark.parametrize(("outside", "recorded"), [(True, True), (False, False)])
def test_D8_onnet_and_offnet_are_told_apart(outside: bool, recorded: bool) -> None:
    callee = user(inbound={"offnet": ON})
    assert (decide(caller=None, callee=callee, from_carrier=outside) is not None) is recorded


def test_D8_the_more_exact_rule_wins_also_to_say_no() -> None:
    assert decide(callee=user(any={"any": ON}, inbound={"offnet": OFF}), caller=None, from_carrier=True) is None
    assert decide(callee=user(any={"any": ON}, inbound={"offnet": OFF})) is not None


def test_D8_device_beats_user_beats_account() -> None:
    account = {"endpoint": {"any": {"any": ON | {"format": "wav", "time_limit": 60}}}}
    plain = decide(account)
    assert plain is not None
    assert (plain.format, plain.time_limit, plain.origin) == ("wav", 60, "endpoint")
    own = ({"call_recording": {"any": {"any": {"time_limit": 90}}}}, {"call_recording": {"any": {"any": OFF}}})
    assert decide(account, caller=own, callee=None, to_carrier=True) is None
    mixed = decide(account, caller=(own[0], {}), callee=None, to_carrier=True)
    assert mixed is not None
    assert (mixed.format, mixed.time_limit) == ("wav", 90)


def test_D8_the_accounts_own_rule_is_for_every_conversation() -> None:
    account = {"account": {"inbound": {"offnet": ON}}}
    assert decide(account, caller=None, callee=NOBODY, from_carrier=True) is not None
    assert decide(account, to_carrier=True, callee=None) is None
    assert decide({"account": {"any": {"onnet": ON}}}) is not None


def test_settings_are_bounded_and_wrong_ones_left_out() -> None:
    wild = {
        "format": "exe",
        "time_limit": 10**7,
        "record_min_sec": "3",
        "record_sample_rate": 48000,
        "url": "ftp://example.com/",
        "method": "DELETE",
        "should_follow_transfer": False,
        "record_on_answer": True,
    }
    made = tape(wild, origin="flow")
    assert made == Tape(time_limit=10_800, min_seconds=3, wide=True, follow=False, begins="answer")
    assert Tape.from_json({**made.to_json(), "newer": 1}) == made
    assert tape({"time_limit": 1, "url": "https://example.com/x", "method": "POST"}, origin="key").time_limit == 5


@pytest.mark.parametrize(
    ("more", "begins"), [({}, "now"), ({"record_on_answer": True}, "answer"), ({"record_on_bridge": True}, "bridge")]
)
def test_D8_a_rule_begins_with_the_call_unless_it_says_otherwise(more: dict[str, Any], begins: str) -> None:
    made = decide({"account": {"any": {"any": ON | more}}}, callee=None)
    assert made is not None
    assert made.begins == begins
