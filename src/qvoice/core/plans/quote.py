"""A month's charges for the quantities of an account, and what a change of them costs today."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

from qvoice.core.plans.item import Priced, Rule, markup, price, read_rule
from qvoice.core.plans.plan import Items
from qvoice.kit.money import ZERO, rounded

Quantities = Mapping[str, Mapping[str, int]]
"""{category: {item: how many}}."""
LEDGERS = "ledgers"
"""The category that marks up other charges; priced by the monthly run, not by counting."""


@dataclass(frozen=True, slots=True)
class Line:
    """One item's charge for a month."""

    category: str
    item: str
    rule: Rule
    priced: Priced

    @property
    def key(self) -> tuple[str, str]:
        """What identifies the line within an account's charges."""
        return self.category, self.item

    @property
    def name(self) -> str:
        """What to call it."""
        return self.rule.name or f"{self.category}/{self.item}"


def quote(plan: Items, own: Quantities, cascade: Quantities) -> list[Line]:
    """Return the lines of a plan for an account's own quantities, and those of its whole tree (`cascade`).

    `_all` takes every item of its category that has no rule itself and is not among its `exceptions`, together, under
    the name `as` (else `_all`). `as` on an item counts it as that item.
    """
    lines = []
    for category, items in sorted(plan.items()):
        if category == LEDGERS:
            continue
        for name, count, written in _counted(category, items, own, cascade):
            rule = read_rule(written)
            lines.append(Line(category, name, rule, price(rule, count)))
    return lines


def _counted(
    category: str, items: Mapping[str, Mapping[str, Any]], own: Quantities, cascade: Quantities
) -> list[tuple[str, int, Mapping[str, Any]]]:
    def count(name: str, written: Mapping[str, Any]) -> int:
        source = cascade if written.get("cascade") is True else own
        return source.get(category, {}).get(name, 0)

    everything = items.get("_all")
    renamed = {
        name: str(written["as"])
        for name, written in items.items()
        if name != "_all" and written.get("as") and written["as"] != name
    }
    extra: dict[str, int] = {}
    for name, other in renamed.items():
        extra[other] = extra.get(other, 0) + count(name, items.get(other) or everything or items[name])
    found = [
        (name, count(name, written) + extra.pop(name, 0), written)
        for name, written in sorted(items.items())
        if name != "_all" and name not in renamed
    ]
    if everything is not None:
        excepted = {*(everything.get("exceptions") or ()), *items}
        source = (cascade if everything.get("cascade") is True else own).get(category, {})
        rest = sum(number for name, number in source.items() if name not in excepted)
        rest += sum(number for name, number in extra.items() if name not in excepted)
        found.append((str(everything.get("as") or "_all"), rest, everything))
    return found


def total(lines: Sequence[Line]) -> Decimal:
    """Return what all lines cost a month, without taxes."""
    return sum((line.priced.total for line in lines), ZERO)


def taxes(lines: Sequence[Line]) -> dict[str, Decimal]:
    """Return the taxes of all lines by name."""
    found: dict[str, Decimal] = {}
    for line in lines:
        for name, amount in line.priced.taxes.items():
            found[name] = found.get(name, ZERO) + amount
    return found


@dataclass(frozen=True, slots=True)
class Difference:
    """How one line changes: what it costs more (or less) a month, and what of it is due today."""

    before: Line | None
    after: Line | None
    activation: Decimal
    prorated: Decimal
    taxes: Mapping[str, Decimal] = field(default_factory=dict)

    @property
    def line(self) -> Line:
        """The line as it will be, or as it was when it is gone."""
        found = self.after or self.before
        assert found is not None
        return found

    @property
    def quantity(self) -> int:
        """How many more."""
        return (self.after.priced.quantity if self.after else 0) - (self.before.priced.quantity if self.before else 0)

    @property
    def monthly(self) -> Decimal:
        """How much more a month."""
        return (self.after.priced.total if self.after else ZERO) - (self.before.priced.total if self.before else ZERO)

    @property
    def today(self) -> Decimal:
        """What is booked at once, without taxes; below zero is given back."""
        return self.activation + self.prorated

    @property
    def raises(self) -> bool:
        """Whether somebody must accept it: it costs more a month, or something at once."""
        return self.activation > 0 or self.monthly > 0


def differences(before: Sequence[Line], after: Sequence[Line], share: Decimal) -> list[Difference]:
    """Return what changes between two quotes. `share`: the part of the month that is left (see `share_left`)."""
    olds, news = ({line.key: line for line in lines} for lines in (before, after))
    found = []
    for key in sorted({*olds, *news}):
        old, new = olds.get(key), news.get(key)
        change = _difference(old, new, share)
        if change.quantity or change.monthly or change.activation:
            found.append(change)
    return found


def _difference(old: Line | None, new: Line | None, share: Decimal) -> Difference:
    rule = (new or old).rule  # type: ignore[union-attr]  # one of them is there
    more = (new.priced.quantity if new else 0) - (old.priced.quantity if old else 0)
    monthly = (new.priced.total if new else ZERO) - (old.priced.total if old else ZERO)
    activation = rounded(rule.activation_charge * more) if more > 0 else ZERO
    due = rule.prorate_additions if monthly > 0 else rule.prorate_removals
    prorated = rounded(monthly * share) if due else ZERO
    taxed = {name: rounded((activation + prorated) * percentage / 100) for name, percentage in rule.taxes}
    return Difference(old, new, activation, prorated, taxed)


def share_left(today: date) -> Decimal:
    """Return the part of the month that is left, today included: 1 on the first, 1/30 on the last of 30 days."""
    following = date(today.year + today.month // 12, today.month % 12 + 1, 1)
    days = (following - today.replace(day=1)).days
    return Decimal((following - today).days) / Decimal(days)


def markups(plan: Items, used: Mapping[str, tuple[Decimal, Decimal]]) -> list[tuple[str, Rule, Decimal]]:
    """Return (source, rule, amount) of the category `ledgers` for what was used: {source: (amount, quantity)}."""
    found = []
    for source, written in sorted(plan.get(LEDGERS, {}).items()):
        rule = read_rule(written)
        amount, quantity = used.get(source, (ZERO, ZERO))
        added = markup(rule, amount=amount, quantity=quantity)
        if added:
            found.append((source, rule, added))
    return found
