"""A measured number with its unit, what is wanted of it, and how it was come by."""

from __future__ import annotations

import math
from dataclasses import asdict, dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Figure:
    """`wanted` is `(comparison, bound)` such as `(">=", 0.6)`, or None when nothing is promised."""

    name: str
    value: float
    unit: str
    wanted: tuple[str, float] | None = None
    note: str = ""

    @property
    def met(self) -> bool | None:
        """Whether the wish is fulfilled; None without one."""
        if self.wanted is None:
            return None
        comparison, bound = self.wanted
        return self.value >= bound if comparison == ">=" else self.value <= bound

    def as_json(self) -> dict[str, Any]:
        """For `--json`."""
        return asdict(self) | {"met": self.met}

    def as_line(self) -> str:
        """For people: name, value, unit, wish and verdict."""
        digits = 0 if abs(self.value) >= 100 else 1 if abs(self.value) >= 10 else 3
        wish = (
            ""
            if self.wanted is None
            else f"wanted {self.wanted[0]} {self.wanted[1]:g}: {'met' if self.met else 'NOT MET'}"
        )
        return f"{self.name:<46} {self.value:>12,.{digits}f} {self.unit:<12} {wish:<24} {self.note}".rstrip()


def percentile(values: list[float], share: float) -> float:
    """Return the value below which `share` (0 to 1) of `values` lie (nearest rank)."""
    if not values:
        raise ValueError("no values")
    ordered = sorted(values)
    return ordered[min(len(ordered), max(1, math.ceil(share * len(ordered)))) - 1]
