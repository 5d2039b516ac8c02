"""D20: how a leg sounded, from what Asterisk counted; whatever a phone reports stays within what is possible."""

from __future__ import annotations

import math

from hypothesis import given
from hypothesis import strategies as st

from qvoice.features.cdrs.quality import opinion, quality_of

COUNTED = (
    "ssrc=1;themssrc=2;lp={lp};rxjitter={rx};rxcount=180;txjitter=0.002000;txcount=200;rlp={rlp};rtt={rtt};rxmes=0.0"
)


def test_D20_each_direction_has_its_own_loss_and_jitter() -> None:
    found = quality_of(COUNTED.format(lp=20, rx="0.004000", rlp=2, rtt="0.100000"))
    received, sent = found["received"], found["sent"]
    assert (received["packets"], received["lost"]) == (180, 20)
    assert (received["loss_percent"], received["jitter_ms"]) == (10.0, 2.0)
    assert (sent["packets"], sent["lost"], sent["loss_percent"], sent["jitter_ms"]) == (200, 2, 1.0, 4.0)
    assert sent["round_trip_ms"] == 100.0
    assert received["mos"] < sent["mos"] < 4.4


def test_D20_who_reports_nothing_is_not_said_to_hear_well() -> None:
    found = quality_of(COUNTED.format(lp=0, rx="0.000000", rlp=0, rtt="0.000000"))
    assert found["received"]["mos"] > 4.3
    assert found["sent"] == {"packets": 200}
    assert quality_of("") == quality_of("ssrc=1;lp=0;rxcount=0;txcount=0") == {}


def test_D20_the_score_falls_with_loss_with_jitter_and_with_delay() -> None:
    """Values of the E-model worked out by hand: R = 93.2 - 0.024·40, and with 10 % lost 95·10/35.1 less."""
    assert opinion(0, 0) == 4.39
    assert opinion(10, 0) == 3.36
    falling = [opinion(0, 0), opinion(1, 0), opinion(5, 0), opinion(30, 0), opinion(100, 0)]
    assert falling == sorted(falling, reverse=True)
    assert opinion(0, 80) < opinion(0, 5)
    assert opinion(0, 0, 800) < opinion(0, 0, 100)


@given(st.text(max_size=20), st.integers(0, 2**33), st.floats(), st.integers(0, 2**33))
def test_D20_whatever_is_counted_or_reported_stays_within_bounds(
    text: str, lost: int, jitter: float, went: int
) -> None:
    said = f"lp={lost};rlp={lost};rxjitter={jitter};txjitter={jitter};rtt={jitter};rxcount={went};txcount={went};{text}"
    for one in quality_of(said).values():
        assert 0 <= one.get("loss_percent", 0) <= 100
        assert math.isfinite(one.get("jitter_ms", 0.0))
        assert 1.0 <= one.get("mos", 1.0) <= 4.41
