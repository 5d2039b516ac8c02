"""Emergency numbers. They are recognised before anything else, in every country, and never restricted, limited or
rewritten.

933 is the North American test number: it takes the emergency route and reads the address back (Bandwidth, Intrado
and others).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import phonenumbers

from qvoice.core.dialing.normalise import DEFAULT_COUNTRY, country_of, is_nanp

_NANP = frozenset({"911", "933"})


def emergency_number(dialled: str, country: str = DEFAULT_COUNTRY) -> str | None:
    """Return the emergency number that `dialled` means in `country`, as carriers want it, or None.

    `+911`, `sip` separators and spaces are forgiven. In the NANP: 911, 933 (test) and 112; elsewhere the country's
    own numbers and 112.
    """
    digits = "".join(c for c in dialled if c not in " -.()+")
    if not digits.isascii() or not digits.isdigit():
        return None
    if is_nanp(country) and digits in _NANP:
        return digits
    if digits == "112" or phonenumbers.is_emergency_number(digits, country):
        return digits
    return None


def is_emergency(dialled: str, country: str = DEFAULT_COUNTRY) -> bool:
    """Tell whether `dialled` is an emergency number in `country`."""
    return emergency_number(dialled, country) is not None


def beats_extensions(dialled: str, country: str = DEFAULT_COUNTRY) -> bool:
    """Tell whether an emergency number wins even over an extension of the same digits.

    True for the country's own numbers (911, 933, 999, 000 …). 112 in the NANP yields: offices have an extension 112,
    and 911 works.
    """
    number = emergency_number(dialled, country)
    return number is not None and not (number == "112" and is_nanp(country))


def account_emergency(dialled: str, account: Mapping[str, Any]) -> str | None:
    """As `emergency_number`, with the country of the account document."""
    return emergency_number(dialled, country_of(account))
