"""Time: UTC inside; the REST dialect shows Gregorian seconds (seconds since year 0)."""

from __future__ import annotations

from datetime import UTC, datetime

GREGORIAN_OFFSET = 62_167_219_200
"""Seconds between year 0 and 1970, the difference between Gregorian seconds and Unix time."""


def utcnow() -> datetime:
    """Return the current time, aware, in UTC. Only processes call this; rules take `now`."""
    return datetime.now(UTC)


def to_gregorian(at: datetime) -> int:
    """Return `at` as Gregorian seconds."""
    return int(at.timestamp()) + GREGORIAN_OFFSET


def from_gregorian(seconds: int | float) -> datetime:
    """Return the UTC time for Gregorian seconds; raises ValueError when out of range."""
    try:
        return datetime.fromtimestamp(seconds - GREGORIAN_OFFSET, UTC)
    except (OverflowError, OSError) as problem:
        raise ValueError(f"{seconds} is not a time in Gregorian seconds") from problem
