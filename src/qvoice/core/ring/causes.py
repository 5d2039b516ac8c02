"""Hangup causes and SIP codes, and what several failures together mean to the caller.

Names are Q.850 in the dialect's spelling. Codes follow RFC 3398 with the field's usual choices.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

SIP_OF = {
    "UNALLOCATED_NUMBER": 404,
    "NO_ROUTE_DESTINATION": 404,
    "USER_BUSY": 486,
    "NO_USER_RESPONSE": 408,
    "NO_ANSWER": 480,
    "SUBSCRIBER_ABSENT": 480,
    "USER_NOT_REGISTERED": 480,
    "CALL_REJECTED": 603,
    "NUMBER_CHANGED": 410,
    "DESTINATION_OUT_OF_ORDER": 502,
    "INVALID_NUMBER_FORMAT": 484,
    "FACILITY_REJECTED": 501,
    "NORMAL_CLEARING": 480,
    "NORMAL_UNSPECIFIED": 480,
    "NORMAL_TEMPORARY_FAILURE": 503,
    "NORMAL_CIRCUIT_CONGESTION": 503,
    "NETWORK_OUT_OF_ORDER": 502,
    "SWITCH_CONGESTION": 503,
    "OUTGOING_CALL_BARRED": 403,
    "INCOMING_CALL_BARRED": 403,
    "BEARERCAPABILITY_NOTAUTH": 403,
    "INCOMPATIBLE_DESTINATION": 488,
    "BEARERCAPABILITY_NOTIMPL": 488,
    "RECOVERY_ON_TIMER_EXPIRE": 504,
    "PROGRESS_TIMEOUT": 408,
    "ORIGINATOR_CANCEL": 487,
    "EXCHANGE_ROUTING_ERROR": 483,
    "UNWANTED": 607,
    "ATTENDED_TRANSFER": 200,
    "INTERWORKING": 500,
    "INSUFFICIENT_FUNDS": 402,
    "SPENDING_LIMIT": 402,
    "MINUTES_USED_UP": 402,
    "ACCOUNT_LOCKED": 403,
}
"""Hangup cause → SIP code of a refusal."""

CAUSE_OF = {
    400: "NORMAL_TEMPORARY_FAILURE",
    401: "CALL_REJECTED",
    402: "CALL_REJECTED",
    403: "CALL_REJECTED",
    404: "UNALLOCATED_NUMBER",
    405: "NORMAL_TEMPORARY_FAILURE",
    406: "INCOMPATIBLE_DESTINATION",
    407: "CALL_REJECTED",
    408: "NO_USER_RESPONSE",
    410: "NUMBER_CHANGED",
    415: "INCOMPATIBLE_DESTINATION",
    480: "SUBSCRIBER_ABSENT",
    481: "NORMAL_TEMPORARY_FAILURE",
    482: "EXCHANGE_ROUTING_ERROR",
    483: "EXCHANGE_ROUTING_ERROR",
    484: "INVALID_NUMBER_FORMAT",
    485: "NO_ROUTE_DESTINATION",
    486: "USER_BUSY",
    487: "ORIGINATOR_CANCEL",
    488: "INCOMPATIBLE_DESTINATION",
    500: "NORMAL_TEMPORARY_FAILURE",
    501: "FACILITY_REJECTED",
    502: "NETWORK_OUT_OF_ORDER",
    503: "NORMAL_TEMPORARY_FAILURE",
    504: "RECOVERY_ON_TIMER_EXPIRE",
    600: "USER_BUSY",
    603: "CALL_REJECTED",
    604: "NO_ROUTE_DESTINATION",
    606: "INCOMPATIBLE_DESTINATION",
    607: "UNWANTED",
}
"""SIP code → hangup cause (of what a phone or carrier answered)."""

REJECTIONS = frozenset({"USER_BUSY", "CALL_REJECTED", "UNWANTED"})
"""A person or phone said no."""

SENT_TO_VOICEMAIL = "SENT_TO_VOICEMAIL"
"""Who was asked about a screened caller chose voicemail."""
CHOSEN = frozenset({"CALL_REJECTED", SENT_TO_VOICEMAIL})
"""What somebody can choose for a screened caller: it holds for all phones that ring."""

CALLEE_SPOKE = REJECTIONS | {"NO_ANSWER", "NO_USER_RESPONSE", "SUBSCRIBER_ABSENT", "NORMAL_CLEARING"}
"""After ringing through a carrier, these are the callee's word: another carrier would only ring him again."""

ABSENT = frozenset({"SUBSCRIBER_ABSENT", "USER_NOT_REGISTERED", "NO_USER_RESPONSE", "DESTINATION_OUT_OF_ORDER"})
"""Nobody was there to say anything."""


@dataclass(frozen=True, slots=True)
class Failure:
    """Why one leg did not lead to a conversation. `sip_code` 0 when no SIP answer caused it."""

    cause: str
    sip_code: int = 0


def code_of(cause: str) -> int:
    """Return the SIP code that tells a caller this cause (480 when the cause is unknown)."""
    return SIP_OF.get(cause, 480)


def cause_of(sip_code: int) -> str:
    """Return the hangup cause for a final SIP code of 300 and above."""
    if sip_code in CAUSE_OF:
        return CAUSE_OF[sip_code]
    if 500 <= sip_code < 600:
        return "NORMAL_TEMPORARY_FAILURE"
    return "CALL_REJECTED" if sip_code >= 600 else "NORMAL_UNSPECIFIED"


def overall(failures: Sequence[Failure]) -> Failure:
    """Return what all these failures mean together (none at all: SUBSCRIBER_ABSENT).

    Phones that are not there count only when no other answered. Then: any that rang out → NO_ANSWER; only busy and
    rejected ones → USER_BUSY
    if one was busy, else the rejection; else the last failure.
    """
    if not failures:
        return Failure("SUBSCRIBER_ABSENT", 480)
    present = [f for f in failures if f.cause not in ABSENT] or list(failures)
    for wanted in ("NO_ANSWER", "USER_BUSY"):
        chosen = next((f for f in present if f.cause == wanted), None)
        if chosen is not None and (wanted == "NO_ANSWER" or all(f.cause in REJECTIONS for f in present)):
            return Failure(chosen.cause, chosen.sip_code or code_of(chosen.cause))
    last = present[-1]
    return Failure(last.cause, last.sip_code or code_of(last.cause))
