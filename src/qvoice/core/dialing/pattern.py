"""Regular expressions written by users, run so that none can hang a call: RE2 is linear in time and bounded in memory.

The only file that imports re2. What RE2 leaves out (look-around, back-references) is refused with a sentence that
says so.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

import re2

MAX_PATTERN = 1000
"""Characters in a pattern."""

MAX_SUBJECT = 512
"""Characters of a number or header that are looked at."""

_options = re2.Options()
_options.log_errors = False
_options.max_mem = 1 << 20


class BadPattern(ValueError):
    """A regular expression cannot be used; the message says why and is for the person who wrote it."""


@dataclass(frozen=True, slots=True)
class Match:
    """A successful search. `whole`: the matched text; `groups`: capture groups that took part, in order; `named` by
    name."""

    whole: str
    groups: tuple[str, ...] = ()
    named: Mapping[str, str] = field(default_factory=dict)

    @property
    def largest(self) -> str:
        """The longest capture group, or the whole match when the pattern has none (kazoo trunk rules)."""
        return max(self.groups, key=len) if self.groups else self.whole

    @property
    def first(self) -> str | None:
        """Capture group 1, or None."""
        return self.groups[0] if self.groups else None


@lru_cache(maxsize=8192)
def _compiled(pattern: str) -> Any:
    if len(pattern) > MAX_PATTERN:
        raise BadPattern(f"A pattern may have {MAX_PATTERN} characters; this one has {len(pattern)}.")
    if "\x00" in pattern or not pattern.isprintable():
        raise BadPattern("A pattern may contain printable characters only.")
    if any(0xD800 <= ord(c) <= 0xDFFF for c in pattern):
        raise BadPattern("A pattern may contain printable characters only.")
    try:
        return re2.compile(pattern, _options)
    except re2.error as problem:
        if any(mark in pattern for mark in ("(?=", "(?!", "(?<=", "(?<!")):
            raise BadPattern(
                "Look-ahead and look-behind are not supported: write the allowed digits out instead."
            ) from problem
        text = problem.args[0] if problem.args else problem
        raise BadPattern(f"Not a regular expression: {_sentence(text)}") from problem


def _sentence(text: Any) -> str:
    return text.decode("utf-8", "replace") if isinstance(text, bytes) else str(text)


def check(pattern: str) -> None:
    """Raise BadPattern when `pattern` cannot be used."""
    _compiled(pattern)


def search(pattern: str, subject: str) -> Match | None:
    """Search `subject` (not anchored, as the dialect does); raises BadPattern."""
    found = _compiled(pattern).search(subject[:MAX_SUBJECT])
    if found is None:
        return None
    named = {name: value for name, value in found.groupdict().items() if value is not None}
    return Match(found.group(0), tuple(group for group in found.groups() if group is not None), named)


def matches(pattern: str, subject: str) -> bool:
    """Tell whether `pattern` is found in `subject`; a pattern that cannot be used matches nothing."""
    return safe_search(pattern, subject) is not None


def safe_search(pattern: Any, subject: str) -> Match | None:
    """As `search`, for stored documents: what is not a usable pattern matches nothing (validation told its writer)."""
    if not isinstance(pattern, str):
        return None
    try:
        return search(pattern, subject)
    except BadPattern:
        return None
