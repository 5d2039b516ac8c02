"""Rate decks: how fast the price of a number is found among a million prefixes, and what a prefix costs in memory."""

from __future__ import annotations

import random
import time
from decimal import Decimal

from bench.figures import Figure
from bench.installation import Installation
from qvoice.core.rating.deck import Deck
from qvoice.core.rating.rate import Rate

PREFIXES = 1_000_000
PRICES = 5_000
"""Different rates among them: carriers' sheets have a few thousand."""


def deck(size: int) -> tuple[Deck, list[str]]:
    """Make a deck of prefixes from 1 to 11 digits, as long as those of carriers' sheets, and numbers to look up."""
    chance = random.Random(4)
    rates = [Rate(Decimal(n) / 10_000, increment=6, minimum=6, name=f"zone {n}") for n in range(PRICES)]
    lengths = chance.choices(range(3, 12), weights=(1, 4, 10, 20, 25, 20, 10, 6, 4), k=size * 2)
    found: dict[str, Rate] = {str(digit): rates[digit] for digit in range(1, 10)}
    for length in lengths:
        if len(found) >= size:
            break
        found[str(chance.randrange(10 ** (length - 1), 10**length))] = chance.choice(rates)
    numbers = [f"+{chance.randrange(10**10, 10**11)}" for _ in range(20_000)]
    return Deck.build(found.items()), numbers


def measure(installation: Installation) -> list[Figure]:
    """Build, store, load and look up."""
    size = 50_000 if installation.quick else PREFIXES
    made, numbers = deck(size)
    started = time.perf_counter()
    stored = made.to_bytes()
    again = Deck.from_bytes(stored)
    loading = time.perf_counter() - started
    started, times = time.perf_counter(), 0
    while time.perf_counter() - started < (0.3 if installation.quick else 3.0):
        for number in numbers:
            assert again.find(number) is not None
        times += len(numbers)
    each = (time.perf_counter() - started) / times
    return [
        Figure(f"rate look-ups among {len(again):,} prefixes", 1 / each, "per second", (">=", 50_000), "one processor"),
        Figure("one look-up", each * 1e6, "µs"),
        Figure("memory of a prefix", again.memory() / len(again), "bytes", ("<=", 16)),
        Figure("stored deck", len(stored) / 1e6, "MB"),
        Figure("storing and loading it", loading, "s"),
    ]
