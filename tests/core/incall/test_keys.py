"""In-call keys and what they mean (D8)."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qvoice.core.flow.commands import Media, Speech
from qvoice.core.incall import acts as a
from qvoice.core.incall.keys import KEYS, KeyReader, Meant, Metaflows, merged
from qvoice.core.recording.rules import tape

HANG_UP: dict[str, Any] = {"module": "hangup"}
RECORD: dict[str, Any] = {"module": "record_call", "data": {"action": "toggle"}}
SEND: dict[str, Any] = {"module": "transfer", "data": {"transfer_type": "attended"}}


def press(reader: KeyReader, keys: str, *, at: float = 0.0, gap: float = 0.2) -> list[Meant | None]:
    return [reader.press(key, at + n * gap) for n, key in enumerate(keys)]


def test_D8_a_key_after_the_binding_digit_is_done_at_once_when_it_can_mean_nothing_else() -> None:
    reader = KeyReader(Metaflows(numbers={"1": HANG_UP, "22": RECORD}))
    assert press(reader, "1") == [None], "without the binding digit keys are the other party's"
    assert press(reader, "*1") == [None, Meant(HANG_UP)]
    assert press(reader, "*22") == [None, None, Meant(RECORD)]


def test_D8_a_pattern_waits_for_more_digits_or_a_hash() -> None:
    flows = Metaflows(numbers={"2": RECORD}, patterns={r"^2(\d+)$": SEND})
    reader = KeyReader(flows)
    assert press(reader, "*2100") == [None] * 5
    assert reader.late(1.0) is None
    assert reader.late(10.0) == Meant(SEND, "100")
    assert press(reader, "*2100#")[-1] == Meant(SEND, "100")
    assert press(reader, "*2#")[-1] == Meant(RECORD)


def test_a_forgotten_binding_digit_is_forgotten() -> None:
    reader = KeyReader(Metaflows(numbers={"1": HANG_UP}))
    assert press(reader, "*") == [None]
    assert press(reader, "1", at=60.0) == [None]
    assert press(reader, "*1", at=61.0)[-1] == Meant(HANG_UP)


@given(st.text(alphabet=KEYS, max_size=60))
def test_no_keys_break_the_reader_and_nothing_is_meant_without_the_binding_digit(keys: str) -> None:
    reader = KeyReader(Metaflows(numbers={"1": HANG_UP, "12": RECORD}, patterns={r"^9(.*)$": SEND}))
    meant = [m for m in [*press(reader, keys), reader.late(1e9)] if m is not None]
    assert len(meant) <= keys.count("*")
    assert reader.due is None


def test_D8_the_more_exact_document_wins_and_none_is_armed_by_default() -> None:
    assert not merged({}, {"metaflows": {"binding_digit": "#"}}, None)
    account = {"metaflows": {"numbers": {"1": HANG_UP, "2": RECORD}, "digit_timeout": 800}}
    device = {"metaflows": {"numbers": {"2": SEND}, "binding_digit": "#", "listen_on": "both", "digit_timeout": "x"}}
    flows = merged(account, {}, device)
    assert flows == Metaflows("#", 0.8, "both", {"1": HANG_UP, "2": SEND}, {})


@pytest.mark.parametrize(
    ("node", "act"),
    [
        (HANG_UP, a.HangUp()),
        ({"module": "break"}, a.Break()),
        ({"module": "transfer", "data": {"target": "1002"}}, a.Transfer("1002")),
        (SEND | {"data": {"transfer_type": "attended", "takeback_dtmf": "9"}}, a.Transfer("55", True, take_back="9")),
        ({"module": "hold", "data": {"unhold_key": "7", "moh": "m1"}}, a.Hold("7", "m1")),
        ({"module": "resume"}, a.Resume()),
        (RECORD, a.Record("toggle", tape({"action": "toggle"}, origin="key"))),
        ({"module": "record_call", "data": {"action": "explode"}}, None),
        ({"module": "play", "data": {"id": "a" * 32, "leg": "peer"}}, a.Hear((Media("a" * 32),), "peer")),
        ({"module": "say", "data": {"text": "Hello"}}, a.Hear((Speech("Hello"),))),
        ({"module": "callflow", "data": {"id": "f1"}}, a.RunFlow("f1")),
        ({"module": "move", "data": {"device_id": "d1"}}, a.Move("d1")),
        ({"module": "audio_level", "data": {"level": 2, "mode": "write"}}, a.AudioLevel(True, 2)),
        ({"module": "audio_level", "data": {"level": -1, "mode": "read"}}, a.AudioLevel(False, -1)),
        ({"module": "audio_level", "data": {"action": "stop", "mode": "read"}}, a.AudioLevel(False, 0)),
        ({"module": "audio_level", "data": {"level": 99}}, None),
        ({"module": "sound_touch"}, None),
        ("nonsense", None),
    ],
)
def test_D8_what_a_node_does(node: Any, act: a.Act | None) -> None:
    assert a.acts_of(node, captured="55") == ([act] if act is not None else [])


def test_children_are_done_next_and_never_endlessly() -> None:
    chain: dict[str, Any] = {"module": "break"}
    for _ in range(100):
        chain = {"module": "resume", "children": {"_": chain}}
    assert a.acts_of(chain) == [a.Resume()] * a.MAX_ACTS
    assert a.acts_of({"module": "resume", "children": {"_": HANG_UP}}) == [a.Resume(), a.HangUp()]
