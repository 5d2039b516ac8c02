"""Packets: SIP over UDP, and over TCP or TLS with framing by Content-Length (RFC 3261 section 18)."""

from __future__ import annotations

import asyncio
import contextlib
import re
import ssl
from collections.abc import Callable

from tests.sip.agent.message import Message, parse

Receiver = Callable[[Message, tuple[str, int]], None]


class UdpTransport(asyncio.DatagramProtocol):
    """One UDP socket. `received` is called with each message and its source."""

    name = "UDP"
    reliable = False

    def __init__(self, received: Receiver) -> None:
        self._received = received
        self._socket: asyncio.DatagramTransport | None = None
        self.dropped: list[bytes] = []

    @classmethod
    async def bind(cls, host: str, port: int, received: Receiver) -> UdpTransport:
        """Open the socket; port 0 takes any."""
        loop = asyncio.get_running_loop()
        _, protocol = await loop.create_datagram_endpoint(lambda: cls(received), local_addr=(host, port))
        return protocol

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._socket = transport  # type: ignore[assignment]  # no DatagramTransport by type before Python 3.12

    @property
    def local(self) -> tuple[str, int]:
        """Our address."""
        assert self._socket
        return self._socket.get_extra_info("sockname")[:2]

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        if not data.strip(b"\r\n\x00"):
            return  # a keep-alive
        try:
            message = parse(data)
        except ValueError:
            self.dropped.append(data)
            return
        self._received(message, addr[:2])

    def send(self, message: Message | bytes, to: tuple[str, int]) -> None:
        """Send one message (or raw bytes, for torture tests)."""
        if self._socket and not self._socket.is_closing():
            self._socket.sendto(message if isinstance(message, bytes) else message.encode(), to)

    def close(self) -> None:
        """Close the socket."""
        if self._socket:
            self._socket.close()


class StreamTransport:
    """One TCP or TLS connection to the proxy; everything goes over it whatever the address."""

    reliable = True

    def __init__(self, received: Receiver, *, name: str) -> None:
        self._received, self.name = received, name
        self._reader: asyncio.StreamReader | None = None
        self._writer: asyncio.StreamWriter | None = None
        self._task: asyncio.Task[None] | None = None
        self.closed = asyncio.Event()

    @classmethod
    async def connect(
        cls,
        to: tuple[str, int],
        received: Receiver,
        *,
        tls: ssl.SSLContext | None = None,
        server_name: str = "",
        source: str = "",
    ) -> StreamTransport:
        """Connect to `to`; with `tls` the certificate is checked for `server_name`."""
        self = cls(received, name="TLS" if tls else "TCP")
        self._reader, self._writer = await asyncio.open_connection(
            *to,
            ssl=tls,
            server_hostname=(server_name or to[0]) if tls else None,
            local_addr=(source, 0) if source else None,
        )
        self._task = asyncio.create_task(self._read())
        return self

    @property
    def local(self) -> tuple[str, int]:
        """Our address."""
        assert self._writer
        return self._writer.get_extra_info("sockname")[:2]

    async def _read(self) -> None:
        assert self._reader
        assert self._writer
        peer = self._writer.get_extra_info("peername")[:2]
        try:
            while True:
                line = await self._reader.readline()
                if not line:
                    return
                if line in (b"\r\n", b"\n"):
                    continue
                head = line + await self._reader.readuntil(b"\r\n\r\n")
                length = re.search(rb"\r\n(?:content-length|l)\s*:\s*(\d+)", head, re.IGNORECASE)
                body = await self._reader.readexactly(int(length[1])) if length else b""
                self._received(parse(head + body), peer)
        except (ConnectionError, asyncio.IncompleteReadError, ssl.SSLError):
            return
        finally:
            self.closed.set()

    def send(self, message: Message | bytes, to: tuple[str, int]) -> None:
        """Write one message to the connection."""
        assert self._writer
        if not self._writer.is_closing():
            self._writer.write(message if isinstance(message, bytes) else message.encode())

    def close(self) -> None:
        """Close the connection."""
        if self._task:
            self._task.cancel()
        if self._writer:
            with contextlib.suppress(RuntimeError):
                self._writer.close()
