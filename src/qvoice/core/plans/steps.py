"""What work done in several steps will cost: each step is charged by itself, as it will be when it is done."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from qvoice.core.plans.plan import Items
from qvoice.core.plans.quote import Difference, Quantities, differences, quote
from qvoice.kit.money import ZERO


def added(to: Quantities, more: Quantities) -> dict[str, dict[str, int]]:
    """Return quantities with others on top."""
    found = {category: dict(items) for category, items in to.items()}
    for category, items in more.items():
        here = found.setdefault(category, {})
        for item, number in items.items():
            here[item] = here.get(item, 0) + number
    return found


def in_steps(
    plan: Items, own: Quantities, cascade: Quantities, steps: Sequence[tuple[Quantities, Quantities]], share: Decimal
) -> list[list[Difference]]:
    """Return what each step changes. A step is what it adds to `own` and to `cascade`; `share`: the part of the month
    that is left.

    Not the same as one step of all: prices that depend on how many there are may rise and fall on the way, amounts are
    rounded at each step, and what was charged is not always given back.
    """
    before = quote(plan, own, cascade)
    found = []
    for more, below in steps:
        own, cascade = added(own, more), added(cascade, below)
        after = quote(plan, own, cascade)
        found.append(differences(before, after, share))
        before = after
    return found


def together(steps: Sequence[Sequence[Difference]]) -> list[Difference]:
    """Return, by line, how it changes from the first step to the last and what all of them cost."""
    found: dict[tuple[str, str], Difference] = {}
    for change in (change for step in steps for change in step):
        earlier = found.get(change.line.key)
        found[change.line.key] = change if earlier is None else _both(earlier, change)
    return [change for _, change in sorted(found.items())]


def _both(one: Difference, other: Difference) -> Difference:
    taxes = dict(one.taxes)
    for name, amount in other.taxes.items():
        taxes[name] = taxes.get(name, ZERO) + amount
    return Difference(one.before, other.after, one.activation + other.activation, one.prorated + other.prorated, taxes)
