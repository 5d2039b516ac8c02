"""How a leg sounded: packets, loss, jitter and an estimated opinion score of each direction, as Asterisk counted them.

`received` is what came from the far end, measured by us. `sent` is what the far end says it got (RTCP receiver reports,
RFC 3550 6.4): shown, but never counted in statistics, for a phone may say what it likes.
"""

from __future__ import annotations

from typing import Any

_WRAPPED = 1 << 31
"""Asterisk prints its losses without a sign: duplicated packets make them a huge number."""
_MOST_SECONDS = 10.0
_BURST = 25.1
"""Robustness of G.711 with concealment against losses (ITU-T G.113 appendix I, Bpl); codecs are not told apart."""
_PLAYOUT_MS = 40.0
"""One packet of 20 ms, and as much again in a jitter buffer that has nothing to do."""


def opinion(loss_percent: float, jitter_ms: float, round_trip_ms: float = 0.0) -> float:
    """Return the mean opinion score, 1.0 to 4.4, that the E-model (ITU-T G.107, simplified) expects of such a leg."""
    delay = round_trip_ms / 2 + _PLAYOUT_MS + 2 * jitter_ms
    late = 0.11 * (delay - 177.3) if delay > 177.3 else 0.0
    rating = 93.2 - (0.024 * delay + late) - 95 * loss_percent / (loss_percent + _BURST)
    rating = min(max(rating, 0.0), 100.0)
    return round(max(1 + 0.035 * rating + rating * (rating - 60) * (100 - rating) * 7e-6, 1.0), 2)


def quality_of(counted: str) -> dict[str, Any]:
    """Return `{received, sent}` of Asterisk's RTPAUDIOQOS; a direction without packets is left out.

    Its names: `lp` lost of what came, `txjitter` the jitter of what came (so they are called there), `rlp`, `rxjitter`
    and `rtt` what the far end reports; jitter and round trip in seconds.
    """
    said = dict(part.split("=", 1) for part in counted.split(";") if "=" in part)
    came, went = _count(said, "rxcount"), _count(said, "txcount")
    found: dict[str, Any] = {}
    if came:
        found["received"] = _direction(came, _lost(said, "lp"), _seconds(said, "txjitter"))
    if went:
        trip, lost, jitter = _seconds(said, "rtt"), _lost(said, "rlp"), _seconds(said, "rxjitter")
        found["sent"] = {"packets": went}
        if trip or lost or jitter:  # the far end reports at all
            # Of what we sent: a report of more than that is none.
            found["sent"] = _direction(went - min(lost, went), min(lost, went), jitter, trip) | {"packets": went}
    return found


def _direction(came: int, lost: int, jitter: float, trip: float = 0.0) -> dict[str, Any]:
    share, jitter_ms, trip_ms = 100 * lost / (came + lost), jitter * 1000, trip * 1000
    shown = {"packets": came, "lost": lost, "loss_percent": round(share, 2), "jitter_ms": round(jitter_ms, 1)}
    if trip:
        shown["round_trip_ms"] = round(trip_ms, 1)
    return {**shown, "mos": opinion(share, jitter_ms, trip_ms)}


def _count(said: dict[str, str], key: str) -> int:
    text = said.get(key, "")
    return int(text) if text.isascii() and text.isdigit() else 0


def _lost(said: dict[str, str], key: str) -> int:
    lost = _count(said, key)
    return lost if lost < _WRAPPED else 0


def _seconds(said: dict[str, str], key: str) -> float:
    try:
        found = float(said.get(key, "0"))
    except ValueError:
        return 0.0
    return found if 0 <= found <= _MOST_SECONDS else 0.0
