"""SIP over secure WebSocket (RFC 7118) for the test agent: one message in each frame."""

from __future__ import annotations

import asyncio
import contextlib
import secrets
import ssl
from pathlib import Path

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed
from websockets.typing import Subprotocol

from tests.sip.agent import UserAgent
from tests.sip.agent.message import Message, parse
from tests.sip.agent.transport import Receiver


class WebSocketTransport:
    """One connection to the edge; `local` is a name, because a browser has no address that others could use."""

    name = "WSS"
    reliable = True

    def __init__(self, received: Receiver, socket: ClientConnection) -> None:
        self._received, self._socket = received, socket
        self.local = (f"{secrets.token_hex(6)}.invalid", 443)
        self._sending: set[asyncio.Task[None]] = set()
        self._task = asyncio.create_task(self._read())

    @classmethod
    async def connect(cls, to: tuple[str, int], received: Receiver, *, ca: Path) -> WebSocketTransport:
        """Connect and agree on the subprotocol `sip`."""
        context = ssl.create_default_context(cafile=str(ca))
        socket = await connect(f"wss://{to[0]}:{to[1]}", ssl=context, subprotocols=[Subprotocol("sip")])
        assert socket.subprotocol == "sip"
        return cls(received, socket)

    async def _read(self) -> None:
        with contextlib.suppress(ConnectionClosed):
            async for frame in self._socket:
                data = frame if isinstance(frame, bytes) else frame.encode()
                if data.strip():
                    self._received(parse(data), self._socket.remote_address[:2])

    def send(self, message: Message | bytes, to: tuple[str, int]) -> None:
        """Send one message as a text frame."""
        data = message if isinstance(message, bytes) else message.encode()
        task = asyncio.create_task(self._socket.send(data.decode()))
        self._sending.add(task)
        task.add_done_callback(self._sending.discard)

    def close(self) -> None:
        """Drop the connection."""
        self._task.cancel()
        self._socket.transport.abort()


async def browser(proxy: tuple[str, int], *, user: str, realm: str, password: str, ca: Path) -> UserAgent:
    """A user agent that speaks WSS to the edge."""
    agent = UserAgent(user=user, realm=realm, password=password, proxy=proxy)
    agent.transport = await WebSocketTransport.connect(proxy, agent._receive, ca=ca)  # type: ignore[assignment]
    return agent
