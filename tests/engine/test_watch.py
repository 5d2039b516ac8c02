"""When silence is long enough, and when it is no mere slowness."""

from __future__ import annotations

from qvoice.engine.health import Verdict
from qvoice.engine.watch import HANGS_AFTER, Silence

WELL = Verdict(True, True)
UNWELL = Verdict(True, False, "the database is away")
SILENT = Verdict(False, False, "no answer")
PARTLY = Verdict(False, False, "no answer to OPTIONS", in_part=True)


def test_a_process_hangs_after_a_minute_of_silence_and_not_before() -> None:
    silence = Silence()
    assert not silence.hears(SILENT, 100.0)
    assert not silence.hears(SILENT, 100.0 + HANGS_AFTER - 1)
    assert silence.hears(SILENT, 100.0 + HANGS_AFTER)
    assert not silence.dubious


def test_an_answer_ends_the_silence_even_one_that_is_not_well() -> None:
    silence = Silence()
    silence.hears(SILENT, 0.0)
    silence.hears(UNWELL, 50.0)
    assert not silence.hears(SILENT, 70.0)
    assert silence.hears(SILENT, 70.0 + HANGS_AFTER)


def test_a_process_that_answers_in_part_twice_in_a_row_is_dubious() -> None:
    silence = Silence()
    silence.hears(PARTLY, 0.0)
    assert not silence.dubious
    silence.hears(PARTLY, 5.0)
    assert silence.dubious
    silence.hears(WELL, 10.0)
    silence.hears(PARTLY, 15.0)
    assert not silence.dubious


def test_a_busy_machine_on_which_nothing_answers_is_not_dubious() -> None:
    silence = Silence()
    silence.hears(PARTLY, 0.0)
    silence.hears(SILENT, 5.0)
    silence.hears(PARTLY, 10.0)
    assert not silence.dubious
