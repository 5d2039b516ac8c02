"""A line of a rate sheet as carriers and the dialect write them (kazoo.md 5.2), and what is wrong with it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any

from qvoice.core.dialing.pattern import BadPattern, check
from qvoice.core.rating.deck import MAX_PREFIX
from qvoice.core.rating.rate import DEFAULT_WEIGHT, INBOUND, OUTBOUND, ZERO, Rate

COLUMNS = (
    "prefix",
    "rate_cost",
    "rate_surcharge",
    "rate_minimum",
    "rate_increment",
    "rate_nocharge_time",
    "weight",
    "rate_name",
    "description",
    "direction",
    "routes",
    "caller_id_numbers",
    "options",
    "carrier",
    "iso_country_code",
    "internal_rate_cost",
)
"""What a sheet may have; the first two it must have."""

ALIASES = {
    "cost": "rate_cost",
    "price": "rate_cost",
    "rate": "rate_cost",
    "surcharge": "rate_surcharge",
    "connect_fee": "rate_surcharge",
    "minimum": "rate_minimum",
    "increment": "rate_increment",
    "nocharge": "rate_nocharge_time",
    "free_seconds": "rate_nocharge_time",
    "name": "rate_name",
    "destination": "description",
    "country": "iso_country_code",
    "code": "prefix",
    "dial_code": "prefix",
}
HIGHEST_PRICE = Decimal(10_000)
MAX_SECONDS = 86_400
MAX_TEXT = 255
MAX_LIST = 20


class BadSheet(ValueError):
    """The head of a sheet cannot be used; the message says what to do."""


class BadRow(ValueError):
    """A line of a sheet cannot be used; `column` and what to do."""

    def __init__(self, column: str, message: str) -> None:
        """Say which column is wrong."""
        super().__init__(message)
        self.column = column


@dataclass(frozen=True, slots=True)
class Row:
    """A line: its prefix, the rate, and what else is kept of it."""

    prefix: str
    rate: Rate
    description: str = ""
    carrier: str = ""
    country: str = ""
    internal: Decimal | None = None
    """What the call costs whoever made the deck, per minute: for margins, never for charges."""


def read_head(cells: Sequence[str]) -> dict[str, int]:
    """Return {column: place} of a sheet's first line; columns nobody knows are left out. Raises BadSheet."""
    found: dict[str, int] = {}
    for place, cell in enumerate(cells):
        name = cell.strip().lower().removeprefix("﻿").replace(" ", "_").replace("-", "_")
        name = ALIASES.get(name, name)
        if name in COLUMNS:
            if name in found:
                raise BadSheet(f"the first line names the column {name} twice")
            found[name] = place
    missing = [name for name in COLUMNS[:2] if name not in found]
    if missing:
        raise BadSheet(
            f"the first line must name the columns; {' and '.join(missing)} is missing (known: {', '.join(COLUMNS)})"
        )
    return found


def read_line(head: Mapping[str, int], cells: Sequence[str]) -> Row:
    """Return what a line says; raises BadRow."""
    return read_row({name: cells[place] for name, place in head.items() if place < len(cells) and cells[place]})


def read_row(given: Mapping[str, Any]) -> Row:
    """Return the row of a sheet's cells or of a document's keys; raises BadRow."""
    prefix = str(given.get("prefix", "")).strip().removeprefix("+")
    if not (prefix.isascii() and prefix.isdigit() and prefix[0] != "0" and len(prefix) <= MAX_PREFIX):
        raise BadRow("prefix", f"the prefix must be 1 to {MAX_PREFIX} digits with the country code, such as 1514 or 44")
    if given.get("rate_cost") in (None, ""):
        raise BadRow("rate_cost", "a price per minute is needed; 0 for a free destination")
    rate = Rate(
        _price(given, "rate_cost"),
        _price(given, "rate_surcharge"),
        _whole(given, "rate_minimum", 60, 0, MAX_SECONDS),
        _whole(given, "rate_increment", 60, 1, MAX_SECONDS),
        _whole(given, "rate_nocharge_time", 0, 0, MAX_SECONDS),
        _whole(given, "weight", DEFAULT_WEIGHT, 1, 100),
        _text(given, "rate_name"),
        _directions(given),
        tuple(_pattern("routes", one) for one in _several(given, "routes")),
        _pattern("caller_id_numbers", _text(given, "caller_id_numbers", 1000)),
        tuple(_several(given, "options")),
    )
    internal = _price(given, "internal_rate_cost") if given.get("internal_rate_cost") not in (None, "") else None
    return Row(
        prefix,
        rate,
        _text(given, "description"),
        _text(given, "carrier"),
        _text(given, "iso_country_code", 8),
        internal,
    )


def _price(given: Mapping[str, Any], column: str) -> Decimal:
    value = given.get(column)
    if value is None or value == "":
        return ZERO
    written = str(value).strip()
    try:
        # Decimal takes more for a number than people do: 1_0, digits of other scripts.
        price = Decimal(written) if written.isascii() and "_" not in written else Decimal(-1)
    except InvalidOperation:
        price = Decimal(-1)
    if not (price.is_finite() and 0 <= price <= HIGHEST_PRICE):
        raise BadRow(column, f"{str(value)[:40]!r} is no price: a number from 0 to {HIGHEST_PRICE}, such as 0.015")
    if -int(price.as_tuple().exponent) > 8:
        raise BadRow(column, "a price has at most eight places after the point")
    return abs(price)  # of -0


def _whole(given: Mapping[str, Any], column: str, default: int, least: int, most: int) -> int:
    value = given.get(column)
    if value is None or value == "":
        return default
    text = str(value).strip()
    if isinstance(value, bool) or not (text.isascii() and text.isdigit() and len(text) < 10):
        raise BadRow(column, f"{text[:40]!r} is no whole number")
    if not least <= int(text) <= most:
        raise BadRow(column, f"must be from {least} to {most}")
    return int(text)


def _text(given: Mapping[str, Any], column: str, most: int = MAX_TEXT) -> str:
    value = given.get(column)
    if value is None:
        return ""
    text = str(value).strip()
    if len(text) > most or not text.isprintable():
        raise BadRow(column, f"at most {most} printable characters")
    return text


def _several(given: Mapping[str, Any], column: str) -> list[str]:
    """Return a list's items; in a sheet they are separated by spaces or semicolons."""
    value = given.get(column)
    if value is None or value == "":
        return []
    items = [str(one) for one in value] if isinstance(value, list | tuple) else str(value).replace(";", " ").split()
    if len(items) > MAX_LIST or any(len(one) > MAX_TEXT or not one.isprintable() for one in items):
        raise BadRow(column, f"at most {MAX_LIST} items of {MAX_TEXT} characters")
    return items


def _directions(given: Mapping[str, Any]) -> tuple[str, ...]:
    found = tuple(dict.fromkeys(one.lower() for one in _several(given, "direction")))
    if any(one not in (INBOUND, OUTBOUND) for one in found):
        raise BadRow("direction", f"must be {OUTBOUND}, {INBOUND} or both")
    return () if found == (OUTBOUND,) else found


def _pattern(column: str, pattern: str) -> str:
    if pattern:
        try:
            check(pattern)
        except BadPattern as problem:
            raise BadRow(column, str(problem)) from problem
    return pattern
