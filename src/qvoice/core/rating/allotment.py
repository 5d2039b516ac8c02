"""Allotments: seconds of talk that an account has in each cycle by the class of the numbers called, given to it alone.

They are bundles like those of service plans (`bundle.py`) and used up before them. An allotment's key is a class of
numbers (`did_us`), or one with a direction before it (`outbound_did_us`), which goes before the one without (kazoo.md
5.1). What calls take of an allotment also counts in those that name it in `group_consume`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from qvoice.core.dialing.classify import CLASSIFIERS, NATIONAL
from qvoice.core.rating.bundle import Bundle, cycle_of, whole

DIRECTIONS = ("outbound", "inbound")
CLASSES = frozenset(one.name for one in (*CLASSIFIERS, *NATIONAL) if not one.emergency)
"""Of numbers that can be called for money."""


def split(key: str) -> tuple[str, str]:
    """Return an allotment's direction ('' for both) and class; the class may be one that there is not."""
    direction, _, rest = key.partition("_")
    return (direction, rest) if direction in DIRECTIONS else ("", key)


def allotments_of(doc: Mapping[str, Any] | None, account: tuple[str, str]) -> tuple[Bundle, ...]:
    """Read an account's allotments, {key: {amount, cycle, …}}; `account` is (id, time zone)."""
    given = {key: one for key, one in (doc or {}).items() if isinstance(one, Mapping) and split(key)[1] in CLASSES}
    made = {key: _bundle(key, one, given, account) for key, one in given.items()}
    found: list[Bundle] = []
    for key, bundle in sorted(made.items()):
        counted = tuple(other for name, other in sorted(made.items()) if name != key and key in _group(given[name]))
        if bundle.direction:
            found.append(bundle.counted_in(counted))
    return tuple(found)


def _group(one: Mapping[str, Any]) -> list[Any]:
    group = one.get("group_consume")
    return group if isinstance(group, list) else []


def _bundle(key: str, one: Mapping[str, Any], given: Mapping[str, Any], account: tuple[str, str]) -> Bundle:
    direction, number_class = split(key)
    if not direction:
        left = [each for each in DIRECTIONS if f"{each}_{number_class}" not in given]
        direction = "both" if len(left) == 2 else "".join(left)
    return Bundle(
        f"allotment:{key}:{account[0]}", account[0], key, whole(one.get("amount")), frozenset({number_class}),
        direction, cycle_of(one.get("cycle")), whole(one.get("minimum")), max(whole(one.get("increment")), 1),
        timezone=account[1], free=whole(one.get("no_consume_time")),
    )  # fmt: skip
