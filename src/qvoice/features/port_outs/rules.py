"""When a number may leave: what is checked, in which order, and how a refusal reads (peers.md 2(h))."""

from __future__ import annotations

import hmac
import re
from dataclasses import dataclass
from datetime import date, timedelta

from qvoice.kit.workdays import next_working_day

MAX_TRIES = 5
"""Wrong account numbers and PINs for one number in a day; after them nothing is compared any more."""
PIN = re.compile(r"[0-9]{4,10}")

REASONS = {
    "unknown": {
        "en": "the number is not one of ours",
        "fr": "le numéro n'est pas à nous",
    },
    "state": {
        "en": "the number is not in service",
        "fr": "le numéro n'est pas en service",
    },
    "pending": {
        "en": "another carrier's request for this number is accepted already",
        "fr": "la demande d'un autre opérateur pour ce numéro est déjà acceptée",
    },
    "locked": {
        "en": "the number is locked against being moved away: its owner has to take the lock off first",
        "fr": "le numéro est verrouillé contre le transfert : son titulaire doit d'abord lever le verrou",
    },
    "tries": {
        "en": "too many wrong account numbers or PINs today: ask again tomorrow",
        "fr": "trop de numéros de compte ou de NIP erronés aujourd'hui : redemandez demain",
    },
    "account_number": {
        "en": "the account number does not match",
        "fr": "le numéro de compte ne correspond pas",
    },
    "pin": {
        "en": "the PIN is missing or wrong",
        "fr": "le NIP manque ou est erroné",
    },
    "disputed": {
        "en": "the owner of the number says that he did not ask for it",
        "fr": "le titulaire du numéro dit ne pas l'avoir demandé",
    },
    "desk": {
        "en": "refused by the desk",
        "fr": "refusé par le bureau des transferts",
    },
}
"""Reason → what it says, by language."""

STATES = ("refused", "accepted", "canceled", "completed")
_NEXT: dict[str, frozenset[str]] = {
    "accepted": frozenset({"accepted", "refused", "canceled", "completed"}),
}
BY_CUSTOMER = frozenset({"refused"})
"""What the account itself may say, as long as the number is here: that it never asked for this."""


def account_number(account_id: str) -> str:
    """Return what the account quotes to the carrier it moves a number to: ten digits that never change.

    It is compared with the number's own account only, so two accounts may share one.
    """
    return f"{int(account_id[:16], 16) % 10**10:010d}"


@dataclass(frozen=True, slots=True)
class Holder:
    """What we know of a number. `state` '' = it is none of ours; `pin` '' = its account has set none."""

    state: str = ""
    locked: bool = True
    account_number: str = ""
    pin: str = ""
    pending: bool = False
    tries: int = 0


def refusal(holder: Holder, *, account_number: str, pin: str) -> str:
    """Return the reason (a key of REASONS) for which a number stays; '' when it may leave."""
    if not holder.state:
        return "unknown"
    if holder.pending or holder.state == "port_out":
        return "pending"
    if holder.state != "in_service":
        return "state"
    if holder.locked:
        return "locked"
    if holder.tries >= MAX_TRIES:
        return "tries"
    if not _same(re.sub(r"[\s-]", "", account_number), holder.account_number):
        return "account_number"
    if holder.pin and not _same(pin.strip(), holder.pin):
        return "pin"
    return ""


def _same(given: str, known: str) -> bool:
    return hmac.compare_digest(given.encode(), known.encode())


def day_of(wanted: str, *, today: date, country: str = "") -> date:
    """Return the day a number leaves: the one wished for, but a working day, and not before the next one (47 CFR 52.35
    gives a simple port one business day).
    """
    first = next_working_day(today + timedelta(days=1), country)
    try:
        return max(first, next_working_day(date.fromisoformat(wanted), country))
    except ValueError:
        return first


def may_become(now: str, wanted: str) -> bool:
    """Tell whether a request in state `now` may get the state `wanted`; `accepted` again gives it another day."""
    return wanted in _NEXT.get(now, frozenset())


def next_of(now: str, *, by_platform: bool) -> list[str]:
    """Return the states that whoever asks may give a request."""
    return [state for state in STATES if may_become(now, state) and (by_platform or state in BY_CUSTOMER)]
