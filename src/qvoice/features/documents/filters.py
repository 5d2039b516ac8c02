"""The dialect's list filters (kazoo.md 2.2, 3.5): parsed from the query string, run on the whole document.

Exact rules: values compare as text and a missing key as the empty text; a list matches when one element does, or its
concatenation (KAZOO's own way, of which membership is a superset); all conditions are ANDed; repeated parameters are
several
conditions; a list as value (`["a","b"]` or `[a,b]`) means "one of". Unknown parameters are ignored.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import msgspec
from sqlalchemy import ColumnElement, Text, and_, bindparam, func, literal, or_
from sqlalchemy.dialects.postgresql import ARRAY

from qvoice.features.documents.body import dig
from qvoice.kit.clock import from_gregorian
from qvoice.kit.errors import Invalid

_TIMES = {"created_from": "created", "created_to": "created", "modified_from": "modified", "modified_to": "modified"}
_PRESENCE = {"has_key", "key_missing", "has_value", "value_missing", "missing_value"}
MAX_CONDITIONS = 50
_FIRST, _LAST = 31_622_400, 315_000_000_000
"""Gregorian seconds of the first and last moments that a datetime can hold (with a day to spare)."""


@dataclass(frozen=True, slots=True)
class Condition:
    """One condition. `kind`: equals, differs, has_key, key_missing, has_value, value_missing."""

    kind: str
    key: str
    values: tuple[str, ...] = ()

    def holds(self, whole: dict[str, Any]) -> bool:
        """Tell whether the document (with its id) meets the condition."""
        value = dig(whole, self.key)
        match self.kind:
            case "equals":
                return _matches(value, self.values)
            case "differs":
                return not _matches(value, self.values)
            case "has_key":
                return value is not None
            case "key_missing":
                return value is None
            case "has_value":
                return not _empty(value)
            case _:
                return _empty(value)


@dataclass(frozen=True, slots=True)
class Filter:
    """All conditions of one request, and bounds on `created` and `modified`."""

    conditions: tuple[Condition, ...] = ()
    bounds: tuple[tuple[str, str, datetime], ...] = ()
    """(column, `>=` or `<=`, moment)."""

    def holds(self, whole: dict[str, Any]) -> bool:
        """Tell whether the document meets all conditions (bounds are left to SQL)."""
        return all(condition.holds(whole) for condition in self.conditions)

    def prefilter(self, table: Any) -> list[ColumnElement[bool]]:
        """Return SQL conditions that let through everything `holds` accepts, and little else."""
        clauses: list[ColumnElement[bool]] = []
        for column, operator, moment in self.bounds:
            clauses.append(table.c[column] >= moment if operator == ">=" else table.c[column] <= moment)
        for number, condition in enumerate(self.conditions):
            if condition.key == "id" or condition.key.startswith("_") or not condition.key.isascii():
                continue
            steps = bindparam(f"filter_path_{number}", condition.key.split("."), type_=ARRAY(Text))
            found = table.c.doc.op("#>")(steps)
            # A literal key with dots in it wins over the path (see `dig`).
            present = or_(found.is_not(None), table.c.doc.has_key(literal(condition.key, Text)))
            if condition.kind in ("has_key", "has_value"):
                clauses.append(present)
            elif condition.kind == "equals" and "" not in condition.values:
                same = func.coalesce(table.c.doc.op("#>>")(steps), "").in_(condition.values)
                other = func.coalesce(func.jsonb_typeof(found), "none").in_(["array", "number", "boolean", "none"])
                clauses.append(and_(present, or_(same, other)))
        return clauses


def _matches(value: Any, wanted: tuple[str, ...]) -> bool:
    if isinstance(value, list):
        texts = [_text(item) for item in value]
        return any(text in wanted for text in texts) or "".join(texts) in wanted
    if isinstance(value, dict):
        return False
    return _text(value) in wanted


def _text(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return value if isinstance(value, str) else str(value)


def _empty(value: Any) -> bool:
    return value is None or value == "" or value == {} or value == []


def _values(text: str) -> tuple[str, ...]:
    if not (text.startswith("[") and text.endswith("]")):
        return (text,)
    try:
        parsed = msgspec.json.decode(text)
    except (msgspec.DecodeError, RecursionError):
        return tuple(part.strip().strip("\"'") for part in text[1:-1].split(","))
    return tuple(_text(item) for item in parsed)


def parse(parameters: Iterable[tuple[str, str]]) -> Filter:
    """Read the filter from query parameters; raises Invalid for a bound that is not a time in Gregorian seconds."""
    conditions: list[Condition] = []
    bounds: list[tuple[str, str, datetime]] = []
    for name, value in parameters:
        if name in _TIMES:
            bounds.append((_TIMES[name], ">=" if name.endswith("_from") else "<=", moment(name, value)))
        elif name.startswith("filter_not_") and len(name) > len("filter_not_"):
            conditions.append(Condition("differs", name.removeprefix("filter_not_"), _values(value)))
        elif name.startswith("filter_") and len(name) > len("filter_"):
            conditions.append(Condition("equals", name.removeprefix("filter_"), _values(value)))
        elif name in _PRESENCE and value:
            kind = "value_missing" if name == "missing_value" else name
            conditions.extend(Condition(kind, key) for key in _values(value) if key)
    if len(conditions) > MAX_CONDITIONS:
        raise Invalid.field("filter", "maxItems", f"at most {MAX_CONDITIONS} conditions in one request")
    return Filter(tuple(conditions), tuple(bounds))


def moment(name: str, text: str) -> datetime:
    """Read a time bound in Gregorian seconds; raises Invalid naming the parameter."""
    try:
        seconds = float(text) if len(text) <= 24 else math.nan
        if math.isnan(seconds) or math.isinf(seconds):
            raise ValueError
        # Bounds before year 1 or after 9999 mean "no bound" to a client that writes 0.
        return from_gregorian(min(max(seconds, _FIRST), _LAST))
    except ValueError:
        raise Invalid.field(
            name, "type", f"{name} must be a time in Gregorian seconds (Unix time + 62167219200)"
        ) from None
