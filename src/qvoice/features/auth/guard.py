"""The brake on password guessing: counts different wrong credentials per account and source address.

A client that repeats one stale credential is not guessing and counts once. Because the source is part of the key,
nobody can lock
anybody else out; because the account is, one customer's mistakes do not touch another's behind the same address.
"""

from __future__ import annotations

import hashlib
from collections import OrderedDict

from qvoice.kit.errors import LimitReached

WINDOW_S = 300.0
MAX_WRONG = 10
_MAX_KEYS = 50_000


class TooManyAttempts(LimitReached):
    """Too many wrong passwords from this address for this account. Wait five minutes and try again."""

    code = "too_many_requests"


class LoginGuard:
    """Remembers wrong attempts of the last five minutes, bounded in memory."""

    def __init__(self) -> None:
        """Start with nothing remembered."""
        self._wrong: OrderedDict[tuple[str, str, str], dict[bytes, float]] = OrderedDict()

    def check(self, account: str, user: str, source: str, now: float) -> None:
        """Raise TooManyAttempts when this source has tried too many different credentials; `now` in seconds,
        monotonic.
        """
        recent = self._recent((account, user, source), now)
        if len(recent) >= MAX_WRONG:
            wait = int(WINDOW_S - (now - min(recent.values()))) + 1
            raise TooManyAttempts(retry_after=max(wait, 1))

    def wrong(self, account: str, user: str, source: str, credential: str, now: float) -> None:
        """Count a wrong credential."""
        key = (account, user, source)
        recent = self._recent(key, now)
        recent[hashlib.sha256(credential.encode()).digest()] = now
        self._wrong[key] = recent
        self._wrong.move_to_end(key)
        while len(self._wrong) > _MAX_KEYS:
            self._wrong.popitem(last=False)

    def right(self, account: str, user: str, source: str) -> None:
        """Forget the mistakes of somebody who then knew the password."""
        self._wrong.pop((account, user, source), None)

    def _recent(self, key: tuple[str, str, str], now: float) -> dict[bytes, float]:
        return {digest: at for digest, at in self._wrong.get(key, {}).items() if now - at < WINDOW_S}
