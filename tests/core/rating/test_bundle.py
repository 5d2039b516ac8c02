"""Bundles: what a call takes of them, in whole steps, one pool after the other."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qvoice.core.rating.bundle import Share, bundles_of, covered, spread, used
from qvoice.core.rating.levels import Priced
from qvoice.core.rating.rate import Rate

shares = st.builds(
    Share,
    pool=st.uuids().map(str),
    owner=st.just("a"),
    name=st.just("b"),
    period=st.just("2026-11"),
    size=st.integers(0, 400),
    minimum=st.sampled_from([0, 1, 6, 30, 60]),
    increment=st.sampled_from([1, 6, 60]),
)


@given(st.lists(shares, max_size=3), st.integers(0, 600), st.integers(0, 600), st.data())
def test_C3_a_call_takes_no_more_of_a_bundle_than_there_is_and_gives_back_the_rest(
    given_: list[Share], seconds: int, talked: int, data: st.DataObject
) -> None:
    caps = {(one.pool, one.period): data.draw(st.integers(0, 400)) for one in given_}
    got = spread(given_, seconds, caps)
    assert covered(got) <= seconds
    for share in got:
        assert 0 <= share.taken <= min(share.size, caps[share.pool, share.period])
        assert share.billed(share.covers) == share.taken
    took = used(got, min(talked, seconds))
    assert all(0 <= one <= share.taken for share, one in took)
    # More talk never takes less, and an extension keeps what a call has.
    more = spread(given_, seconds + 60, caps)
    assert all(later.taken >= earlier.taken for earlier, later in zip(got, more, strict=True))
    price = Priced("a", "b", Rate(cost=6), shares=tuple(given_)).with_shares(seconds, caps)
    assert (price.included == covered(got)) or not given_
    assert Priced.from_json(price.to_json()) == price


@pytest.mark.parametrize(
    ("cycle", "zone", "period"),
    [
        ("monthly", "UTC", "2026-12"),
        ("monthly", "America/Toronto", "2026-11"),
        ("daily", "America/Toronto", "2026-11-30"),
        ("weekly", "UTC", "2026-W49"),
        ("monthly", "Nowhere/Land", "2026-12"),
    ],
)
def test_C3_a_bundle_begins_anew_with_its_cycle_in_the_zone_of_its_owner(cycle: str, zone: str, period: str) -> None:
    plans = [{"plan": "p", "bundles": {"x": {"seconds": 60, "cycle": cycle, "classes": ["did_us"]}}}]
    (bundle,) = bundles_of(plans, ("a", zone), ("b", "UTC"))
    assert bundle.period(datetime(2026, 12, 1, 2, 0, tzinfo=UTC)) == period
    assert (bundle.fits("did_us", "outbound"), bundle.fits("did_us", "inbound")) == (True, False)
    assert not bundle.fits("international", "outbound")


def test_C3_shared_bundles_have_one_pool_for_all_accounts_and_priorities_order_them() -> None:
    plans = [
        {"plan": "p", "priority": 1, "bundles": {"all": {"seconds": 60, "shared": True}}},
        {"plan": "q", "priority": 5, "bundles": {"own": {"seconds": 60, "at_end": "end"}}},
    ]
    one, two = (bundles_of(plans, (account, "UTC"), ("provider", "UTC")) for account in ("a", "b"))
    assert [bundle.name for bundle in one] == ["own", "all"]
    assert (one[1].pool, one[0].pool == two[0].pool) == (two[1].pool, False)
    assert (one[0].ends, one[1].ends) == (True, False)
