"""Working days of carriers: Monday to Friday but for public holidays, where we know them (United States, Canada).

United States: 5 U.S.C. 6103, a holiday on Saturday is kept on Friday, one on Sunday on Monday. Canada: general holidays
of the Canada Labour Code, Part III, kept on the next Monday (Boxing Day on the next free day) when on a weekend.
"""

from __future__ import annotations

from datetime import date, timedelta
from functools import cache

MONDAY, THURSDAY, SATURDAY, SUNDAY = 0, 3, 5, 6


def is_working_day(day: date, country: str = "") -> bool:
    """Tell whether carriers of `country` (ISO 3166; others than US and CA have weekends only) work on a day."""
    return day.weekday() < SATURDAY and day not in holidays(day.year, country)


def next_working_day(day: date, country: str = "") -> date:
    """Return `day`, or the next working day after it."""
    while not is_working_day(day, country):
        day += timedelta(days=1)
    return day


@cache
def holidays(year: int, country: str) -> frozenset[date]:
    """Return the days of a year on which public holidays are kept."""
    if country == "US":
        fixed = [date(year, 1, 1), date(year, 6, 19), date(year, 7, 4), date(year, 11, 11), date(year, 12, 25)]
        memorial = date(year, 5, 31) - timedelta(days=date(year, 5, 31).weekday())
        moving = [_nth(year, 1, MONDAY, 3), _nth(year, 2, MONDAY, 3), memorial]
        moving += [_nth(year, 9, MONDAY, 1), _nth(year, 10, MONDAY, 2), _nth(year, 11, THURSDAY, 4)]
        kept = [day + timedelta(days={SATURDAY: -1, SUNDAY: 1}.get(day.weekday(), 0)) for day in fixed]
        if date(year + 1, 1, 1).weekday() == SATURDAY:
            kept.append(date(year, 12, 31))
        return frozenset((*kept, *moving))
    if country == "CA":
        fixed = [date(year, 1, 1), date(year, 7, 1), date(year, 9, 30), date(year, 11, 11), date(year, 12, 25)]
        kept = [day + timedelta(days={SATURDAY: 2, SUNDAY: 1}.get(day.weekday(), 0)) for day in fixed]
        boxing = date(year, 12, 26)
        while boxing.weekday() >= SATURDAY or boxing in kept:
            boxing += timedelta(days=1)
        victoria = date(year, 5, 24) - timedelta(days=date(year, 5, 24).weekday())
        moving = [_easter(year) - timedelta(days=2), victoria, _nth(year, 9, MONDAY, 1), _nth(year, 10, MONDAY, 2)]
        return frozenset((*kept, boxing, *moving))
    return frozenset()


def _nth(year: int, month: int, weekday: int, n: int) -> date:
    first = date(year, month, 1)
    return first + timedelta(days=(weekday - first.weekday()) % 7 + 7 * (n - 1))


def _easter(year: int) -> date:
    """Easter Sunday of the Gregorian calendar (Meeus, Jones and Butcher)."""
    a, b, c = year % 19, year // 100, year % 100
    h = (19 * a + b - b // 4 - (b - (b + 8) // 25 + 1) // 3 + 15) % 30
    k = (32 + 2 * (b % 4) + 2 * (c // 4) - h - c % 4) % 7
    m = (a + 11 * h + 22 * k) // 451
    return date(year, (h + k - 7 * m + 114) // 31, (h + k - 7 * m + 114) % 31 + 1)
