"""A rate deck in memory: a million prefixes in a few megabytes, the longest that fits a number in microseconds.

Prefixes are numbers in one sorted array per length, beside an array that says which rate is whose; equal rates are kept
once. A look-up halves its way through the lengths, the longest first. The same arrays, compressed, are how an imported
deck is stored, so a process has it at hand without reading a million rows.
"""

from __future__ import annotations

import sys
import zlib
from array import array
from bisect import bisect_left
from collections.abc import Iterable
from dataclasses import dataclass

import msgspec

from qvoice.core.rating.rate import OUTBOUND, Rate

MAX_PREFIX = 15
"""Digits of the longest E.164 number."""
_SMALL = 9
"""Digits that surely fit into 32 bits."""
_MAGIC = b"QVDK1"
_TENS = tuple(10**n for n in range(20))


@dataclass(frozen=True, slots=True)
class Match:
    """The rate for a number, and the prefix that led to it."""

    prefix: str
    rate: Rate


class DeckFormat(ValueError):
    """Stored bytes are no deck (another version's, or damaged): build it again from its rates."""


class Deck:
    """Immutable; made by `build` or `from_bytes`. `len` is the number of rows."""

    __slots__ = ("_lengths", "rates", "size")

    def __init__(self, lengths: dict[int, tuple[array[int], array[int]]], rates: list[Rate]) -> None:
        """Take sorted arrays: `lengths` maps digits → (prefixes, index into `rates`)."""
        self._lengths = dict(sorted(lengths.items(), reverse=True))
        self.rates = rates
        self.size = sum(len(prefixes) for prefixes, _ in lengths.values())

    def __len__(self) -> int:
        return self.size

    @classmethod
    def build(cls, rows: Iterable[tuple[str, Rate]]) -> Deck:
        """Make a deck of (prefix in digits, rate). Raises ValueError for a prefix that is none."""
        known: dict[Rate, int] = {}
        found: dict[int, list[int]] = {}
        for prefix, rate in rows:
            if not (prefix.isascii() and prefix.isdigit() and prefix[0] != "0" and len(prefix) <= MAX_PREFIX):
                raise ValueError(f"{prefix!r} is no prefix: 1 to {MAX_PREFIX} digits, the first not 0")
            which = known.setdefault(rate, len(known))
            found.setdefault(len(prefix), []).append(int(prefix) << 32 | which)
        rates = list(known)
        # Among rates of one prefix the heaviest comes first, then the cheapest.
        ranks = sorted(range(len(rates)), key=lambda i: (-rates[i].weight, rates[i].cost, rates[i].surcharge))
        place = {old: new for new, old in enumerate(ranks)}
        which_code = "H" if len(rates) <= 0xFFFF else "I"
        lengths: dict[int, tuple[array[int], array[int]]] = {}
        for length, packed in found.items():
            packed = sorted((one >> 32 << 32) | place[one & 0xFFFFFFFF] for one in packed)
            prefixes = array("I" if length <= _SMALL else "Q", (one >> 32 for one in packed))
            lengths[length] = (prefixes, array(which_code, (one & 0xFFFFFFFF for one in packed)))
        return cls(lengths, [rates[old] for old in ranks])

    def find(
        self, number: str, *, direction: str = OUTBOUND, caller: str = "", flags: frozenset[str] = frozenset()
    ) -> Match | None:
        """Return the rate for a call to `number` (E.164) from `caller`: the longest prefix that has one for such a
        call.
        """
        digits = number.removeprefix("+")
        if not (digits.isascii() and digits.isdigit() and len(digits) < 64):
            return None
        count, value = len(digits), int(digits)
        for length, (prefixes, which) in self._lengths.items():
            if length > count:
                continue
            wanted = value // _TENS[count - length] if count < len(_TENS) else int(digits[:length])
            at = bisect_left(prefixes, wanted)
            while at < len(prefixes) and prefixes[at] == wanted:
                rate = self.rates[which[at]]
                if rate.fits(number, direction, caller, flags):
                    return Match(digits[:length], rate)
                at += 1
        return None

    def memory(self) -> int:
        """Return the bytes that the arrays and the rates take."""
        arrays = sum(sys.getsizeof(part) for pair in self._lengths.values() for part in pair)
        return arrays + sum(sys.getsizeof(rate) + sys.getsizeof(rate.name) for rate in self.rates)

    def to_bytes(self) -> bytes:
        """Return the deck as it is stored."""
        head = msgspec.json.encode(
            {
                "order": sys.byteorder,
                "rates": [rate.to_json() for rate in self.rates],
                "lengths": [[n, a.typecode, b.typecode, len(a)] for n, (a, b) in self._lengths.items()],
            }
        )
        parts = [len(head).to_bytes(8), head]
        parts += [part.tobytes() for pair in self._lengths.values() for part in pair]
        return _MAGIC + zlib.compress(b"".join(parts), 1)

    @classmethod
    def from_bytes(cls, data: bytes) -> Deck:
        """Read what `to_bytes` made; raises DeckFormat."""
        if data[: len(_MAGIC)] != _MAGIC:
            raise DeckFormat("not a deck of this version")
        try:
            raw = zlib.decompress(data[len(_MAGIC) :])
            at = 8 + int.from_bytes(raw[:8])
            head = msgspec.json.decode(raw[8:at])
            lengths: dict[int, tuple[array[int], array[int]]] = {}
            for digits, *codes, count in head["lengths"]:
                pair = []
                for code in codes:
                    part: array[int] = array(code)
                    size = count * part.itemsize
                    part.frombytes(raw[at : at + size])
                    if head["order"] != sys.byteorder:
                        part.byteswap()
                    pair.append(part)
                    at += size
                lengths[digits] = (pair[0], pair[1])
            return cls(lengths, [Rate.from_json(rate) for rate in head["rates"]])
        except (zlib.error, msgspec.DecodeError, KeyError, ValueError, TypeError, ArithmeticError) as problem:
            raise DeckFormat(f"the stored deck is damaged: {problem}") from problem
