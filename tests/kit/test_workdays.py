"""Public holidays of the two countries whose carriers we know, against the published calendars."""

from __future__ import annotations

from datetime import date

import pytest

from qvoice.kit.workdays import is_working_day, next_working_day


@pytest.mark.parametrize(
    ("country", "days"),
    [
        # www.opm.gov, federal holidays of 2026, and the last day of 2027 for New Year 2028
        ("US", "2026-01-01 2026-01-19 2026-02-16 2026-05-25 2026-06-19 2026-07-03 2026-09-07 2026-10-12 2026-11-11"),
        ("US", "2026-11-26 2026-12-25 2027-07-05 2027-12-31"),
        # www.canada.ca, public holidays of 2026 and 2027
        ("CA", "2026-01-01 2026-04-03 2026-05-18 2026-07-01 2026-09-07 2026-09-30 2026-10-12 2026-11-11 2026-12-25"),
        ("CA", "2026-12-28 2027-03-26 2027-05-24 2027-12-27 2027-12-28"),
    ],
)
def test_B4_holidays_are_no_working_days(country, days):
    for day in days.split():
        assert not is_working_day(date.fromisoformat(day), country), day
        assert is_working_day(date.fromisoformat(day), "FR"), day


def test_B4_other_days_are_working_days_but_weekends():
    assert is_working_day(date(2026, 11, 27), "US")
    assert next_working_day(date(2026, 11, 26), "US") == date(2026, 11, 27)
    assert next_working_day(date(2026, 12, 25), "CA") == date(2026, 12, 29)
    assert next_working_day(date(2026, 11, 28)) == date(2026, 11, 30)
