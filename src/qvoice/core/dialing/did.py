"""What a telephone number says about its calls (kazoo.md 2.4 phone_numbers, 4.5): read from its document, once.

`prepend` marks incoming calls in the caller's name, `failover` says where they go when the account cannot take them,
`ringback` what the caller hears, `cnam` which name the number shows and whether callers' names are looked up.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from qvoice.core.dialing.invite_format import points_inside, sip_uri
from qvoice.core.dialing.normalise import is_e164

CANNOT_TAKE = frozenset(
    {
        "DESTINATION_OUT_OF_ORDER",
        "EXCHANGE_ROUTING_ERROR",
        "INCOMPATIBLE_DESTINATION",
        "NETWORK_OUT_OF_ORDER",
        "NORMAL_CIRCUIT_CONGESTION",
        "NORMAL_TEMPORARY_FAILURE",
        "NO_ROUTE_DESTINATION",
        "NO_USER_RESPONSE",
        "PROGRESS_TIMEOUT",
        "RECOVERY_ON_TIMER_EXPIRE",
        "SUBSCRIBER_ABSENT",
        "SWITCH_CONGESTION",
        "UNALLOCATED_NUMBER",
        "USER_NOT_REGISTERED",
    }
)
"""Causes that say nobody could be reached. Somebody who is busy, declines or does not answer has been reached: what
then happens is the callflow's to say, not the number's."""


@dataclass(frozen=True, slots=True)
class NumberSettings:
    """`failover`: an E.164 number or a SIP URI, '' for none. `ringback` and `transfer_ringback`: media ids.
    `display_name`: what the number shows to the world; `look_up`: find the names of callers who send none.
    """

    prepend: tuple[str, str] = ("", "")
    """Put before the caller's name and number, as module prepend_cid does."""
    failover: str = ""
    ringback: str = ""
    transfer_ringback: str = ""
    display_name: str = ""
    look_up: bool = False


def settings_of(document: Mapping[str, Any]) -> NumberSettings:
    """Read a number's document. Whatever is not usable counts as not there: a call is never lost for it."""
    prepend, cnam, ringback = (_part(document, key) for key in ("prepend", "cnam", "ringback"))
    name, number = _text(prepend, "name"), _text(prepend, "number")
    wanted = prepend.get("enabled") is not False
    return NumberSettings(
        prepend=(f"{name} " if name else "", number) if wanted else ("", ""),
        failover=_failover(_part(document, "failover")),
        ringback=_text(ringback, "early"),
        transfer_ringback=_text(ringback, "transfer"),
        display_name=_text(cnam, "display_name"),
        look_up=cnam.get("inbound_lookup") is True,
    )


def _failover(wanted: Mapping[str, Any]) -> str:
    number, uri = _text(wanted, "e164"), sip_uri(_text(wanted, "sip"))
    if is_e164(number):
        return number
    return uri if uri is not None and not points_inside(uri) else ""


def _part(document: Mapping[str, Any], key: str) -> Mapping[str, Any]:
    value = document.get(key)
    return value if isinstance(value, Mapping) else {}


def _text(part: Mapping[str, Any], key: str) -> str:
    value = part.get(key)
    return value.strip() if isinstance(value, str) else ""
