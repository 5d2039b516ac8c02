"""The UDP socket towards the edge: requests come in, NOTIFYs go out and are repeated until they are answered."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Callable
from typing import cast

from qvoice.kit import log
from qvoice.presence.message import Message, encode, parse

T1 = 0.5
GIVE_UP = 9.0
"""Seconds without any answer after which the edge is away: it answers for a silent phone itself, after five."""
WINDOW = 256
"""Requests under way at once: more would overflow the edge's socket, and every one lost costs half a second."""
REMEMBERED = 4096
"""Responses kept for requests that come again."""

Handler = Callable[[Message], bytes | None]


class Endpoint(asyncio.DatagramProtocol):
    """One socket. `request` sends within a window and returns the final status, 0 when the edge is away."""

    def __init__(self, *, edge: tuple[str, int], handle: Handler) -> None:
        self._edge, self._handle = edge, handle
        self._transport: asyncio.DatagramTransport | None = None
        self._waiting: dict[str, asyncio.Future[int]] = {}
        self._answered: dict[str, bytes] = {}
        self._window = asyncio.Semaphore(WINDOW)
        self.local = ("", 0)

    @classmethod
    async def open(cls, *, host: str, port: int, edge: tuple[str, int], handle: Handler) -> Endpoint:
        """Bind; raises OSError."""
        loop = asyncio.get_running_loop()
        _, made = await loop.create_datagram_endpoint(lambda: cls(edge=edge, handle=handle), local_addr=(host, port))
        made.local = (host, port)
        return made

    def close(self) -> None:
        """Close the socket."""
        if self._transport:
            self._transport.close()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Keep the transport (asyncio)."""
        self._transport = cast("asyncio.DatagramTransport", transport)

    def error_received(self, exc: Exception) -> None:
        """Nobody listens at the edge's port just now: what is under way is repeated."""

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        """Take one packet; only the edge's are looked at."""
        if addr[0] != self._edge[0]:
            return
        message = parse(data)
        if message is None:
            return
        branch = _branch(message)
        if message.status:
            waiting = self._waiting.get(branch)
            if waiting and message.status >= 200 and not waiting.done():
                waiting.set_result(message.status)
            return
        key = f"{branch} {message.method}"
        answer = self._answered.get(key)
        if answer is None:
            try:
                answer = self._handle(message)
            except Exception:  # noqa: BLE001 - logged; one request must not end the process
                log.get().exception("presence.request_failed", method=message.method, uri=message.uri)
                return
            if answer is None:
                return
            self._answered[key] = answer
            if len(self._answered) > REMEMBERED:
                del self._answered[next(iter(self._answered))]
        self._send(answer, addr)

    async def request(self, method: str, uri: str, headers: list[tuple[str, str]], body: str) -> int:
        """Send a request and return the status of its final response; 0: none came, the edge is away."""
        branch = f"z9hG4bK{secrets.token_hex(8)}"
        via = ("Via", f"SIP/2.0/UDP {self.local[0]}:{self.local[1]};branch={branch}")
        async with self._window:
            packet = encode(f"{method} {uri} SIP/2.0", [via, *headers], body)
            waiting = self._waiting[branch] = asyncio.get_running_loop().create_future()
            try:
                wait, spent = T1, 0.0
                while spent < GIVE_UP:
                    self._send(packet, self._edge)
                    try:
                        return await asyncio.wait_for(asyncio.shield(waiting), wait)
                    except TimeoutError:
                        spent, wait = spent + wait, min(wait * 2, 4.0)
                return 0
            finally:
                del self._waiting[branch]

    def _send(self, packet: bytes, to: tuple[str, int]) -> None:
        if self._transport and not self._transport.is_closing():
            self._transport.sendto(packet, to)


def _branch(message: Message) -> str:
    via = message.get("via")
    at = via.find("branch=")
    return via[at + 7 :].partition(";")[0].partition(",")[0].strip() if at >= 0 else ""
