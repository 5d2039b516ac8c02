"""The time a report is about: whole days of a time zone, cut into hours, days or months as that zone has them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from qvoice.kit.errors import Invalid

HOUR, DAY, MONTH = "hour", "day", "month"
LONGEST = {HOUR: 62, DAY: 400, MONTH: 3_700}
"""Most days of a report by how it is cut: more columns than these nobody reads."""
DEFAULT_DAYS = 30
QUARTER = timedelta(minutes=15)


@dataclass(frozen=True, slots=True)
class Period:
    """From the beginning of `first` to the end of `last`, days of `timezone`."""

    first: date
    last: date
    timezone: str

    @property
    def since(self) -> datetime:
        """The first instant, in UTC."""
        return _begin(self.first, ZoneInfo(self.timezone))

    @property
    def until(self) -> datetime:
        """The first instant after it, in UTC."""
        return _begin(self.last + timedelta(days=1), ZoneInfo(self.timezone))

    def whole_days(self) -> tuple[datetime, datetime]:
        """Return the part that is whole days of UTC; an empty one at the end when there is none."""
        since, until = self.since, self.until
        first = _midnight(since + timedelta(days=1) - timedelta(microseconds=1))
        last = _midnight(until)
        return (first, last) if first < last else (until, until)

    def begins(self, by: str) -> list[datetime]:
        """Return where the hours, days or months of it begin, in UTC; the first is cut short where it began before.

        Hours are those of a clock on the wall: 23 or 25 a day when it is put forward or back.
        """
        zone = ZoneInfo(self.timezone)
        if by == HOUR:
            found, at = [], self.since
            while at < self.until:
                found.append(at)
                at += timedelta(hours=1) - timedelta(minutes=at.astimezone(zone).minute)
            return found
        days = [self.first + timedelta(days=n) for n in range((self.last - self.first).days + 1)]
        return [_begin(day, zone) for day in days if by == DAY or day == self.first or day.day == 1]

    def label(self, at: datetime, by: str) -> str:
        """Return the local name of the part that begins then: `2026-11-01T01:00-04:00`, `2026-11-01`, `2026-11`."""
        local = at.astimezone(ZoneInfo(self.timezone))
        if by == HOUR:
            return local.isoformat(timespec="minutes")
        return f"{local:%Y-%m}" if by == MONTH else f"{local:%Y-%m-%d}"


def read(query: Sequence[tuple[str, str]], *, timezone: str, now: datetime, by: str = DAY) -> Period:
    """Read `from` and `to` (days such as 2026-11-01, both included) and `timezone`; the last 30 days of the account's
    zone without them. Raises Invalid.
    """
    given = dict(query)
    zone = given.get("timezone") or timezone
    try:
        ZoneInfo(zone)
    except (ValueError, OSError, KeyError) as problem:
        why = "the time zone must be a name such as America/Toronto"
        raise Invalid.field("timezone", "invalid", why) from problem
    last = _day(given, "to") or now.astimezone(ZoneInfo(zone)).date()
    first = _day(given, "from") or max(last, date(2000, 1, 1)) - timedelta(days=DEFAULT_DAYS - 1)
    if first > last:
        raise Invalid.field("from", "date_range", "`from` is after `to`")
    most = LONGEST[by]
    if (last - first).days >= most:
        raise Invalid.field("to", "date_range", f"at most {most} days at once when cut by the {by}: ask for fewer")
    return Period(first, last, zone)


def read_by(query: Sequence[tuple[str, str]]) -> str:
    """Read `by`: hour, day or month. Raises Invalid."""
    by = dict(query).get("by") or DAY
    if by not in LONGEST:
        raise Invalid.field("by", "enum", "`by` must be hour, day or month")
    return by


def _day(given: dict[str, str], key: str) -> date | None:
    text = given.get(key)
    if not text:
        return None
    try:
        day = date.fromisoformat(text)
    except ValueError as problem:
        raise Invalid.field(key, "format", f"`{key}` must be a day such as 2026-11-01") from problem
    if not 2000 <= day.year <= 2200:
        raise Invalid.field(key, "date_range", f"`{key}` must be a day from 2000 to 2200")
    return day


def _begin(day: date, zone: ZoneInfo) -> datetime:
    # Where clocks change at midnight: the earlier of two midnights, and the change itself where there is none.
    return datetime.combine(day, time(), zone).astimezone(UTC)


def _midnight(at: datetime) -> datetime:
    return at.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
