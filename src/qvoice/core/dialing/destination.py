"""Where a call goes, in the few words that statistics group by: a region, and what kind of line it is there."""

from __future__ import annotations

from functools import lru_cache

import phonenumbers

EMERGENCY = "emergency"
_KINDS = {
    phonenumbers.PhoneNumberType.MOBILE: "mobile",
    phonenumbers.PhoneNumberType.TOLL_FREE: "tollfree",
    phonenumbers.PhoneNumberType.PREMIUM_RATE: "premium",
}


@lru_cache(maxsize=16384)
def destination(number: str) -> str:
    """Return the destination of a number in E.164: `GB`, `GB:mobile`, `CA:tollfree`, `001` (no country, such as
    +800); `emergency` for a short number; `` when it is no number of the world's plan.

    The region is an ISO 3166 code. `:mobile` only where mobile numbers can be told (not in North America).
    """
    if not number.startswith("+"):
        return EMERGENCY if 3 <= len(number) <= 4 and number.isdigit() else ""
    try:
        parsed = phonenumbers.parse(number, None)
    except phonenumbers.NumberParseException:
        return ""
    region = phonenumbers.region_code_for_number(parsed)
    if region is None and parsed.country_code is not None:
        # Numbers that nobody has, in a country that there is: the country is what one wants to see.
        region = phonenumbers.region_code_for_country_code(parsed.country_code)
    if region in (None, "ZZ"):
        return ""
    kind = _KINDS.get(phonenumbers.number_type(parsed))
    return f"{region}:{kind}" if kind else region
