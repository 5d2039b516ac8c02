"""What a phone number looks like here: E.164, and nothing else goes into the database (B1)."""

from __future__ import annotations

import re
from collections.abc import Iterable

import phonenumbers

_E164 = re.compile(r"\+[1-9][0-9]{2,14}")
_NANP = 1
_SHORTEST = 7
STATES = frozenset(
    {"aging", "available", "deleted", "discovery", "in_service", "port_in", "port_out", "released", "reserved"}
)


class NoNumber(ValueError):
    """This is no number; the text says what to do. `code` is stable: clients word it in other languages by it."""

    def __init__(self, message: str, *, code: str) -> None:
        super().__init__(message)
        self.code = code


def e164(text: str) -> str:
    """Return a number in E.164. Ten digits are North American (the dialect's rule); raises NoNumber."""
    number = re.sub(r"[\s().-]", "", text[:64])
    if re.fullmatch(r"[2-9][0-9]{9}", number):
        number = "+1" + number
    elif re.fullmatch(r"1[2-9][0-9]{9}", number):
        number = "+" + number
    if _E164.fullmatch(number) is None:
        raise NoNumber("not in E.164: write +, the country code and the number, such as +14164445555", code="no_number")
    try:
        parsed = phonenumbers.parse(number, None)
    except phonenumbers.NumberParseException:
        raise NoNumber("no country has this code: check the digits after the +", code="no_country") from None
    # North American lengths are fixed; elsewhere plans change, and some are short (the specification: +661234567).
    if parsed.country_code == _NANP and not phonenumbers.is_possible_number(parsed):
        raise NoNumber("too short or too long for its country: check the digits", code="number_length")
    if len(number) <= _SHORTEST:
        raise NoNumber(
            f"too short: a number has at least {_SHORTEST} digits with its country code", code="number_length"
        )
    return number


CREATED_IN = frozenset({"in_service", "available", "reserved", "port_in"})
"""States that a number may enter the platform in."""

_FROM: dict[str, frozenset[str]] = {
    "available": frozenset({"discovery", "reserved", "aging", "released", "in_service"}),
    "reserved": frozenset({"discovery", "available", "in_service"}),
    "in_service": frozenset({"discovery", "available", "reserved", "aging", "released", "port_in", "port_out"}),
    "port_in": frozenset({"discovery", "available", "reserved"}),
    "port_out": frozenset({"in_service"}),
    "released": frozenset({"in_service", "reserved", "port_in", "port_out", "available", "aging"}),
    "aging": frozenset({"in_service", "released"}),
    "deleted": STATES,
}
"""State → states that it may follow."""


def may_become(now: str, wanted: str) -> bool:
    """Tell whether a number in state `now` may get the state `wanted` (staying what it is is always allowed)."""
    return now == wanted or now in _FROM.get(wanted, frozenset())


def country_of(numbers: Iterable[str]) -> str:
    """Return the country (ISO 3166) of the first E.164 number that has one, '' when none has (toll-free, say)."""
    for number in numbers:
        region = phonenumbers.region_code_for_number(phonenumbers.parse(number, None))
        if region and region != "001":
            return region
    return ""
