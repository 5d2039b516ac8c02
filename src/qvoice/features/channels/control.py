"""Asking call control to do something with a live call, over its private port (contracts section 4)."""

from __future__ import annotations

from typing import Any

import httpx2

from qvoice.kit.errors import Conflict, Invalid, NotFound, Unavailable
from qvoice.kit.settings import Settings


class CallControlAway(Unavailable):
    """Call control is not reachable just now. Try again shortly."""


async def ask(settings: Settings, verb: str, *, within: float = 15, **arguments: Any) -> dict[str, Any]:
    """POST /rpc/<verb>; returns its answer, which may take `within` seconds. Raises NotFound, Invalid, Conflict, or
    CallControlAway.
    """
    address = f"http://{settings.network.private}:{settings.ports.callcontrol}/rpc/{verb}"
    try:
        headers = {"Authorization": f"Bearer {settings.secret('callcontrol-token')}"}
        async with httpx2.AsyncClient(timeout=within) as client:
            response = await client.post(address, json=arguments, headers=headers)
            answer = response.json()
    except (httpx2.HTTPError, ValueError, FileNotFoundError) as problem:
        raise CallControlAway from problem
    if response.status_code == 200:
        return answer
    message = str((answer.get("error") or {}).get("message") or "call control refused")
    if response.status_code == 404:
        raise NotFound(message)
    if response.status_code == 400:
        raise Invalid.field("data", "invalid", message)
    if response.status_code == 409:
        raise Conflict(message)
    raise CallControlAway(message)
