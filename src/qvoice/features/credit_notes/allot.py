"""How much of an invoice can still be given back, and which of its lines an amount is taken from. Pure.

An invoice holds its charges, less what it gives back itself (`GIVES_BACK`), less the credit notes written for it. Every
amount of a credit note is taken from lines, so that taxes are given back with what they were on.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from qvoice.kit.errors import Invalid
from qvoice.kit.money import PLACE, ZERO, parse, words

GIVES_BACK = frozenset({"services", "per-minute-voip"})
"""Sources of lines above zero that take a charge back; those of others are money that came in."""
Lines = Sequence[Mapping[str, Any]]
Parts = dict[int, Decimal]
"""Place of a line on the invoice → what is given back of it, above zero."""


@dataclass(frozen=True, slots=True)
class Held:
    """What an invoice still holds: of each line that charges, and in all."""

    lines: Parts
    total: Decimal


def held(lines: Lines, given_back: Mapping[int, Decimal]) -> Held:
    """Return what is left after `given_back` (by line). `total` may be less than the lines together."""
    left: Parts = {}
    total = -sum(given_back.values(), ZERO)
    for place, line in enumerate(lines):
        amount = Decimal(line["amount"])
        if amount < 0:
            left[place] = -amount - given_back.get(place, ZERO)
            total -= amount
        elif line["kind"] in GIVES_BACK:
            total -= amount
    total = max(total, ZERO)
    return Held({place: min(amount, total) for place, amount in left.items() if min(amount, total) > 0}, total)


def spread(left: Held, amount: Decimal) -> Parts:
    """Take `amount` (at most `left.total`) from all lines by what they still hold; exact to the last place."""
    whole = sum(left.lines.values(), ZERO)
    parts: Parts = {}
    rest = amount
    for place, holds in left.lines.items():
        part = min((amount * holds / whole).quantize(PLACE), holds, rest)
        parts[place] = part
        rest -= part
    for place, holds in left.lines.items():
        more = min(holds - parts[place], rest)
        parts[place] += more
        rest -= more
    return {place: part for place, part in parts.items() if part > 0}


def _amount(given: Any, field: str) -> Decimal:
    try:
        amount = parse(given)
    except ValueError as problem:
        raise Invalid.field(field, "type", f"{field} is {problem}") from problem
    if amount <= 0:
        raise Invalid.field(field, "minimum", f"{field} must be above 0")
    return amount


def _most(amount: Decimal, most: Decimal, field: str, currency: str) -> None:
    if amount > most:
        why = f"the invoice still holds {words(most, currency)} of it: give back at most that"
        raise Invalid.field(field, "maximum", why, target=str(most))


def parts(wanted: Mapping[str, Any], left: Held, currency: str) -> tuple[Parts, bool]:
    """Return what is taken from which line, and whether the lines were named (or all taken); raises Invalid.

    `wanted`: `whole`, or `amount`, or `lines` [{line, amount}] (without amount: all that the line still holds).
    """
    ways = [key for key in ("whole", "amount", "lines") if wanted.get(key)]
    if len(ways) != 1:
        raise Invalid.field("amount", "required", "say what is given back: `whole`, or an `amount`, or `lines`")
    if left.total <= 0:
        raise Invalid.field(ways[0], "maximum", "all that this invoice charged is given back already", target="0")
    if ways[0] == "whole":
        return spread(left, left.total), True
    if ways[0] == "amount":
        amount = _amount(wanted["amount"], "amount")
        _most(amount, left.total, "amount", currency)
        return spread(left, amount), False
    found: Parts = {}
    for at, one in enumerate(wanted["lines"]):
        field = f"lines.{at}.amount"
        place = int(one["line"])
        if place not in left.lines or place in found:
            raise Invalid.field(
                f"lines.{at}.line", "invalid", "that line holds nothing to give back, or is named twice"
            )
        most = left.lines[place]
        amount = most if one.get("amount") is None else _amount(one["amount"], field)
        _most(amount, most, field, currency)
        found[place] = amount
    if sum(found.values(), ZERO) > left.total:
        _most(sum(found.values(), ZERO), left.total, "lines", currency)
    return found, True
