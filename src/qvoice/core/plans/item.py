"""The price of one item of a plan: from a quantity to what it costs a month."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from qvoice.kit.money import ZERO, parse, rounded

Tiers = tuple[tuple[int, Decimal], ...]
"""(up to this quantity, price), lowest first."""


@dataclass(frozen=True, slots=True)
class Discount:
    """Money off: `rate`, or by quantity `rates`. `maximum`: for so many units at most (None: for all)."""

    rate: Decimal = ZERO
    rates: Tiers = ()
    maximum: int | None = None

    def at(self, quantity: int) -> Decimal:
        """Return the discount that holds at a quantity."""
        return tier(self.rates, quantity, self.rate)


@dataclass(frozen=True, slots=True)
class Rule:
    """How an item is priced. Absent keys have the dialect's defaults."""

    rate: Decimal = ZERO
    rates: Tiers = ()
    flat_rate: Decimal | None = None
    flat_rates: Tiers = ()
    minimum: int = 0
    maximum: int | None = None
    step: int = 1
    cascade: bool = False
    activation_charge: Decimal = ZERO
    single: Discount | None = None
    cumulative: Discount | None = None
    prorate_additions: bool = True
    prorate_removals: bool = False
    taxes: tuple[tuple[str, Decimal], ...] = ()
    """(name, percentage)."""
    markup_type: str = "rate"
    name: str = ""


@dataclass(frozen=True, slots=True)
class Priced:
    """What a quantity costs a month: `total` = billable × rate (or a flat price) − discounts, never below zero."""

    quantity: int
    billable: int
    rate: Decimal
    single_discount: Decimal
    cumulative_discount: Decimal
    total: Decimal
    flat: bool = False
    taxes: Mapping[str, Decimal] = field(default_factory=dict)

    @property
    def discount(self) -> Decimal:
        """All discounts together."""
        return self.single_discount + self.cumulative_discount


def tier(tiers: Tiers, quantity: int, otherwise: Decimal) -> Decimal:
    """Return the price of the first tier that holds the quantity (up to and with its key), else `otherwise`."""
    return next((price for most, price in tiers if quantity <= most), otherwise)


def billable(rule: Rule, quantity: int) -> int:
    """Return how many are charged: at least `minimum`, whole steps, at most `maximum`."""
    wanted = max(quantity, rule.minimum)
    wanted = -(-wanted // rule.step) * rule.step
    return wanted if rule.maximum is None else min(wanted, rule.maximum)


def price(rule: Rule, quantity: int) -> Priced:
    """Return the monthly price. Precedence: flat_rates by quantity, flat_rate, rates by quantity, rate × billable.

    Nothing used and no minimum costs nothing, flat prices included.
    """
    count = billable(rule, quantity)
    if count <= 0:
        return Priced(quantity, 0, ZERO, ZERO, ZERO, ZERO)
    flat = tier(rule.flat_rates, count, Decimal(-1)) if rule.flat_rates else Decimal(-1)
    if flat < 0 and rule.flat_rate is not None:
        flat = rule.flat_rate
    rate = flat if flat >= 0 else tier(rule.rates, count, rule.rate)
    gross = rate if flat >= 0 else rate * count
    single = rule.single.at(count) if rule.single else ZERO
    single = min(single, gross)
    cumulative = ZERO
    if rule.cumulative:
        units = count if rule.cumulative.maximum is None else min(count, rule.cumulative.maximum)
        cumulative = min(rule.cumulative.at(count) * units, gross - single)
    total = rounded(gross - single - cumulative)
    return Priced(
        quantity, count, rate, single, cumulative, total, flat >= 0,
        {name: rounded(total * percentage / 100) for name, percentage in rule.taxes},
    )  # fmt: skip


def markup(rule: Rule, *, amount: Decimal, quantity: Decimal) -> Decimal:
    """Return what an item of the category `ledgers` adds to a source of charges used in a month: `percentage` of the
    amount, a `fixed_price`, or `rate` × the quantity used.
    """
    if rule.markup_type == "percentage":
        return rounded(amount * rule.rate / 100)
    if rule.markup_type == "fixed_price":
        return rounded(rule.rate) if amount or quantity else ZERO
    return rounded(rule.rate * quantity)


def read_rule(item: Mapping[str, Any]) -> Rule:
    """Read a plan's item, which its model has checked; raises ValueError for what is no price."""

    def amount(key: str, source: Mapping[str, Any] = item) -> Decimal:
        return parse(source.get(key) or 0)

    def discount(kind: str) -> Discount | None:
        given = _part(_part(item, "discounts"), kind)
        if not given:
            return None
        most = given.get("maximum")
        return Discount(amount("rate", given), _tiers(given.get("rates")), int(most) if most is not None else None)

    prorate = _part(item, "prorate")
    most = item.get("maximum")
    taxes = item.get("taxes")
    return Rule(
        rate=amount("rate"),
        rates=_tiers(item.get("rates")),
        flat_rate=amount("flat_rate") if item.get("flat_rate") is not None else None,
        flat_rates=_tiers(item.get("flat_rates")),
        minimum=max(0, int(item.get("minimum") or 0)),
        maximum=int(most) if most is not None else None,
        step=max(1, int(item.get("step") or 1)),
        cascade=item.get("cascade") is True,
        activation_charge=amount("activation_charge"),
        single=discount("single"),
        cumulative=discount("cumulative"),
        prorate_additions=prorate.get("additions") is not False,
        prorate_removals=prorate.get("removals") is True,
        taxes=tuple(
            (str(tax.get("name") or "tax"), amount("percentage", tax)) for tax in taxes if isinstance(tax, Mapping)
        )
        if isinstance(taxes, list)
        else (),
        markup_type=str(item.get("markup_type") or "rate"),
        name=str(item.get("name") or ""),
    )


def _part(whole: Mapping[str, Any], key: str) -> Mapping[str, Any]:
    value = whole.get(key)
    return value if isinstance(value, Mapping) else {}


def _tiers(given: Any) -> Tiers:
    if not isinstance(given, Mapping):
        return ()
    return tuple(sorted((int(most), parse(price_)) for most, price_ in given.items()))
