"""When a temporal rule begins or stops to be in force next: what people are shown beside it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from typing import Any

from qvoice.core.hours.rule import DAY, matches, window, window_days, zone

DAYS_AHEAD = 370
"""How far to look: a yearly rule comes again within this."""


def next_change(rule: Mapping[str, Any], now: datetime, timezone: str) -> datetime | None:
    """Return the first moment (UTC, to the second) after `now` at which the clock makes the rule begin or stop to be in
    force; None when it does neither within `DAYS_AHEAD` days, or when `enabled` overrides the clock.
    """
    if isinstance(rule.get("enabled"), bool):
        return None
    state, known = matches(rule, now, timezone), now.astimezone(UTC).replace(microsecond=0)
    for edge in _edges(rule, now.astimezone(zone(timezone) or UTC)):
        moment = edge.astimezone(UTC)
        if moment <= known:
            continue
        if matches(rule, moment, timezone) != state:
            return _first(rule, known, moment, timezone, state=state)
        known = moment
    return None


def _edges(rule: Mapping[str, Any], local: datetime) -> Iterator[datetime]:
    where, (start, stop) = local.tzinfo or UTC, window(rule)
    first = local.date() - timedelta(days=1)
    for day in window_days(rule, first, first + timedelta(days=DAYS_AHEAD), where):
        yield _at(day, start, where)
        yield _at(day, stop if start < stop else stop + DAY, where)


def _at(day: date, second: int, where: tzinfo) -> datetime:
    days, rest = divmod(second, DAY)
    return datetime.combine(day + timedelta(days=days), time(), where) + timedelta(seconds=rest)


def _first(rule: Mapping[str, Any], low: datetime, high: datetime, timezone: str, *, state: bool) -> datetime:
    """Return the first second in (low, high] that is not `state`: where the clocks change it is not at an edge."""
    while (gap := int((high - low).total_seconds())) > 1:
        middle = low + timedelta(seconds=gap // 2)
        if matches(rule, middle, timezone) == state:
            low = middle
        else:
            high = middle
    return high
