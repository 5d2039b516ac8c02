"""A write is answered when call control has heard of it: what is saved is what the next call does.

Notices go through the database and come within milliseconds, but a call may come sooner. Call control that is away,
or does not hear, keeps nobody from saving: it reads everything anew when it is back.
"""

from __future__ import annotations

from typing import Any

import httpx2

from qvoice.kit import log
from qvoice.kit.settings import Settings

_PATIENCE_S = 1.5
"""A little more than call control's own (callcontrol/marks.py)."""


async def call_control(state: Any, mark: str) -> None:
    """Wait until call control has heard the notices that carry `mark`. `state`: of the application; its `settings` say
    where it is, and nobody is asked without them.
    """
    settings: Settings | None = getattr(state, "settings", None)
    if settings is None:
        return
    client: httpx2.AsyncClient | None = getattr(state, "call_control", None)
    try:
        if client is None:
            client = state.call_control = httpx2.AsyncClient(
                base_url=f"http://{settings.network.private}:{settings.ports.callcontrol}/rpc",
                headers={"Authorization": f"Bearer {settings.secret('callcontrol-token')}"},
                timeout=_PATIENCE_S,
            )
        answer = (await client.post("/heard", json={"mark": mark})).json()
    except (httpx2.HTTPError, ValueError, OSError) as problem:
        log.get().debug("call_control.not_told", problem=type(problem).__name__)
        return
    if not answer.get("heard"):
        log.get().warning("call_control.has_not_heard", mark=mark)


async def forget_call_control(state: Any) -> None:
    """Close the connection, if there is one."""
    client: httpx2.AsyncClient | None = getattr(state, "call_control", None)
    if client is not None:
        await client.aclose()
