"""Emergency numbers. They are recognised before anything else, in every country, and never restricted, limited or
rewritten.

933 is the North American test number: it takes the emergency route and reads the address back (Bandwidth, Intrado
and others).
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import Any

import phonenumbers

from qvoice.core.dialing.normalise import DEFAULT_COUNTRY, country_of, is_nanp

_NANP = frozenset({"911", "933"})
TEST_NUMBERS = frozenset({"933"})
"""Numbers that test the emergency route; nobody is alarmed."""

CALLBACK_SECONDS = 1800.0
"""How long a call to the number shown in an emergency call rings the very phone that made it."""


@lru_cache(maxsize=16384)
def emergency_number(dialled: str, country: str = DEFAULT_COUNTRY) -> str | None:
    """Return the emergency number that `dialled` means in `country`, as carriers want it, or None.

    `+911`, `sip` separators and spaces are forgiven. In the NANP: 911, 933 (test), both with the 9 that other systems
    want before outside calls, and 112; elsewhere the country's
    own numbers and 112.
    """
    digits = "".join(c for c in dialled if c not in " -.()+")
    if not digits.isascii() or not digits.isdigit():
        return None
    if is_nanp(country):
        for number in (digits, digits[1:] if digits.startswith("9") else ""):
            if number in _NANP:
                return number
    if digits == "112" or phonenumbers.is_emergency_number(digits, country):
        return digits
    return None


def is_emergency(dialled: str, country: str = DEFAULT_COUNTRY) -> bool:
    """Tell whether `dialled` is an emergency number in `country`."""
    return emergency_number(dialled, country) is not None


def beats_extensions(dialled: str, country: str = DEFAULT_COUNTRY) -> bool:
    """Tell whether an emergency number wins even over an extension of the same digits.

    True for the country's own numbers (911, 933, 999, 000 …). 112 and 9911 in the NANP yield: offices have extensions
    112 and 9911, and 911 works.
    """
    number = emergency_number(dialled, country)
    short = "".join(c for c in dialled if c.isdigit()) == number
    return number is not None and short and not (number == "112" and is_nanp(country))


def account_emergency(dialled: str, account: Mapping[str, Any]) -> str | None:
    """As `emergency_number`, with the country of the account document."""
    return emergency_number(dialled, country_of(account))


class Callbacks:
    """Which phone made an emergency call that showed a number, so that a call-back reaches it. Unix seconds."""

    def __init__(self) -> None:
        """Know of none."""
        self._recent: dict[tuple[str, str], tuple[str, float]] = {}

    def note(self, account_id: str, shown: str, device_id: str, *, at: float) -> None:
        """An emergency call from a device showed this number."""
        self._recent = {key: value for key, value in self._recent.items() if value[1] > at - CALLBACK_SECONDS}
        self._recent[account_id, shown] = (device_id, at)

    def device_for(self, account_id: str, number: str, *, now: float) -> str | None:
        """Return the device that a call to this number must ring, or None."""
        device, at = self._recent.get((account_id, number), ("", 0.0))
        return device if device and now - at <= CALLBACK_SECONDS else None

    def done(self, account_id: str, number: str) -> None:
        """The call-back was answered: from now on the number is what it was before."""
        self._recent.pop((account_id, number), None)
