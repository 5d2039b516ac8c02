"""Why a call to or from a carrier is not made, or is ended: a cause for the record, a sentence for people, and what the
caller hears.
"""

from __future__ import annotations

from dataclasses import dataclass

MONEY, DAILY, MONTHLY, TRUNKS, CALLS = "money", "daily", "monthly", "trunks", "calls"
BUNDLE, OFF_HOURS, UNUSUAL, GONE = "bundle", "off-hours", "unusual", "gone"
CLASS, LOCKED, VELOCITY, FORWARDS, NO_RATE, AWAY = "class", "locked", "velocity", "forwards", "no-rate", "unavailable"

OUT_OF_MONEY, SPENT, USED_UP = "INSUFFICIENT_FUNDS", "SPENDING_LIMIT", "MINUTES_USED_UP"
LOCK, NOT_NOW = "ACCOUNT_LOCKED", "NORMAL_TEMPORARY_FAILURE"

_CAUSES = {
    MONEY: (OUT_OF_MONEY, 402),
    DAILY: (SPENT, 402),
    MONTHLY: (SPENT, 402),
    BUNDLE: (USED_UP, 402),
    TRUNKS: ("NORMAL_CIRCUIT_CONGESTION", 503),
    CALLS: ("NORMAL_CIRCUIT_CONGESTION", 503),
    CLASS: ("OUTGOING_CALL_BARRED", 403),
    LOCKED: ("OUTGOING_CALL_BARRED", 403),
    VELOCITY: ("OUTGOING_CALL_BARRED", 403),
    OFF_HOURS: ("OUTGOING_CALL_BARRED", 403),
    UNUSUAL: ("OUTGOING_CALL_BARRED", 403),
    GONE: ("NUMBER_CHANGED", 410),
    FORWARDS: ("OUTGOING_CALL_BARRED", 403),
    NO_RATE: ("OUTGOING_CALL_BARRED", 403),
    AWAY: (NOT_NOW, 503),
}

_SAID = {
    "en": {
        OUT_OF_MONEY: "Your account does not have enough credit for this call. Please add funds and call again.",
        SPENT: "Your account has reached its spending limit. Please contact your administrator.",
        USED_UP: "The minutes of your plan are used up. Please contact your administrator.",
        "NORMAL_CIRCUIT_CONGESTION": "All of your lines are in use. Please try your call again later.",
        "OUTGOING_CALL_BARRED": "Calls to this number are not permitted. Please contact your administrator.",
        "NUMBER_CHANGED": "The account of this telephone has been closed. Please contact your provider.",
        "NORMAL_TEMPORARY_FAILURE": "Your call cannot be completed at this time. Please try again later.",
    },
    "fr": {
        OUT_OF_MONEY: "Le solde de votre compte ne suffit pas pour cet appel. Ajoutez des fonds et rappelez.",
        SPENT: "Votre compte a atteint sa limite de dépenses. Veuillez contacter votre administrateur.",
        USED_UP: "Les minutes de votre forfait sont épuisées. Veuillez contacter votre administrateur.",
        "NORMAL_CIRCUIT_CONGESTION": "Toutes vos lignes sont occupées. Veuillez rappeler plus tard.",
        "OUTGOING_CALL_BARRED": "Les appels vers ce numéro ne sont pas permis. Contactez votre administrateur.",
        "NUMBER_CHANGED": "Le compte de ce téléphone a été fermé. Veuillez contacter votre fournisseur.",
        "NORMAL_TEMPORARY_FAILURE": "Votre appel ne peut aboutir en ce moment. Veuillez rappeler plus tard.",
    },
}
_ENDED = {
    "en": {
        OUT_OF_MONEY: "This call has been ended because the credit of your account is used up.",
        SPENT: "This call has been ended because your account has reached its spending limit.",
        USED_UP: "This call has been ended because the minutes of your plan are used up.",
        LOCK: "This call has been ended by your provider. Please contact your administrator.",
    },
    "fr": {
        OUT_OF_MONEY: "Cet appel a pris fin parce que le crédit de votre compte est épuisé.",
        SPENT: "Cet appel a pris fin parce que votre compte a atteint sa limite de dépenses.",
        USED_UP: "Cet appel a pris fin parce que les minutes de votre forfait sont épuisées.",
        LOCK: "Votre fournisseur a mis fin à cet appel. Veuillez contacter votre administrateur.",
    },
}

CUT = frozenset({OUT_OF_MONEY, SPENT, USED_UP, LOCK})
"""Causes of calls that were ended because of money or a lock; whoever is left hears why."""


@dataclass(frozen=True, slots=True)
class Refusal:
    """`account_id`: the level that says no. `why`: a sentence for the trace, the log and the audit."""

    reason: str
    account_id: str
    why: str

    @property
    def cause(self) -> str:
        """The hangup cause of the record."""
        return _CAUSES[self.reason][0]

    @property
    def sip_code(self) -> int:
        """The SIP code that the caller's phone gets."""
        return _CAUSES[self.reason][1]


def announcement(cause: str, language: str) -> str:
    """Return what the caller hears when his call is refused with `cause`."""
    said = _SAID["fr" if language.lower().startswith("fr") else "en"]
    return said.get(cause, said["NORMAL_TEMPORARY_FAILURE"])


def farewell(cause: str, language: str) -> str:
    """Return what is said when a running call is ended with `cause`, one of `CUT`."""
    return _ENDED["fr" if language.lower().startswith("fr") else "en"][cause]
