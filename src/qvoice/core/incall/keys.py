"""In-call keys: which node of a metaflow document a party means by what he presses (kazoo.md 6.4).

The binding digit opens a sequence; it ends when it can mean nothing else, at `#`, or `digit_timeout` after its last
digit. Exact numbers come before patterns.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from qvoice.core.dialing.pattern import safe_search

USUAL_TIMEOUT = 3.0
SELF, PEER, BOTH = "self", "peer", "both"
_LONGEST = 40
KEYS = "0123456789*#"


@dataclass(frozen=True, slots=True)
class Metaflows:
    """An endpoint's in-call keys. `numbers`, `patterns`: digits or expression → node. Seconds."""

    binding: str = "*"
    timeout: float = USUAL_TIMEOUT
    listen_on: str = SELF
    numbers: Mapping[str, Any] = field(default_factory=dict)
    patterns: Mapping[str, Any] = field(default_factory=dict)

    def __bool__(self) -> bool:
        return bool(self.numbers or self.patterns)


def merged(*documents: Any) -> Metaflows:
    """Merge the `metaflows` of account, user, device and callflow, each more exact than the one before. None is armed
    when nobody named a number or pattern.
    """
    binding, timeout, listen_on = "*", USUAL_TIMEOUT, SELF
    numbers: dict[str, Any] = {}
    patterns: dict[str, Any] = {}
    for document in documents:
        flows = document.get("metaflows") if isinstance(document, Mapping) else None
        if not isinstance(flows, Mapping):
            continue
        given = flows.get("binding_digit")
        binding = given if isinstance(given, str) and len(given) == 1 and given in KEYS else binding
        wait = flows.get("digit_timeout")
        if isinstance(wait, int | float) and not isinstance(wait, bool) and wait > 0:
            timeout = min(float(wait) / 1000, 30.0)
        listen_on = flows["listen_on"] if flows.get("listen_on") in (SELF, PEER, BOTH) else listen_on
        numbers |= {str(k): v for k, v in _map(flows.get("numbers")).items()}
        patterns |= {str(k): v for k, v in _map(flows.get("patterns")).items()}
    return Metaflows(binding, timeout, listen_on, numbers, patterns)


def _map(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}


@dataclass(frozen=True, slots=True)
class Meant:
    """The node that was meant, and what its pattern captured."""

    node: Any
    captured: str = ""


class KeyReader:
    """Reads one party's keys. `press` and `late` return what was meant, or None; `due` is when to call `late`."""

    def __init__(self, flows: Metaflows) -> None:
        self.flows = flows
        self.due: float | None = None
        self._digits: str | None = None

    def press(self, digit: str, now: float) -> Meant | None:
        """Take a key at `now` (seconds of any one clock)."""
        if self.due is not None and now >= self.due:
            # What came too late is the beginning of something new.
            self._close()
        if self._digits is None:
            if digit == self.flows.binding:
                self._digits, self.due = "", now + self.flows.timeout
            return None
        if digit == "#" and self._digits:
            return self._end()
        self._digits += digit
        self.due = now + self.flows.timeout
        if len(self._digits) > _LONGEST:
            self._close()
            return None
        return self._end() if self._digits in self.flows.numbers and not self._may_grow() else None

    def late(self, now: float) -> Meant | None:
        """Time has passed: the sequence is what it is."""
        if self.due is None or now < self.due:
            return None
        return self._end()

    def _may_grow(self) -> bool:
        longer = any(n != self._digits and n.startswith(self._digits or "") for n in self.flows.numbers)
        return longer or bool(self.flows.patterns)

    def _close(self) -> None:
        self._digits = self.due = None

    def _end(self) -> Meant | None:
        digits = self._digits or ""
        self._close()
        if digits in self.flows.numbers:
            return Meant(self.flows.numbers[digits])
        best: tuple[int, Meant] | None = None
        for pattern, node in self.flows.patterns.items():
            match = safe_search(pattern, digits) if digits else None
            if match is not None:
                size = max((len(group) for group in match.groups), default=0)
                if best is None or size > best[0]:
                    best = (size, Meant(node, match.first or ""))
        return best[1] if best else None
