"""Waiting with a deadline: the only way tests wait for something to become true."""

from __future__ import annotations

import asyncio
import inspect
from collections.abc import Awaitable, Callable
from typing import TypeVar

T = TypeVar("T")


async def until(
    check: Callable[[], T | Awaitable[T]], *, within: float = 10.0, every: float = 0.05, what: str = ""
) -> T:
    """Return the first truthy value of `check()`, sync or async; AssertionError naming `what` after `within` s."""
    loop = asyncio.get_running_loop()
    deadline = loop.time() + within
    last: object = None
    while True:
        value = check()
        if inspect.isawaitable(value):
            value = await value
        if value:
            return value  # type: ignore[return-value]
        last = value
        if loop.time() >= deadline:
            name = what or inspect.getsource(check).strip() if hasattr(check, "__code__") else what
            raise AssertionError(f"not within {within} s: {name} (last value: {last!r})")
        await asyncio.sleep(every)
