"""How fast calls are begun: a window that slides over time. Machines that place calls for a thief are fast."""

from __future__ import annotations

from collections import deque


class Velocity:
    """Beginnings by account, at most so many within so many seconds. Seconds of any one clock."""

    def __init__(self) -> None:
        """Know of none."""
        self._begun: dict[str, deque[float]] = {}

    def begin(self, account_id: str, most: int, seconds: float, *, now: float) -> bool:
        """Count one more; False when it is one too many."""
        begun = self._begun.setdefault(account_id, deque())
        while begun and begun[0] <= now - seconds:
            begun.popleft()
        if len(begun) >= most:
            return False
        begun.append(now)
        return True

    def forget(self, account_id: str) -> None:
        """Begin anew: somebody has looked at it and unlocked the account."""
        self._begun.pop(account_id, None)
