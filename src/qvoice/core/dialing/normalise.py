"""What people dial → E.164 by the account's country; extensions, feature codes and short numbers stay as they are.

NANP rules are the dialect's (kazoo.md 4.4); other countries follow libphonenumber's numbering plans.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

import phonenumbers

from qvoice.core.dialing.pattern import safe_search
from qvoice.core.dialing.zones import country_of_zone

DEFAULT_COUNTRY = "US"
"""Numbering plan of an account that tells nothing of its country: NANP."""

MAX_SHORT = 6
"""Digits of the longest extension or short code that is left alone in any country."""

_SEPARATORS = re.compile(r"[\s().\-/\u00a0\u2010-\u2015]")
_DIGITS = re.compile(r"\+?[0-9]+")


def country_of(account: Mapping[str, Any]) -> str:
    """Return the ISO country whose numbering plan an account dials in.

    First found: `dial_plan.country`, `address.country`, `country`, the country of `timezone`, else DEFAULT_COUNTRY.
    """
    for holder in (account.get("dial_plan"), account.get("address"), account):
        code = holder.get("country") if isinstance(holder, Mapping) else None
        if isinstance(code, str) and code.upper() in phonenumbers.SUPPORTED_REGIONS:
            return code.upper()
    zone = account.get("timezone")
    return (country_of_zone(zone) if isinstance(zone, str) else None) or DEFAULT_COUNTRY


def to_e164(dialled: str, country: str = DEFAULT_COUNTRY, *, dial_plan: Mapping[str, Any] | None = None) -> str:
    """Return `+…` for what is a telephone number in `country`, else `dialled` without separators (extensions, `*97`,
    names).

    `dial_plan` is the dialect's: {regex: {prefix, suffix}}; the first key that matches rewrites the number before
    the rules
    (capture group 1, or the match, between prefix and suffix).
    """
    number = _SEPARATORS.sub("", dialled.strip()) if not any(c.isalpha() for c in dialled) else dialled.strip()
    number = apply_dial_plan(number, dial_plan or {})
    if not _DIGITS.fullmatch(number) or not number.isascii():
        return number
    return _convert(number, country)


def apply_dial_plan(number: str, dial_plan: Mapping[str, Any]) -> str:
    """Apply the first matching rewrite rule of a dial plan; keys that are settings (`system`, `country`) are not
    rules."""
    for pattern, rule in dial_plan.items():
        if not isinstance(rule, Mapping):
            continue
        match = safe_search(pattern, number)
        if match is not None:
            prefix, suffix = (text if isinstance(text := rule.get(key), str) else "" for key in ("prefix", "suffix"))
            return f"{prefix}{match.first or match.whole}{suffix}"
    return number


def is_e164(number: str) -> bool:
    """Tell whether `number` has the form `+` and 7 to 15 digits (ITU-T E.164 length; first digit not 0)."""
    return re.fullmatch(r"\+[1-9][0-9]{6,14}", number) is not None


def is_nanp(country: str) -> bool:
    """Tell whether a country dials by the North American plan (country code 1)."""
    return phonenumbers.country_code_for_region(country) == 1


@lru_cache(maxsize=16384)
def _convert(number: str, country: str) -> str:
    if number.startswith("+"):
        return number
    if len(number) <= MAX_SHORT:
        return number
    if is_nanp(country):
        return _nanp(number)
    if number.startswith("00") and is_e164("+" + number[2:]):
        return "+" + number[2:]
    return _parsed(number, country) or _parsed("+" + number, country) or number


def _nanp(number: str) -> str:
    for prefix in ("011", "00"):
        if number.startswith(prefix) and is_e164("+" + number[len(prefix) :]):
            return "+" + number[len(prefix) :]
    if re.fullmatch(r"1?[2-9][0-9]{9}", number):
        return "+1" + number[-10:]
    if re.fullmatch(r"[2-9][0-9]{7,14}", number):
        return "+" + number
    return number


def _parsed(number: str, country: str) -> str | None:
    try:
        parsed = phonenumbers.parse(number, country)
    except phonenumbers.NumberParseException:
        return None
    if not phonenumbers.is_valid_number(parsed):
        return None
    return phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.E164)
