"""Prices of one item: tiers, flat prices, minimum, steps, discounts (C1, kazoo.md 5.4)."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from qvoice.core.plans.item import Rule, markup, price, read_rule
from qvoice.kit.money import ZERO, is_booked


def cost(item: dict[str, Any], quantity: int) -> Decimal:
    return price(read_rule(item), quantity).total


TIERS = {"rates": {"10": 5, "20": 4}, "rate": 3}


@pytest.mark.parametrize(
    ("item", "quantity", "wanted"),
    [
        ({"rate": 5}, 3, "15"),
        ({"rate": 5}, 0, "0"),
        ({"rate": 4.99}, 3, "14.97"),
        (TIERS, 10, "50"),
        (TIERS, 11, "44"),
        (TIERS, 21, "63"),
        ({"flat_rate": 100, "rate": 5}, 7, "100"),
        ({"flat_rate": 100}, 0, "0"),
        ({"flat_rates": {"5": 20, "10": 30}, "flat_rate": 40, "rates": {"100": 1}}, 5, "20"),
        ({"flat_rates": {"5": 20, "10": 30}, "flat_rate": 40}, 6, "30"),
        ({"flat_rates": {"5": 20, "10": 30}, "flat_rate": 40}, 11, "40"),
        ({"flat_rates": {"5": 20}, "rate": 3}, 6, "18"),
        ({"rate": 5, "minimum": 2}, 0, "10"),
        ({"rate": 5, "minimum": 2}, 1, "10"),
        ({"rate": 5, "minimum": 2}, 3, "15"),
        ({"rate": 5, "maximum": 4}, 9, "20"),
        ({"rate": 5, "step": 10}, 11, "100"),
        ({"rate": 5, "discounts": {"single": {"rate": 3}}}, 4, "17"),
        ({"rate": 5, "discounts": {"single": {"rate": 300}}}, 4, "0"),
        ({"rate": 5, "discounts": {"cumulative": {"rate": 2}}}, 4, "12"),
        ({"rate": 5, "discounts": {"cumulative": {"rate": 2, "maximum": 3}}}, 4, "14"),
        ({"rate": 5, "discounts": {"cumulative": {"rates": {"2": 0, "9": 1}}}}, 2, "10"),
        ({"rate": 5, "discounts": {"cumulative": {"rates": {"2": 0, "9": 1}}}}, 3, "12"),
        ({"rate": 5, "discounts": {"single": {"rate": 18}, "cumulative": {"rate": 2}}}, 4, "0"),
    ],
)
def test_C1_the_price_of_a_quantity(item: dict[str, Any], quantity: int, wanted: str) -> None:
    assert cost(item, quantity) == Decimal(wanted)


money_ = st.integers(0, 100_000).map(lambda cents: Decimal(cents) / 100)
tiers = st.dictionaries(st.integers(1, 200).map(str), money_.map(str), max_size=4)
discount = st.fixed_dictionaries({}, optional={"rate": money_.map(str), "rates": tiers, "maximum": st.integers(0, 50)})
items = st.fixed_dictionaries(
    {},
    optional={
        "rate": money_.map(str), "rates": tiers, "flat_rate": money_.map(str), "flat_rates": tiers,
        "minimum": st.integers(0, 20), "maximum": st.integers(0, 300), "step": st.integers(1, 12),
        "discounts": st.fixed_dictionaries({}, optional={"single": discount, "cumulative": discount}),
        "taxes": st.lists(st.fixed_dictionaries({"name": st.just("GST"), "percentage": st.just("5")}), max_size=1),
    },
)  # fmt: skip


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(items, st.integers(0, 400))
def test_C1_a_price_is_never_negative_and_never_more_than_without_discounts(item, quantity) -> None:
    found = price(read_rule(item), quantity)
    assert found.total >= 0
    assert is_booked(found.total)
    bare = price(read_rule({key: value for key, value in item.items() if key != "discounts"}), quantity)
    assert found.total <= bare.total
    assert bare.total - found.total == found.discount
    assert all(tax == found.total * 5 / 100 for tax in found.taxes.values() if is_booked(found.total * 5 / 100))


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(items, st.integers(0, 400))
def test_C1_what_is_charged_is_within_minimum_and_maximum(item, quantity) -> None:
    rule = read_rule(item)
    found = price(rule, quantity)
    most = rule.maximum if rule.maximum is not None else 10**9
    assert found.billable <= most
    assert found.billable >= min(quantity, most)
    assert found.billable >= min(rule.minimum, most)
    assert found.billable % rule.step == 0 or found.billable == rule.maximum


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(money_, st.integers(0, 300), st.integers(0, 300))
def test_C1_with_a_plain_rate_more_never_costs_less_and_prices_add_up(rate, one, two) -> None:
    rule = Rule(rate=rate)
    assert price(rule, one).total + price(rule, two).total == price(rule, one + two).total


def test_C1_markups_of_other_charges() -> None:
    ten = {"rate": 10}
    used = {"amount": Decimal(50), "quantity": Decimal(3)}
    assert markup(read_rule({**ten, "markup_type": "percentage"}), **used) == 5
    assert markup(read_rule({**ten, "markup_type": "fixed_price"}), **used) == 10
    assert markup(read_rule({**ten, "markup_type": "rate"}), **used) == 30
    assert markup(read_rule({**ten, "markup_type": "fixed_price"}), amount=ZERO, quantity=ZERO) == 0
