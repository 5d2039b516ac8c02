"""The cycles in which minutes are given: which one a moment is in, when it begins and ends, which a month had.

Cycles are those of a clock: minutes, hours, days, weeks that begin on Monday (ISO 8601), months. Hours and minutes
carry the clock's distance from UTC, so that the hour that comes twice in autumn is two hours.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

CYCLES = ("minutely", "hourly", "daily", "weekly", "monthly")
_SHORT = {"minutely": timedelta(minutes=1), "hourly": timedelta(hours=1)}
_SHORT_NAMES = {"minutely": "%Y-%m-%dT%H:%M%z", "hourly": "%Y-%m-%dT%H%z"}


def _local(now: datetime, zone: str) -> datetime:
    try:
        return now.astimezone(ZoneInfo(zone or "UTC"))
    except (ZoneInfoNotFoundError, ValueError):
        return now


def period(cycle: str, now: datetime, zone: str) -> str:
    """Return the cycle that `now` is in by the clock of `zone`: `2026-11-27T14:05-0500`, `2026-11-27T14-0500`,
    `2026-11-27`, `2026-W48` or `2026-11`. An unknown zone is the one that `now` is in.
    """
    local = _local(now, zone)
    if cycle in _SHORT_NAMES:
        return f"{local:{_SHORT_NAMES[cycle]}}"
    return _of_day(cycle, local.date())


def local_day(now: datetime, zone: str) -> date:
    """Return the day that `now` is in by the clock of `zone`."""
    return _local(now, zone).date()


def _of_day(cycle: str, day: date) -> str:
    if cycle == "weekly":
        year, week, _ = day.isocalendar()
        return f"{year}-W{week:02d}"
    return f"{day:%Y-%m-%d}" if cycle == "daily" else f"{day:%Y-%m}"


def bounds(cycle: str, now: datetime, zone: str) -> tuple[datetime, datetime]:
    """Return when the cycle that `now` is in begins, and when the next one does."""
    local = _local(now, zone)
    if cycle in _SHORT:
        begin = local.replace(second=0, microsecond=0)
        if cycle == "hourly":
            begin = begin.replace(minute=0)
        return begin, (begin.astimezone(UTC) + _SHORT[cycle]).astimezone(local.tzinfo)
    first = local.date()
    if cycle == "weekly":
        first -= timedelta(days=first.weekday())
        after = first + timedelta(days=7)
    elif cycle == "daily":
        after = first + timedelta(days=1)
    else:
        first = first.replace(day=1)
        after = (first + timedelta(days=31)).replace(day=1)
    midnight = datetime.min.time()
    return (
        datetime.combine(first, midnight, tzinfo=local.tzinfo),
        datetime.combine(after, midnight, tzinfo=local.tzinfo),
    )


def begun(cycle: str, first: date, last: date) -> tuple[str, str, int]:
    """Return the names between which the cycles lie that begin from `first` to `last`, both included, and how many
    there are (0: none; of hours and minutes, those of days of 24 hours).
    """
    if cycle in _SHORT:
        days = (last - first).days + 1
        return f"{first:%Y-%m-%d}T", f"{last:%Y-%m-%d}T~", days * (timedelta(days=1) // _SHORT[cycle])
    all_days = (first + timedelta(days=n) for n in range((last - first).days + 1))
    names = [_of_day(cycle, day) for day in all_days if _begins(cycle, day)]
    return (names[0], names[-1], len(names)) if names else ("", "", 0)


def _begins(cycle: str, day: date) -> bool:
    return cycle == "daily" or (day.weekday() == 0 if cycle == "weekly" else day.day == 1)


def is_of(name: str, cycle: str) -> bool:
    """Whether a cycle's name is one of this kind: a bundle whose cycle was changed has left others behind."""
    if "T" in name:
        return cycle == ("minutely" if ":" in name else "hourly")
    return cycle == ("weekly" if "W" in name else "daily" if len(name) == 10 else "monthly")
