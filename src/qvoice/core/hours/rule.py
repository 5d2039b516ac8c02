"""Temporal rules: is this rule in force at this moment, in this zone? (kazoo.md 1.3)

All is decided by the wall clock of the zone: 09:00 is 09:00 on the days the clocks change, a window over the missing
hour is shorter and one
over the repeated hour longer. A window whose stop is not after its start runs past midnight and belongs to the day
it started on.
"""

from __future__ import annotations

import calendar
from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime, timedelta, tzinfo
from typing import Any
from zoneinfo import ZoneInfo

from qvoice.kit.clock import from_gregorian

DAY = 86400
"""Seconds in a day of the wall clock."""

FIRST_DAY = 62_586_115_200
"""Default `start_date`, Gregorian seconds (Monday 1983-04-11; the dialect's)."""

LAST_DAY = 315_000_000_000
"""Latest start_date taken literally (year 9981); later ones are as good as never."""

_WEEKDAYS = {
    "monday": 0, "tuesday": 1, "wednesday": 2, "wensday": 2, "thursday": 3, "friday": 4, "saturday": 5, "sunday": 6,
}  # fmt: skip
"""`wensday` is how the dialect spells it; both are accepted."""

_ORDINALS = {"first": 1, "second": 2, "third": 3, "fourth": 4, "fifth": 5, "last": -1, "every": 0}


def zone(name: str | None) -> ZoneInfo | None:
    """Return the IANA zone, or None when there is none of that name."""
    if not name or name.startswith(("/", ".")) or ".." in name:
        return None
    try:
        return ZoneInfo(name)
    except (ValueError, OSError, KeyError):
        return None


def in_force(rule: Mapping[str, Any], now: datetime, timezone: str) -> bool:
    """Tell whether a temporal rule is in force at `now` (aware) in `timezone` (an unknown zone counts as UTC).

    `enabled` true or false overrides the clock. A rule whose start_date is to come is not in force.
    """
    enabled = rule.get("enabled")
    if isinstance(enabled, bool):
        return enabled
    return matches(rule, now, timezone)


def matches(rule: Mapping[str, Any], now: datetime, timezone: str) -> bool:
    """As `in_force`, by the clock alone."""
    where = zone(timezone) or UTC
    local = now.astimezone(where)
    second = local.hour * 3600 + local.minute * 60 + local.second
    start, stop = window(rule)
    today = local.date()
    first = _first_day(rule, where)
    if start < stop:
        return start <= second < stop and _is_day(rule, today, first)
    after_midnight = second < stop and _is_day(rule, today - timedelta(days=1), first)
    return (second >= start and _is_day(rule, today, first)) or after_midnight


def window(rule: Mapping[str, Any]) -> tuple[int, int]:
    """Return from and to in seconds of the day; a stop that is not after the start is of the next day."""
    return _seconds(rule.get("time_window_start"), 0), _seconds(rule.get("time_window_stop"), DAY)


def window_days(rule: Mapping[str, Any], since: date, until: date, where: tzinfo) -> Iterator[date]:
    """Yield the days from `since` to `until` on which a window of the rule starts."""
    first = _first_day(rule, where)
    for offset in range((until - since).days + 1):
        if _is_day(rule, day := since + timedelta(days=offset), first):
            yield day


def _is_day(rule: Mapping[str, Any], day: date, first: date) -> bool:
    """Tell whether a window of the rule starts on this day."""
    if day < first:
        return False
    interval = max(1, _number(rule.get("interval"), 1))
    match rule.get("cycle"):
        case "date":
            return day == first
        case "daily":
            return (day - first).days % interval == 0
        case "weekly":
            weeks = (_monday(day) - _monday(first)).days // 7
            days = _weekdays(rule) or {first.weekday()}
            return weeks % interval == 0 and day.weekday() in days
        case "monthly":
            months = (day.year - first.year) * 12 + day.month - first.month
            return months % interval == 0 and _is_day_of_month(rule, day, first)
        case "yearly":
            month = _number(rule.get("month"), first.month)
            in_turn = (day.year - first.year) % interval == 0
            return in_turn and day.month == month and _is_day_of_month(rule, day, first)
        case _:
            return False


def _is_day_of_month(rule: Mapping[str, Any], day: date, first: date) -> bool:
    """`days`, or `ordinal` + `wdays` (`every`: all such weekdays; `last`; `fifth` only where there is one)."""
    ordinal = rule.get("ordinal")
    weekdays = _weekdays(rule)
    if isinstance(ordinal, str) and ordinal in _ORDINALS and weekdays:
        if day.weekday() not in weekdays:
            return False
        which = _ORDINALS[ordinal]
        if which == -1:
            return day.day + 7 > calendar.monthrange(day.year, day.month)[1]
        return which == 0 or (day.day - 1) // 7 + 1 == which
    listed = rule.get("days")
    days = {_number(d, 0) for d in listed} - {0} if isinstance(listed, list | tuple) else set[int]()
    return day.day in (days or {first.day})


def _first_day(rule: Mapping[str, Any], where: tzinfo) -> date:
    """Return the day of `start_date`. It means a day but is stored as a moment: midnight UTC (by tools) or of the
    zone (by forms)."""
    seconds = _number(rule.get("start_date"), FIRST_DAY)
    if seconds % DAY == 0 and seconds >= FIRST_DAY - DAY:
        return from_gregorian(min(seconds, LAST_DAY)).date()
    return from_gregorian(min(max(seconds, FIRST_DAY), LAST_DAY)).astimezone(where).date()


def _weekdays(rule: Mapping[str, Any]) -> set[int]:
    named = rule.get("wdays")
    names = named if isinstance(named, list | tuple) else ()
    return {_WEEKDAYS[name.lower()] for name in names if isinstance(name, str) and name.lower() in _WEEKDAYS}


def _monday(day: date) -> date:
    return day - timedelta(days=day.weekday())


def _seconds(value: Any, default: int) -> int:
    return min(DAY, max(0, _number(value, default)))


def _number(value: Any, default: int) -> int:
    if isinstance(value, bool):
        return default
    if isinstance(value, int | float):
        return int(value)
    return int(value) if isinstance(value, str) and value.isascii() and value.isdigit() and len(value) < 16 else default
