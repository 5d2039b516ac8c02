"""What an invoice holds, and how an amount is taken from its lines: exact, whatever the numbers (C6)."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qvoice.features.credit_notes.allot import held, parts, spread
from qvoice.kit.errors import Invalid

D = Decimal
LINES = [
    {"kind": "services", "text": "Seats", "amount": "-30"},
    {"kind": "services", "text": "GST", "amount": "-1.5", "tax": "GST"},
    {"kind": "payments", "text": "Card", "amount": "20"},
    {"kind": "services", "text": "A seat less", "amount": "10"},
]


def test_C6_an_invoice_holds_its_charges_less_what_it_gives_back_and_what_notes_did() -> None:
    left = held(LINES, {})
    assert (left.total, left.lines) == (D("21.5"), {0: D("21.5"), 1: D("1.5")})
    left = held(LINES, {0: D(20), 1: D("1.5")})
    assert (left.total, left.lines) == (D(0), {})


amounts = st.integers(1, 10**9).map(lambda millionths: D(millionths) / 10**6)


@given(st.lists(amounts, min_size=1, max_size=40), st.fractions(0, 1))
def test_C6_an_amount_is_spread_over_lines_exactly_and_never_beyond_one(charged: list[Decimal], share: object) -> None:
    left = held([{"kind": "x", "text": "", "amount": str(-one)} for one in charged], {})
    assert left.total == sum(charged)
    amount = D(int(share * int(left.total * 10**6))) / 10**6  # pyright: ignore[reportOperatorIssue]
    if amount:
        taken = spread(left, amount)
        assert sum(taken.values()) == amount
        assert all(0 < part <= left.lines[place] for place, part in taken.items())


@pytest.mark.parametrize(
    ("wanted", "field"),
    [
        ({}, "amount"), ({"whole": True, "amount": 3}, "amount"), ({"amount": "21.500001"}, "amount"),
        ({"amount": "-1"}, "amount"), ({"amount": "0.0000001"}, "amount"), ({"amount": "NaN"}, "amount"),
        ({"lines": [{"line": 2}]}, "lines.0.line"), ({"lines": [{"line": 0}, {"line": 0}]}, "lines.1.line"),
        ({"lines": [{"line": 1, "amount": "1.6"}]}, "lines.0.amount"), ({"lines": [{"line": 9}]}, "lines.0.line"),
        ({"lines": [{"line": 0}, {"line": 1}]}, "lines"),
    ],
)  # fmt: skip
def test_what_cannot_be_given_back_is_explained(wanted: dict[str, object], field: str) -> None:
    with pytest.raises(Invalid) as problem:
        parts(wanted, held(LINES, {}), "CAD")
    assert list(problem.value.fields) == [field]
