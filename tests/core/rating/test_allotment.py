"""Allotments: which one a call takes from, in which cycle, and where else it counts."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from qvoice.core.rating.allotment import allotments_of
from qvoice.core.rating.bundle import covered, spread, used
from qvoice.core.rating.cycle import CYCLES, begun, bounds, is_of, period
from qvoice.core.rating.levels import Priced
from qvoice.core.rating.rate import Rate

NOW = datetime(2026, 11, 27, 17, 5, tzinfo=UTC)


def test_C3_an_allotment_with_a_direction_goes_before_the_one_without() -> None:
    doc = {"did_us": {"amount": 60}, "outbound_did_us": {"amount": 30}, "toll_us": {"amount": 5}, "nonsense": {}}
    made = allotments_of(doc, ("a", "UTC"))
    out = [one.name for one in made if one.fits("did_us", "outbound")]
    back = [one.name for one in made if one.fits("did_us", "inbound")]
    assert (out, back) == (["outbound_did_us"], ["did_us"])
    assert [one.name for one in made if one.fits("toll_us", "inbound")] == ["toll_us"]
    assert [one for one in made if one.fits("emergency", "outbound")] == []


def test_C3_what_one_of_a_group_takes_counts_in_the_others_that_name_it() -> None:
    doc = {"did_us": {"amount": 60}, "toll_us": {"amount": 90, "group_consume": ["did_us"], "cycle": "daily"}}
    us, toll = allotments_of(doc, ("a", "UTC"))
    [share] = spread([us.share(NOW)], 40, {})
    assert (share.taken, share.also) == (40, (("allotment:toll_us:a", "2026-11-27", "a"),))
    assert toll.share(NOW).also == ()
    price = Priced("a", "b", Rate(cost=6), shares=(share,))
    assert Priced.from_json(price.to_json()) == price


@pytest.mark.parametrize(("talked", "taken"), [(0, 0), (5, 0), (6, 0), (7, 30), (30, 30), (31, 36), (100, 60)])
def test_C3_minimum_increment_and_no_consume_time_hold_at_the_exact_second(talked: int, taken: int) -> None:
    doc = {"did_us": {"amount": 60, "minimum": 30, "increment": 6, "no_consume_time": 6}}
    [bundle] = allotments_of(doc, ("a", "UTC"))
    shares = spread([bundle.share(NOW)], 120, {})
    assert (covered(shares), shares[0].taken) == (60, 60)
    assert [seconds for _, seconds in used(shares, min(talked, 120))] == [taken]


def test_C3_a_call_takes_nothing_of_what_is_less_than_its_minimum() -> None:
    [bundle] = allotments_of({"did_us": {"amount": 60, "minimum": 30, "no_consume_time": 10}}, ("a", "UTC"))
    share = bundle.share(NOW)
    assert covered(spread([share], 120, {(share.pool, share.period): 29})) == 0, "not even its free seconds"


@pytest.mark.parametrize("cycle", CYCLES)
@pytest.mark.parametrize("zone", ["UTC", "America/Toronto", "Asia/Kathmandu", "Nowhere/Land"])
def test_C3_a_cycle_is_the_same_from_its_first_moment_to_its_last(cycle: str, zone: str) -> None:
    for hour in range(0, 24 * 40):
        now = datetime.fromtimestamp(1792900000 + hour * 3607, UTC)  # over the end of summer time
        name = period(cycle, now, zone)
        first, after = bounds(cycle, now, zone)
        assert first <= now < after
        assert period(cycle, first, zone) == name
        assert period(cycle, after, zone) != name
        assert is_of(name, cycle)
        assert [other for other in CYCLES if is_of(name, other)] == [cycle]


def test_C3_the_hour_that_comes_twice_is_two_hours() -> None:
    names = {period("hourly", datetime(2026, 11, 1, hour, 30, tzinfo=UTC), "America/Toronto") for hour in (4, 5, 6, 7)}
    assert len(names) == 4


def test_C3_cycles_of_a_month_are_those_that_begin_in_it() -> None:
    first, last = date(2026, 11, 1), date(2026, 11, 30)
    assert begun("monthly", first, last) == ("2026-11", "2026-11", 1)
    assert begun("weekly", first, last) == ("2026-W45", "2026-W49", 5)
    assert begun("daily", first, last) == ("2026-11-01", "2026-11-30", 30)
    assert begun("hourly", first, last)[2] == 30 * 24
    since, until, _ = begun("minutely", first, last)
    assert since < period("minutely", datetime(2026, 11, 30, 23, 59, tzinfo=UTC), "UTC") < until
    assert begun("monthly", date(2026, 11, 2), last) == ("", "", 0)
