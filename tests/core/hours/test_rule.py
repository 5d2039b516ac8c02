"""Temporal rules: every cycle, windows past midnight, overrides, and the minutes around the changes of the clock."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from qvoice.core.hours.ahead import next_change
from qvoice.core.hours.rule import in_force, zone
from qvoice.kit.clock import to_gregorian

TORONTO = "America/Toronto"
HOUR = 3600


def at(text: str, tz: str = TORONTO, fold: int = 0) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(tz), fold=fold)


def midnight(text: str) -> int:
    return to_gregorian(datetime.fromisoformat(text).replace(tzinfo=UTC))


def office(**more: Any) -> dict[str, Any]:
    days = ["monday", "tuesday", "wensday", "thursday", "friday"]
    return {"cycle": "weekly", "wdays": days, "time_window_start": 9 * HOUR, "time_window_stop": 18 * HOUR, **more}


@pytest.mark.parametrize(
    ("moment", "expected"),
    [
        ("2026-11-24T08:59:59", False),
        ("2026-11-24T09:00:00", True),
        ("2026-11-24T17:59:59", True),
        ("2026-11-24T18:00:00", False),
        ("2026-11-25T12:00:00", True),
        ("2026-11-28T12:00:00", False),
    ],
)
def test_D13_office_hours_to_the_second(moment: str, expected: bool) -> None:
    assert in_force(office(), at(moment), TORONTO) is expected


@pytest.mark.parametrize("spelling", ["wensday", "wednesday"])
def test_D13_both_spellings_of_wednesday(spelling: str) -> None:
    rule = office(wdays=[spelling])
    assert in_force(rule, at("2026-11-25T12:00:00"), TORONTO)
    assert not in_force(rule, at("2026-11-26T12:00:00"), TORONTO)


def test_D13_an_override_beats_the_clock() -> None:
    sunday = at("2026-11-22T03:00:00")
    assert in_force(office(enabled=True), sunday, TORONTO)
    assert not in_force(office(enabled=False), at("2026-11-24T12:00:00"), TORONTO)


def test_D13_the_same_moment_differs_by_zone() -> None:
    moment = datetime(2026, 11, 24, 14, 30, tzinfo=UTC)
    assert in_force(office(), moment, TORONTO)
    assert not in_force(office(), moment, "America/Vancouver")
    assert in_force(office(), moment, "UTC")
    assert in_force(office(), moment, "No/Such_Zone"), "an unknown zone counts as UTC"


def test_D13_a_rule_of_the_future_is_not_in_force() -> None:
    rule = office(start_date=midnight("2026-11-25"))
    assert not in_force(rule, at("2026-11-24T12:00:00"), TORONTO)
    assert in_force(rule, at("2026-11-25T12:00:00"), TORONTO)


def test_D13_a_start_date_stored_as_local_midnight_means_the_same_day() -> None:
    local = to_gregorian(at("2026-12-25T00:00:00", "Asia/Bangkok"))
    rule = {"cycle": "date", "start_date": local}
    assert in_force(rule, at("2026-12-25T00:00:00", "Asia/Bangkok"), "Asia/Bangkok")
    assert not in_force(rule, at("2026-12-24T23:59:59", "Asia/Bangkok"), "Asia/Bangkok")


def test_D13_a_window_past_midnight_belongs_to_the_day_it_starts_on() -> None:
    night = {"cycle": "weekly", "wdays": ["friday"], "time_window_start": 22 * HOUR, "time_window_stop": 6 * HOUR}
    assert not in_force(night, at("2026-11-27T21:59:59"), TORONTO)
    assert in_force(night, at("2026-11-27T22:00:00"), TORONTO)
    assert in_force(night, at("2026-11-28T05:59:59"), TORONTO)
    assert not in_force(night, at("2026-11-28T06:00:00"), TORONTO)
    assert not in_force(night, at("2026-11-27T05:00:00"), TORONTO), "Thursday's night is not Friday's"


def days_in_force(rule: dict[str, Any], first: date, count: int) -> list[str]:
    days = [first + timedelta(days=n) for n in range(count)]
    return [d.isoformat() for d in days if in_force(rule, at(f"{d.isoformat()}T12:00:00"), TORONTO)]


@pytest.mark.parametrize(
    ("rule", "expected"),
    [
        ({"cycle": "date", "start_date": "2026-02-10"}, ["2026-02-10"]),
        ({"cycle": "daily", "interval": 10, "start_date": "2026-02-01"}, ["2026-02-01", "2026-02-11", "2026-02-21"]),
        (
            {"cycle": "weekly", "interval": 2, "wdays": ["monday", "sunday"], "start_date": "2026-02-02"},
            ["2026-02-02", "2026-02-08", "2026-02-16", "2026-02-22"],
        ),
        ({"cycle": "monthly", "days": [1, 15, 31], "start_date": "2026-01-01"}, ["2026-02-01", "2026-02-15"]),
        (
            {"cycle": "monthly", "ordinal": "second", "wdays": ["tuesday"], "start_date": "2026-01-01"},
            ["2026-02-10"],
        ),
        ({"cycle": "monthly", "ordinal": "last", "wdays": ["friday"], "start_date": "2026-01-01"}, ["2026-02-27"]),
        ({"cycle": "monthly", "ordinal": "fifth", "wdays": ["friday"], "start_date": "2026-01-01"}, []),
        (
            {"cycle": "monthly", "ordinal": "every", "wdays": ["saturday"], "start_date": "2026-01-01"},
            ["2026-02-07", "2026-02-14", "2026-02-21", "2026-02-28"],
        ),
        ({"cycle": "monthly", "interval": 2, "days": [3], "start_date": "2026-01-01"}, []),
        ({"cycle": "yearly", "month": 2, "days": [14], "start_date": "2020-01-01"}, ["2026-02-14"]),
        (
            {"cycle": "yearly", "month": 2, "ordinal": "third", "wdays": ["monday"], "start_date": "2020-01-01"},
            ["2026-02-16"],
        ),
        ({"cycle": "yearly", "interval": 4, "month": 2, "days": [14], "start_date": "2024-01-01"}, []),
        ({"cycle": "nonsense"}, []),
        ({}, []),
    ],
)
def test_D13_every_cycle_over_february_2026(rule: dict[str, Any], expected: list[str]) -> None:
    stored = {**rule, "start_date": midnight(rule["start_date"])} if "start_date" in rule else rule
    assert days_in_force(stored, date(2026, 2, 1), 28) == expected


def minutes(rule: dict[str, Any], first: str, count: int) -> int:
    start = at(first).astimezone(UTC)
    return sum(in_force(rule, start + timedelta(minutes=n), TORONTO) for n in range(count))


def test_D13_the_day_the_clocks_go_forward_by_the_minute() -> None:
    whole = {"cycle": "daily"}
    early = {"cycle": "daily", "time_window_start": HOUR, "time_window_stop": 4 * HOUR}
    gap = {"cycle": "daily", "time_window_start": 2 * HOUR, "time_window_stop": 3 * HOUR}
    assert minutes(whole, "2026-03-08T00:00:00", 23 * 60) == 23 * 60
    assert minutes(early, "2026-03-08T00:00:00", 23 * 60) == 120, "01:00 to 04:00 is two hours long on this day"
    assert minutes(gap, "2026-03-08T00:00:00", 23 * 60) == 0, "02:00 to 03:00 does not exist on this day"
    nine = {"cycle": "daily", "time_window_start": 9 * HOUR, "time_window_stop": 17 * HOUR}
    before = datetime(2026, 3, 8, 12, 59, 59, tzinfo=UTC)
    assert not in_force(nine, before, TORONTO)
    assert in_force(nine, before + timedelta(seconds=1), TORONTO)
    assert minutes(nine, "2026-03-08T00:00:00", 23 * 60) == 8 * 60


def test_D13_the_day_the_clocks_go_back_by_the_minute() -> None:
    early = {"cycle": "daily", "time_window_start": HOUR, "time_window_stop": 2 * HOUR}
    assert minutes(early, "2026-11-01T00:00:00", 25 * 60) == 120, "01:00 to 02:00 comes twice on this day"
    nine = {"cycle": "daily", "time_window_start": 9 * HOUR, "time_window_stop": 17 * HOUR}
    assert not in_force(nine, datetime(2026, 11, 1, 13, 59, 59, tzinfo=UTC), TORONTO)
    assert in_force(nine, datetime(2026, 11, 1, 14, 0, 0, tzinfo=UTC), TORONTO)
    night = {"cycle": "daily", "time_window_start": 22 * HOUR, "time_window_stop": 6 * HOUR}
    assert minutes(night, "2026-10-31T22:00:00", 10 * 60) == 9 * 60


@pytest.mark.parametrize("bad", ["/etc/passwd", "../x", "", None, "No/Such", "a" * 5000])
def test_a_zone_that_is_none_is_refused(bad: str | None) -> None:
    assert zone(bad) is None


@pytest.mark.parametrize(
    "junk",
    [{"cycle": "weekly", "wdays": "monday"}, {"cycle": "monthly", "days": ["x", None]}, {"cycle": "daily",
    "interval": 0},
     {"cycle": "daily", "start_date": 10**18}, {"cycle": "daily", "start_date": -5}, {"cycle": 5,
     "time_window_start": "x"}],
)  # fmt: skip
def test_stored_nonsense_raises_nothing(junk: dict[str, Any]) -> None:
    assert in_force(junk, at("2026-11-24T12:00:00"), TORONTO) in (True, False)


@pytest.mark.parametrize(
    ("rule", "now", "then"),
    [
        ({"cycle": "weekly", "wdays": ["monday"], "time_window_start": 9 * HOUR, "time_window_stop": 17 * HOUR},
         "2026-11-27T20:00:00", "2026-11-30T09:00:00"),
        ({"cycle": "weekly", "wdays": ["monday"], "time_window_start": 9 * HOUR, "time_window_stop": 17 * HOUR},
         "2026-11-30T12:00:00", "2026-11-30T17:00:00"),
        ({"cycle": "daily", "time_window_start": 22 * HOUR, "time_window_stop": 6 * HOUR},
         "2026-11-27T03:00:00", "2026-11-27T06:00:00"),
        ({"cycle": "yearly", "month": 12, "days": [25, 26]}, "2026-12-25T10:00:00", "2026-12-27T00:00:00"),
        ({"cycle": "yearly", "month": 12, "days": [25]}, "2026-12-26T10:00:00", "2027-12-25T00:00:00"),
        # 02:30 is not there on this day: the window begins when the clock shows 03:00.
        ({"cycle": "daily", "time_window_start": 9000, "time_window_stop": 5 * HOUR},
         "2026-03-08T00:00:00", "2026-03-08T03:00:00"),
        ({"cycle": "daily"}, "2026-11-27T12:00:00", None),
        ({"cycle": "date", "start_date": midnight("2020-05-05T00:00:00")}, "2026-11-27T12:00:00", None),
        ({"cycle": "daily", "time_window_stop": HOUR, "enabled": True}, "2026-11-27T12:00:00", None),
    ],
)  # fmt: skip
def test_D13_when_a_rule_begins_or_stops_next(rule: dict[str, Any], now: str, then: str | None) -> None:
    assert next_change(rule, at(now), TORONTO) == (then and at(then))
