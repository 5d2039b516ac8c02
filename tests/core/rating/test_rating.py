"""What a call costs, and how many seconds an amount buys: the dialect's formula, and what must hold for all rates."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qvoice.core.rating.cost import FOR_EVER, billed_seconds, cost, seconds_for
from qvoice.core.rating.deck import Deck, DeckFormat
from qvoice.core.rating.levels import Priced, charges, margins
from qvoice.core.rating.rate import Rate
from qvoice.core.rating.sheet import BadRow, read_row

amounts = st.decimals(min_value=0, max_value=50, places=6, allow_nan=False)
rates = st.builds(
    Rate,
    cost=amounts,
    surcharge=st.decimals(min_value=0, max_value=2, places=4, allow_nan=False),
    minimum=st.integers(0, 120),
    increment=st.integers(1, 90),
    nocharge=st.integers(0, 30),
)


@pytest.mark.parametrize(
    ("seconds", "expected"), [(0, "0"), (5, "0"), (6, "0.55"), (30, "0.55"), (31, "0.6"), (36, "0.6"), (37, "0.65")]
)
def test_C2_minimum_increment_surcharge_and_seconds_free_of_charge(seconds: int, expected: str) -> None:
    rate = Rate(Decimal("0.5"), Decimal("0.3"), minimum=30, increment=6, nocharge=5)
    assert cost(rate, seconds) == Decimal(expected)


@given(rates, st.integers(0, 50_000), st.integers(0, 3600))
def test_C2_a_longer_call_never_costs_less_and_no_second_goes_unpaid(rate: Rate, seconds: int, more: int) -> None:
    assert cost(rate, seconds + more) >= cost(rate, seconds)
    if seconds > rate.nocharge:
        billed = billed_seconds(rate, seconds)
        assert max(seconds, rate.minimum) <= billed < max(seconds, rate.minimum) + rate.increment
        assert cost(rate, seconds) >= rate.surcharge + rate.cost * seconds / 60


@given(rates, amounts)
def test_C3_an_amount_buys_all_the_seconds_it_pays_for_and_not_one_more(rate: Rate, amount: Decimal) -> None:
    longest = seconds_for(rate, amount)
    assert cost(rate, longest) <= amount
    if longest < FOR_EVER:
        assert cost(rate, longest + 1) > amount


@given(st.lists(rates, min_size=1, max_size=7), st.integers(0, 7200), st.integers(0, 600))
def test_C2_margins_of_all_levels_add_up(per_level: list[Rate], seconds: int, included: int) -> None:
    names = [f"level{n}" for n in range(len(per_level) + 1)]
    levels = [Priced(names[n], names[n + 1], rate, included=included if n == 0 else 0) for n, rate in
              enumerate(per_level)]  # fmt: skip
    charged = charges(levels, seconds)
    kept = margins(charged)
    assert sum(kept.values()) == 0
    assert kept[names[0]] == -charged[0].amount
    for n in range(1, len(per_level)):
        assert kept[names[n]] == charged[n - 1].amount - charged[n].amount
    assert kept[names[-1]] == charged[-1].amount
    # What the caller pays is what everybody above him keeps.
    assert charged[0].amount == sum(kept[name] for name in names[1:])


@given(st.lists(rates, min_size=1, max_size=6), amounts)
def test_C3_no_level_pays_more_than_it_has_for_the_time_all_can_afford(per_level: list[Rate], amount: Decimal) -> None:
    levels = [Priced(str(n), str(n + 1), rate) for n, rate in enumerate(per_level)]
    seconds = min(level.seconds_for(amount) for level in levels)
    assert all(charge.amount <= amount for charge in charges(levels, seconds))


def deck(*rows: tuple[str, Rate]) -> Deck:
    return Deck.build(rows)


def test_C2_the_longest_prefix_wins_then_weight_then_the_cheaper() -> None:
    cheap, dear, heavy = Rate(Decimal(1)), Rate(Decimal(2)), Rate(Decimal(3), weight=90)
    table = deck(("1", dear), ("1514", dear), ("1514", cheap), ("1416", cheap), ("1416", heavy), ("44", cheap))
    for number, prefix, rate in (
        ("+15145550100", "1514", cheap),
        ("+14165550100", "1416", heavy),
        ("+12125550100", "1", dear),
        ("442071234567", "44", cheap),
    ):
        found = table.find(number)
        assert found is not None, number
        assert (found.prefix, found.rate) == (prefix, rate)
    assert table.find("+33145550100") is None
    assert table.find("911x") is None
    assert table.find("") is None


def test_C2_filters_let_a_shorter_prefix_have_the_call() -> None:
    general, for_office, on_route = (
        Rate(Decimal(3)), Rate(Decimal(1), caller_ids=r"^\+1416"), Rate(Decimal(2), routes=(r"^\+15145551\d+$",))
    )  # fmt: skip
    table = deck(("1", general), ("1514", for_office), ("15145", on_route))

    def price(number: str, caller: str) -> Decimal:
        found = table.find(number, caller=caller)
        assert found is not None
        return found.rate.cost

    assert price("+15145551000", "+16135550000") == 2
    assert price("+15145559000", "+14165550000") == 1
    assert price("+15145559000", "+16135550000") == 3


def test_C2_nobody_pays_for_being_called_unless_a_rate_says_so() -> None:
    outbound, toll_free = Rate(Decimal(1)), Rate(Decimal(2), direction=("inbound",))
    table = deck(("1", outbound), ("1800", toll_free))
    assert table.find("+15145550100", direction="inbound") is None
    found = table.find("+18005550100", direction="inbound")
    assert found is not None
    assert found.rate is toll_free
    called = table.find("+18005550100")
    assert called is not None
    assert called.rate == outbound


def test_C2_options_of_a_rate_are_flags_that_the_call_must_have() -> None:
    table = deck(("1", Rate(Decimal(1))), ("1", Rate(Decimal(5), weight=90, options=("premium",))))
    plain, premium = table.find("+15145550100"), table.find("+15145550100", flags=frozenset({"premium", "x"}))
    assert plain is not None
    assert premium is not None
    assert (plain.rate.cost, premium.rate.cost) == (1, 5)


prefixes = st.text("0123456789", min_size=1, max_size=15).filter(lambda digits: digits[0] != "0")


@given(st.dictionaries(prefixes, rates, max_size=40), st.text("0123456789", min_size=1, max_size=15))
def test_C2_the_compact_index_finds_what_looking_at_every_row_finds(rows: dict[str, Rate], number: str) -> None:
    table = Deck.from_bytes(Deck.build(rows.items()).to_bytes())
    assert len(table) == len(rows)
    best = max((prefix for prefix in rows if number.startswith(prefix)), key=len, default=None)
    found = table.find(number)
    assert (found.prefix if found else None) == best
    if found and best:
        assert found.rate == rows[best]


def test_C2_a_damaged_deck_and_a_bad_prefix_are_refused() -> None:
    data = deck(("1", Rate(Decimal(1)))).to_bytes()
    for damaged in (b"", b"QVDK0" + data[5:], data[:-9], data[:5] + b"x" * 40):
        with pytest.raises(DeckFormat):
            Deck.from_bytes(damaged)
    for bad in ("", "01", "1a", "+1", "1" * 16, "١"):
        with pytest.raises(ValueError, match="prefix"):
            deck((bad, Rate(Decimal(1))))


@pytest.mark.parametrize("price", [None, "", "0,015", "NaN", "-1", "inf", "1_0", "１", "$1", True, 1e400])
def test_C2_what_is_no_price_is_refused_and_never_taken_for_a_free_destination(price: object) -> None:
    with pytest.raises(BadRow) as refused:
        read_row({"prefix": "1514", "rate_cost": price})
    assert refused.value.column == "rate_cost"
