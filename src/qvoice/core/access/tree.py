"""The tree of accounts: master → resellers → … → customers. A path lists account ids from the master down, own id
last."""

from __future__ import annotations

from collections.abc import Sequence

Path = tuple[str, ...]


def is_at_or_below(path: Sequence[str], top: Sequence[str]) -> bool:
    """Tell whether the account of `path` is the account of `top` or one below it. An empty `top` covers nothing."""
    return bool(top) and tuple(path[: len(top)]) == tuple(top)


def is_below(path: Sequence[str], top: Sequence[str]) -> bool:
    """Tell whether the account of `path` is a true descendant of `top`'s."""
    return len(path) > len(top) and is_at_or_below(path, top)


def from_ltree(text: str) -> Path:
    """Return the path of an ltree value such as `a.b.c`."""
    return tuple(part for part in text.split(".") if part)


def to_ltree(path: Sequence[str]) -> str:
    """Return the ltree value of a path."""
    return ".".join(path)


def nearest_reseller(path: Sequence[str], resellers: frozenset[str]) -> str | None:
    """Return the nearest reseller above the account of `path` (not itself), else None; the master counts as one."""
    above = path[:-1]
    for index in range(len(above) - 1, -1, -1):
        if index == 0 or above[index] in resellers:
            return above[index]
    return None
