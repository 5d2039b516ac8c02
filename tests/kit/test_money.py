"""Amounts are exact, and rounded in one place."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from qvoice.kit import money

AMOUNTS = st.integers(-(10**15), 10**15).map(lambda millionths: Decimal(millionths) / 10**6)


@pytest.mark.parametrize(
    ("given_", "wanted"),
    [("0.1", "0.1"), (0.1, "0.1"), (12, "12"), ("-3.000001", "-3.000001"), (1e3, "1000"), (Decimal("2.50"), "2.5")],
)
def test_what_is_written_is_what_is_meant(given_: object, wanted: str) -> None:
    assert money.parse(given_) == Decimal(wanted)


@pytest.mark.parametrize("bad", [None, True, [], "", "ten", "1e400", "nan", "inf", float("nan"), "0.0000001", "9" * 50])
def test_what_is_no_amount_is_refused_with_words(bad: object) -> None:
    with pytest.raises(ValueError, match=r"amount|places"):
        money.parse(bad)


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.integers(-(10**15), 10**15).map(lambda n: Decimal(n) / 10**9))
def test_rounding_moves_an_amount_by_half_a_place_at_most_and_only_once(amount: Decimal) -> None:
    once = money.rounded(amount)
    assert abs(once - amount) <= money.PLACE / 2
    assert money.rounded(once) == once
    assert money.rounded(-amount) == -once


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(AMOUNTS)
def test_amounts_survive_json(amount: Decimal) -> None:
    assert money.parse(money.number(amount)) == amount


def test_amounts_read_like_money() -> None:
    assert money.words(Decimal("1234.5"), "CAD") == "1,234.50 CAD"
    assert money.words(Decimal("0.0125"), "CAD") == "0.0125 CAD"
    assert money.cents(Decimal("0.005")) == Decimal("0.01")
    assert money.cents(Decimal("-0.005")) == Decimal("-0.01")
