"""What a phone number looks like here: E.164, and nothing else goes into the database (B1)."""

from __future__ import annotations

import re

import phonenumbers

_E164 = re.compile(r"\+[1-9][0-9]{2,14}")
_NANP = 1
_SHORTEST = 7
STATES = frozenset(
    {"aging", "available", "deleted", "discovery", "in_service", "port_in", "port_out", "released", "reserved"}
)


def e164(text: str) -> str:
    """Return a number in E.164. Ten digits are North American (the dialect's rule); raises ValueError saying what to
    do.
    """
    number = re.sub(r"[\s().-]", "", text[:64])
    if re.fullmatch(r"[2-9][0-9]{9}", number):
        number = "+1" + number
    elif re.fullmatch(r"1[2-9][0-9]{9}", number):
        number = "+" + number
    if _E164.fullmatch(number) is None:
        raise ValueError("not in E.164: write +, the country code and the number, such as +14164445555")
    try:
        parsed = phonenumbers.parse(number, None)
    except phonenumbers.NumberParseException:
        raise ValueError("no country has this code: check the digits after the +") from None
    # North American lengths are fixed; elsewhere plans change, and some are short (the specification: +661234567).
    if parsed.country_code == _NANP and not phonenumbers.is_possible_number(parsed):
        raise ValueError("too short or too long for its country: check the digits")
    if len(number) <= _SHORTEST:
        raise ValueError(f"too short: a number has at least {_SHORTEST} digits with its country code")
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
