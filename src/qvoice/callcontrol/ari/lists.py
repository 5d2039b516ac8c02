"""Asterisk's lists of channels and bridges: adoption and the reaper read them, never the path of a call.

They come by plain HTTP. On the socket Asterisk builds each frame on the stack of the thread that sends it, half a
megabyte: the list of some seven hundred channels killed it, and every call with it (22.10.1, `__ast_websocket_write`).
"""

from __future__ import annotations

import httpx2

from qvoice.callcontrol.ari import wire
from qvoice.callcontrol.ari.client import AriError, AriLost

DEADLINE = 10.0
"""Seconds for one list."""


class Lists:
    """The lists of one media node. `address`: its HTTP server, such as http://127.0.0.1:8088."""

    def __init__(self, address: str, *, user: str, password: str) -> None:
        self._http = httpx2.AsyncClient(
            base_url=address,
            auth=(user, password),
            timeout=DEADLINE,
            trust_env=False,
            # Half a minute lies between two lists, and Asterisk closes idle connections.
            limits=httpx2.Limits(max_keepalive_connections=0),
        )

    async def channels(self) -> list[wire.Channel]:
        """Return all channels; raises AriError."""
        return wire.decode_channels(await self._get("channels"))

    async def bridges(self) -> list[wire.Bridge]:
        """Return all bridges; raises AriError."""
        return wire.decode_bridges(await self._get("bridges"))

    async def close(self) -> None:
        """End what is under way."""
        await self._http.aclose()

    async def _get(self, what: str) -> bytes:
        try:
            answer = await self._http.get(f"/ari/{what}")
        except httpx2.HTTPError as problem:
            raise AriLost(f"GET {what}: {problem!r}") from problem
        if answer.status_code != 200:
            raise AriError(answer.status_code, answer.text[:200], f"GET {what}")
        return answer.content
