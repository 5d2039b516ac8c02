"""Which PINs are refused, and how guessing is slowed down. Pure rules; `pin.py` stores."""

from __future__ import annotations

from datetime import datetime, timedelta
from itertools import pairwise

FREE_FAILURES = 5
"""Wrong PINs from one origin before it is locked."""
FORGET_AFTER = timedelta(hours=24)
"""A run of failures older than this is forgotten."""
_FIRST_LOCK = timedelta(minutes=5)
_LONGEST_LOCK = timedelta(hours=6)


def acceptable(pin: str, *, mailbox: str) -> bool:
    """Tell whether a PIN may be set: 4 to 6 digits, not one digit repeated, no run up or down, not the box's number."""
    if not (4 <= len(pin) <= 6 and pin.isascii() and pin.isdigit()) or pin == mailbox:
        return False
    steps = {(int(b) - int(a)) % 10 for a, b in pairwise(pin)}
    return steps not in ({0}, {1}, {9})


def locked_until(failures: int, *, last_failure: datetime) -> datetime | None:
    """Return until when an origin with this many failures in a row may not try, or None.

    5 failures lock for 5 minutes; each further one doubles it, up to 6 hours.
    """
    if failures < FREE_FAILURES:
        return None
    return last_failure + min(_FIRST_LOCK * 2 ** min(failures - FREE_FAILURES, 10), _LONGEST_LOCK)


def origin(*, caller_device: str | None, caller_owner: str | None, box_owner: str | None) -> str:
    """Name the origin that failures are counted for, so that nobody's guesses lock out another's phone.

    `owner`: the box owner's own phone; `device:<id>`: another phone of the account; `outside`: everybody else together
    (their caller ids can be forged).
    """
    if box_owner and caller_owner == box_owner:
        return "owner"
    return f"device:{caller_device}" if caller_device else "outside"
