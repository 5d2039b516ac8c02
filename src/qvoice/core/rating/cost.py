"""The cost of a call of so many seconds, and how many seconds an amount buys. Amounts here are exact; they are rounded
once, when they are charged (kit.money).
"""

from __future__ import annotations

from decimal import Decimal

from qvoice.core.rating.rate import ZERO, Rate

MINUTE = Decimal(60)
FOR_EVER = 10**9
"""Seconds that stand for no end: a free call (some thirty years)."""


def billed_seconds(rate: Rate, seconds: int) -> int:
    """Return the seconds that are charged for a call of `seconds`: none, the minimum, or whole increments beyond it."""
    if seconds <= rate.nocharge or seconds <= 0:
        return 0
    if seconds <= rate.minimum:
        return rate.minimum
    step = max(rate.increment, 1)
    return rate.minimum + -(-(seconds - rate.minimum) // step) * step


def cost(rate: Rate, seconds: int) -> Decimal:
    """Return what a call of `seconds` costs: nothing up to `nocharge`, else the surcharge and the billed seconds."""
    if seconds <= rate.nocharge or seconds <= 0:
        return ZERO
    return rate.surcharge + rate.cost * billed_seconds(rate, seconds) / MINUTE


def seconds_for(rate: Rate, amount: Decimal) -> int:
    """Return the longest call, in seconds, that costs at most `amount`; FOR_EVER when no length costs more.

    It may be `nocharge` only (often 0): the first charged second costs more than there is.
    """
    first = max(rate.nocharge, 0) + 1
    if cost(rate, first) > amount:
        return max(rate.nocharge, 0)
    if rate.cost == 0:
        return FOR_EVER
    step = max(rate.increment, 1)
    left = amount - rate.surcharge - rate.cost * rate.minimum / MINUTE
    whole = int(left * MINUTE // (rate.cost * step)) if left > 0 else 0
    longest = min(rate.minimum + whole * step, FOR_EVER)
    longest = max(longest, first)
    # Division rounds at 28 digits: the answer is made true by the formula itself.
    while longest > first and cost(rate, longest) > amount:
        longest -= step
    while longest < FOR_EVER and cost(rate, longest + 1) <= amount:
        longest += step
    return longest
