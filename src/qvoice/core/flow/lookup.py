"""Dialled number → callflow, among one account's flows: exact number, then patterns, then `no_match` (kazoo.md 1.1)."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from qvoice.core.dialing.pattern import safe_search

NO_MATCH = "no_match"
"""The number of the flow that takes what nothing else takes."""

_DIALLABLE = re.compile(r"\+?[0-9]+")


@dataclass(frozen=True, slots=True)
class Hit:
    """The flow found, and what its pattern captured. `no_match`: it was found as the last resort."""

    flow_id: str
    capture_group: str | None = None
    named_captures: tuple[tuple[str, str], ...] = ()
    no_match: bool = False


@dataclass(frozen=True, slots=True)
class NumberIndex:
    """All numbers and patterns of an account's flows. Build once per change with `build_index`."""

    exact: Mapping[str, str] = field(default_factory=dict)
    patterns: tuple[tuple[str, str], ...] = ()
    """(pattern, flow id), in flow id order."""


def build_index(flows: Iterable[tuple[str, Mapping[str, Any]]]) -> NumberIndex:
    """Index (flow id, callflow document) pairs. Of two flows with one number the lower id has it (numbers are unique
    in an account)."""
    exact: dict[str, str] = {}
    patterns: list[tuple[str, str]] = []
    for flow_id, document in sorted(flows, key=lambda pair: pair[0]):
        for number in _strings(document.get("numbers")):
            exact.setdefault(number, flow_id)
        patterns.extend((pattern, flow_id) for pattern in _strings(document.get("patterns")))
    return NumberIndex(exact, tuple(patterns))


def find(index: NumberIndex, number: str, *, e164: str | None = None, no_match: bool = False) -> Hit | None:
    """Find the flow for `number`, as dialled; `e164` is its normalised form when it has one (tried second).

    `no_match` allows the last resort: pass True only for calls made in somebody's name, never for calls from carriers.
    """
    candidates = list(dict.fromkeys(n for n in (number, e164) if n))
    for candidate in candidates:
        flow_id = index.exact.get(candidate)
        if flow_id is not None and candidate != NO_MATCH:
            return Hit(flow_id)
    best: tuple[int, Hit] | None = None
    for candidate in candidates:
        for pattern, flow_id in index.patterns:
            match = safe_search(pattern, candidate)
            if match is None:
                continue
            length = max((len(group) for group in match.groups), default=0)
            if best is None or length > best[0]:
                best = (length, Hit(flow_id, match.first, tuple(match.named.items())))
        if best is not None:
            return best[1]
    if no_match and NO_MATCH in index.exact and any(_DIALLABLE.fullmatch(c) for c in candidates):
        return Hit(index.exact[NO_MATCH], no_match=True)
    return None


def _strings(value: Any) -> list[str]:
    return [item for item in value if isinstance(item, str) and item] if isinstance(value, list | tuple) else []
