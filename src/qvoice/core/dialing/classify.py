"""The class of a number: the key of `call_restriction`, of trunk `classifiers`, and of prices (kazoo.md 4.4)."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

import phonenumbers

from qvoice.core.dialing.emergency import is_emergency
from qvoice.core.dialing.normalise import DEFAULT_COUNTRY, is_nanp

_CARIBBEAN = (
    "242|246|264|268|284|340|345|441|473|649|664|658|670|671|684|721|758|767|784|787|809|829|849|868|869|876|939"
)


@dataclass(frozen=True, slots=True)
class Classifier:
    """One number class. `pattern` is matched against E.164 or the short number as dialled."""

    name: str
    friendly_name: str
    pattern: str
    emergency: bool = False


CLASSIFIERS = (
    Classifier("tollfree_us", "US toll free", r"\+1(?:800|88[0-9]|877|866|855|844|833|822)[0-9]{7}"),
    Classifier("toll_us", "US toll", r"\+1900[0-9]{7}"),
    Classifier("emergency", "Emergency dispatcher", r"911|922|933|833|811|711|999|112", emergency=True),
    Classifier("caribbean", "Caribbean and Pacific islands", rf"\+1(?:{_CARIBBEAN})[0-9]{{7}}"),
    Classifier("did_us", "US and Canada", r"\+1[2-9][0-9]{2}[2-9][0-9]{6}"),
    Classifier("international", "International", r"\+[2-9][0-9]{7,}"),
    Classifier("unknown", "Unknown", r".*"),
)
"""Tested in this order; the last takes everything."""

NATIONAL = (
    Classifier("national_tollfree", "Freephone", ""),
    Classifier("national_premium", "Premium rate", ""),
    Classifier("national_mobile", "Mobile", ""),
    Classifier("national", "National", ""),
)
"""Classes of home numbers in countries outside the NANP (by libphonenumber's number type)."""

_TYPES = {
    phonenumbers.PhoneNumberType.TOLL_FREE: "national_tollfree",
    phonenumbers.PhoneNumberType.PREMIUM_RATE: "national_premium",
    phonenumbers.PhoneNumberType.MOBILE: "national_mobile",
}


@lru_cache(maxsize=16384)
def classify(number: str, country: str = DEFAULT_COUNTRY) -> str:
    """Return the class name of a normalised number as seen from `country`.

    Outside the NANP, home numbers have the classes of NATIONAL, and NANP numbers are `international`.
    """
    if is_emergency(number, country):
        return "emergency"
    if not is_nanp(country) and number.startswith("+"):
        return _abroad(number, country)
    return next(c.name for c in CLASSIFIERS if re.fullmatch(c.pattern, number, re.DOTALL))


def _abroad(number: str, country: str) -> str:
    try:
        parsed = phonenumbers.parse(number, None)
    except phonenumbers.NumberParseException:
        return "unknown"
    if parsed.country_code == phonenumbers.country_code_for_region(country):
        return _TYPES.get(phonenumbers.number_type(parsed), "national")
    return "international"
