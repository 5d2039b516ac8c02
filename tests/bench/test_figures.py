"""Figures judge themselves rightly."""

from __future__ import annotations

import pytest
from bench.figures import Figure, percentile


def test_a_wish_is_met_or_not() -> None:
    assert Figure("calls", 0.61, "of bare", (">=", 0.6)).met
    assert Figure("cpu", 1.2, "ms", ("<=", 1.0)).met is False
    assert Figure("memory", 5, "MB").met is None
    assert "NOT MET" in Figure("cpu", 1.2, "ms", ("<=", 1.0)).as_line()


def test_percentiles_are_by_nearest_rank() -> None:
    values = [float(n) for n in range(1, 101)]
    assert (percentile(values, 0.5), percentile(values, 0.99), percentile([7.0], 0.99)) == (50.0, 99.0, 7.0)
    with pytest.raises(ValueError):
        percentile([], 0.5)
