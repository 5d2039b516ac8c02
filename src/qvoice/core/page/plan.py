"""A page: whose phones, how long they may take to answer, and whether they may talk back."""

from __future__ import annotations

from dataclasses import dataclass

from qvoice.core.ring.plan import Leg


@dataclass(frozen=True, slots=True)
class PagePlan:
    """`timeout`: seconds for the phones to answer; one that does not is skipped. `two_way`: they are heard as well."""

    legs: tuple[Leg, ...]
    timeout: float = 5.0
    two_way: bool = False
