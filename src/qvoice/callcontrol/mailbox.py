"""A call's mailbox: everything that happens to a call goes through it in order, and one task reads it. No locks."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable
from typing import Generic, TypeVar

T = TypeVar("T")


class Mailbox(Generic[T]):
    """First in, first out, for one reader. Cheaper than asyncio.Queue with wait_for: a timer only when one is asked
    for.
    """

    __slots__ = ("_items", "_loop", "_waiter")

    def __init__(self) -> None:
        self._items: deque[T] = deque()
        self._waiter: asyncio.Future[None] | None = None
        self._loop = asyncio.get_running_loop()

    def put(self, item: T) -> None:
        """Add an item; never blocks."""
        self._items.append(item)
        if self._waiter is not None and not self._waiter.done():
            self._waiter.set_result(None)

    def drain(self, wanted: Callable[[T], bool]) -> list[T]:
        """Take the unread items that are `wanted` out, in order (they go to another call's mailbox)."""
        taken = [item for item in self._items if wanted(item)]
        self._items = deque(item for item in self._items if not wanted(item))
        return taken

    def __len__(self) -> int:
        return len(self._items)

    async def get(self, until: float | None = None) -> T | None:
        """Return the next item; None when `until` (loop time, seconds) has passed first."""
        while not self._items:
            if until is not None and self._loop.time() >= until:
                return None
            waiter = self._waiter = self._loop.create_future()
            timer = None if until is None else self._loop.call_at(until, _wake, waiter)
            try:
                await waiter
            finally:
                self._waiter = None
                if timer is not None:
                    timer.cancel()
        return self._items.popleft()


def _wake(waiter: asyncio.Future[None]) -> None:
    if not waiter.done():
        waiter.set_result(None)
