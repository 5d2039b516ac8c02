"""Q.850 cause numbers and the names that flows and CDRs use; what to tell Asterisk so that the caller gets the SIP
code we mean.

The names and their SIP codes are `core.ring.causes`; here is only what Asterisk's numbers add.
"""

from __future__ import annotations

from qvoice.core.ring.causes import cause_of, code_of

NAMES = {
    0: "UNSPECIFIED", 1: "UNALLOCATED_NUMBER", 2: "NO_ROUTE_TRANSIT_NET", 3: "NO_ROUTE_DESTINATION", 6:
    "CHANNEL_UNACCEPTABLE",
    16: "NORMAL_CLEARING", 17: "USER_BUSY", 18: "NO_USER_RESPONSE", 19: "NO_ANSWER", 20: "SUBSCRIBER_ABSENT",
    21: "CALL_REJECTED", 22: "NUMBER_CHANGED", 23: "REDIRECTION_TO_NEW_DESTINATION", 26: "LOSE_RACE",
    27: "DESTINATION_OUT_OF_ORDER", 28: "INVALID_NUMBER_FORMAT", 29: "FACILITY_REJECTED", 31: "NORMAL_UNSPECIFIED",
    34: "NORMAL_CIRCUIT_CONGESTION", 38: "NETWORK_OUT_OF_ORDER", 41: "NORMAL_TEMPORARY_FAILURE", 42:
    "SWITCH_CONGESTION",
    44: "REQUESTED_CHAN_UNAVAIL", 50: "FACILITY_NOT_SUBSCRIBED", 52: "OUTGOING_CALL_BARRED", 54: "INCOMING_CALL_BARRED",
    57: "BEARERCAPABILITY_NOTAUTH", 58: "BEARERCAPABILITY_NOTAVAIL", 65: "BEARERCAPABILITY_NOTIMPL", 69:
    "FACILITY_NOT_IMPLEMENTED",
    79: "SERVICE_NOT_IMPLEMENTED", 88: "INCOMPATIBLE_DESTINATION", 102: "RECOVERY_ON_TIMER_EXPIRE", 111:
    "PROTOCOL_ERROR",
    127: "INTERWORKING",
}  # fmt: skip
_NUMBERS = {name: number for number, name in NAMES.items()}

_Q850_FOR_SIP = {
    402: 21, 403: 21, 404: 1, 408: 18, 410: 22, 480: 19, 484: 28, 486: 17, 488: 58, 500: 38, 501: 29, 502: 27, 503: 42,
    600: 17, 603: 21, 604: 3, 606: 58, 607: 21,
}  # fmt: skip
"""Asterisk's chan_pjsip makes the SIP code of a refusal from a Q.850 number (hangup_cause2sip); this is the way back.
"""


def name_of(q850: int, sip: int = 0) -> str:
    """Return the cause name for a Q.850 number; a SIP refusal, when there is one, says it better."""
    if sip >= 300:
        return cause_of(sip)
    return NAMES.get(q850, "NORMAL_UNSPECIFIED")


_TOLD_BY_ASTERISK = frozenset({1, 2, 3, 16, 17, 18, 19, 20, 21, 22, 27, 28, 29, 34, 38, 42, 58, 65})
"""Numbers that Asterisk has a SIP code of its own for; it refuses with 603 for all others, which would blame the
callee.
"""


def q850_of(cause: str) -> int:
    """Return the Q.850 number that makes Asterisk refuse a caller with what `cause` means in SIP."""
    number = _NUMBERS.get(cause, 0)
    return number if number in _TOLD_BY_ASTERISK else q850_for_sip(code_of(cause))


def q850_for_sip(code: int) -> int:
    """Return the Q.850 number that makes Asterisk refuse with this SIP code, or the nearest it knows."""
    if code in _Q850_FOR_SIP:
        return _Q850_FOR_SIP[code]
    return 42 if code >= 500 else 31
