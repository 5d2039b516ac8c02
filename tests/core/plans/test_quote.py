"""Plans merged, quantities counted, and what a change costs today (C1)."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from qvoice.core.plans import plan, quote
from qvoice.core.plans.plan import Assigned

DEVICES = {"sip_device": 3, "cellphone": 2, "fax": 1, "landline": 4}


def lines(items: dict, own: dict | None = None, cascade: dict | None = None) -> dict[str, tuple[int, Decimal]]:
    found = quote.quote(items, own or {"devices": DEVICES}, cascade or {})
    return {line.item: (line.priced.quantity, line.priced.total) for line in found}


def test_C1_all_takes_what_has_no_rule_and_is_no_exception() -> None:
    rules = {"_all": {"rate": 1, "as": "phones", "exceptions": ["landline"]}, "fax": {"rate": 10}}
    assert lines({"devices": rules}) == {"phones": (5, Decimal(5)), "fax": (1, Decimal(10))}
    assert lines({"devices": {"_all": {"rate": 1}}}) == {"_all": (10, Decimal(10))}


def test_C1_an_item_may_count_as_another() -> None:
    rules = {"sip_device": {"rate": 2}, "cellphone": {"as": "sip_device", "rate": 99}}
    assert lines({"devices": rules}) == {"sip_device": (5, Decimal(10))}
    assert lines({"devices": {"_all": {"rate": 1, "as": "x"}, "fax": {"as": "landline"}}}) == {"x": (10, Decimal(10))}


def test_C1_cascade_counts_the_whole_tree() -> None:
    rules = {"devices": {"fax": {"rate": 1, "cascade": True}, "landline": {"rate": 1}}}
    found = lines(rules, {"devices": DEVICES}, {"devices": {"fax": 50, "landline": 60}})
    assert found == {"fax": (50, Decimal(50)), "landline": (4, Decimal(4))}


def test_C1_plans_are_merged_by_their_strategy_and_overridden_by_account() -> None:
    base = Assigned("a", {"users": {"user": {"rate": 5, "activation_charge": 3}, "admin": {"rate": 9}}})

    def both(strategy: str, **more) -> dict:
        other = {"users": {"user": {"rate": 2, "name": "Seat"}}}
        return plan.merged([base, Assigned("b", other, strategy=strategy, priority=1)], **more)["users"]

    assert both("simple")["user"] == {"rate": 2, "name": "Seat"}
    assert both("recursive")["user"] == {"rate": 2, "name": "Seat", "activation_charge": 3}
    assert both("cumulative")["user"] == {"rate": 7, "name": "Seat", "activation_charge": 3}
    assert both("simple")["admin"] == {"rate": 9}
    special = both("recursive", overrides={"users": {"user": {"rate": 1, "activation_charge": None}}})
    assert special["user"] == {"rate": 1, "name": "Seat"}
    assert plan.merged([Assigned("a", base.items, {"users": {"user": {"rate": 4}}})])["users"]["user"]["rate"] == 4


def test_C1_a_weaker_plan_never_wins_whatever_order_they_were_assigned_in() -> None:
    weak, strong = Assigned("z", {"x": {"y": {"rate": 1}}}), Assigned("a", {"x": {"y": {"rate": 2}}}, priority=5)
    assert plan.merged([weak, strong]) == plan.merged([strong, weak])
    assert plan.merged([weak, strong])["x"]["y"]["rate"] == 2


def change(items: dict, before: int, after: int, share: str = "0.5") -> list[quote.Difference]:
    return quote.differences(
        quote.quote({"users": {"user": items}}, {"users": {"user": before}}, {}),
        quote.quote({"users": {"user": items}}, {"users": {"user": after}}, {}),
        Decimal(share),
    )


def test_C1_an_addition_costs_its_activation_and_the_rest_of_the_month() -> None:
    [found] = change({"rate": 10, "activation_charge": 3, "taxes": [{"name": "GST", "percentage": 5}]}, 1, 3)
    assert (found.quantity, found.monthly, found.activation, found.prorated) == (2, 20, 6, 10)
    assert found.taxes == {"GST": Decimal("0.8")}
    assert found.raises
    assert change({"rate": 10}, 3, 3) == []
    [held_back] = change({"rate": 10, "prorate": {"additions": False}}, 1, 2)
    assert (held_back.today, held_back.raises) == (0, True)


def test_C1_a_removal_gives_back_only_when_the_plan_says_so() -> None:
    assert [found.today for found in change({"rate": 10, "activation_charge": 3}, 3, 1)] == [0]
    [found] = change({"rate": 10, "activation_charge": 3, "prorate": {"removals": True}}, 3, 1)
    assert found.today == -10
    assert not found.raises


def test_C1_one_more_below_a_discount_or_minimum_costs_nothing_and_needs_no_consent() -> None:
    [found] = change({"rate": 10, "minimum": 5}, 1, 2)
    assert not found.raises
    [free] = change({"rate": 10, "discounts": {"cumulative": {"rate": 10, "maximum": 5}}}, 4, 5)
    assert not free.raises


@pytest.mark.parametrize(
    ("day", "share"),
    [(date(2026, 11, 1), "1"), (date(2026, 11, 30), str(Decimal(1) / 30)), (date(2026, 12, 31), str(Decimal(1) / 31)),
     (date(2028, 2, 15), str(Decimal(15) / 29))],
)  # fmt: skip
def test_C1_the_part_of_the_month_that_is_left(day: date, share: str) -> None:
    assert quote.share_left(day) == Decimal(share)


counts = st.dictionaries(st.sampled_from("abcdef"), st.integers(0, 50), max_size=6)
rules = st.fixed_dictionaries(
    {"rate": st.integers(0, 30)}, optional={"exceptions": st.lists(st.sampled_from("abcdef")), "as": st.just("z")}
)


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(counts, rules, st.sets(st.sampled_from("abcdef")))
def test_C1_every_thing_is_counted_once_or_is_an_exception(own, everything, listed) -> None:
    written = {"_all": everything, **{name: {"rate": 1} for name in listed}}
    found = quote.quote({"c": written}, {"c": own}, {})
    excepted = {name for name in everything.get("exceptions", ()) if name not in listed}
    assert sum(line.priced.quantity for line in found) == sum(n for name, n in own.items() if name not in excepted)
    assert quote.total(found) == sum(line.priced.total for line in found)


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(counts, counts, counts)
def test_C1_changes_one_after_the_other_cost_what_they_cost_together(one, two, three) -> None:
    written = {"c": {"_all": {"rate": 7}, "a": {"rates": {"5": 3}, "rate": 2}}}
    quotes = [quote.quote(written, {"c": counted}, {}) for counted in (one, two, three)]

    def moved(before, after) -> Decimal:
        return sum((found.monthly for found in quote.differences(before, after, Decimal(1))), Decimal(0))

    assert moved(quotes[0], quotes[1]) + moved(quotes[1], quotes[2]) == moved(quotes[0], quotes[2])
