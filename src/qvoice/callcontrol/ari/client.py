"""The ARI client: requests with deadlines over the socket that Asterisk opened, and the events of all its channels.

The reader only decodes, answers futures and enqueues (Asterisk closes a socket that stalls). There is no retry here:
a request that
Asterisk did not answer has an unknown outcome, and the call that made it decides.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

import msgspec

from qvoice.callcontrol.ari import frames, wire
from qvoice.kit import log

DEADLINE = 5.0
"""Seconds after which an unanswered request fails."""

QUIET = 0.5
"""Seconds after connecting in which we send nothing, unless Asterisk spoke first: a frame that reaches it in one
segment with the
end of the handshake stays in its buffer, unread, until more data comes (measured with 22.10.1)."""

EVENTS = (
    "RESTResponse", "ApplicationRegistered", "StasisStart", "StasisEnd", "ChannelHangupRequest", "ChannelDestroyed",
    "ChannelStateChange", "ChannelDtmfReceived", "Dial",
    "ChannelHold", "ChannelUnhold",
    "PlaybackFinished", "RecordingFinished", "RecordingFailed", "ChannelTransfer",
    "ChannelTalkingStarted",
)  # fmt: skip
"""The event filter. RESTResponse must be in it, or answers vanish (docs/handbook/calls.md)."""


class AriError(Exception):
    """Asterisk refused a request; `status` is the HTTP code, 0 when there was no answer."""

    def __init__(self, status: int, reason: str, request: str) -> None:
        super().__init__(f"{request}: {status} {reason}")
        self.status = status


class AriLost(AriError):
    """The socket to Asterisk is not there (any more)."""

    def __init__(self, request: str) -> None:
        super().__init__(0, "no connection to Asterisk", request)


class Ari:
    """One media node. `on_event` gets every event; `on_up`/`on_down` tell when the socket comes and goes."""

    def __init__(
        self,
        *,
        on_event: Callable[[wire.Message], None],
        on_up: Callable[[], None],
        on_down: Callable[[], None],
        app: str = "qvoice",
    ) -> None:
        self._on_event, self._on_up, self._on_down = on_event, on_up, on_down
        self._app = app
        self._socket: asyncio.WriteTransport | None = None
        self._open = False
        self._reader = frames.FrameReader()
        self._pending: dict[str, tuple[asyncio.Future[wire.Message], str, float]] = {}
        self._sequence = 0
        self._sweeper: asyncio.TimerHandle | None = None
        self._outbox: list[bytes] = []
        self.requests = 0

    @property
    def connected(self) -> bool:
        """Whether Asterisk's socket is open."""
        return self._open

    # --- the socket's side ------------------------------------------------------------------------------------------

    def attach(self, transport: asyncio.WriteTransport) -> None:
        """Asterisk has connected. A second socket replaces the first (Asterisk restarted before we noticed)."""
        if self._socket is not None:
            self.detach(self._socket)
        self._socket, self._reader, self._open = transport, frames.FrameReader(), False
        asyncio.get_running_loop().call_later(QUIET, self._opened, transport)

    def _opened(self, transport: asyncio.WriteTransport) -> None:
        if transport is self._socket and not self._open:
            self._open = True
            self._on_up()

    def detach(self, transport: asyncio.WriteTransport) -> None:
        """A socket is gone: everything waiting for an answer fails."""
        if transport is not self._socket:
            return
        self._socket = None
        was_open, self._open = self._open, False
        self._outbox.clear()
        pending, self._pending = self._pending, {}
        for future, what, _ in pending.values():
            if not future.done():
                future.set_exception(AriLost(what))
        if was_open:
            self._on_down()

    def close(self) -> None:
        """Drop the socket (we are going; Asterisk will try again and find our successor)."""
        if self._socket is not None:
            socket = self._socket
            self.detach(socket)
            socket.close()

    def feed(self, transport: asyncio.WriteTransport, data: bytes) -> None:
        """Bytes from the socket."""
        if transport is not self._socket:
            transport.close()
            return
        try:
            messages = self._reader.feed(data)
        except frames.ProtocolViolation as problem:
            log.get().error("ari.protocol", problem=str(problem))
            transport.close()
            return
        for opcode, payload in messages:
            if opcode in (frames.TEXT, frames.BINARY):
                self._take(payload)
            elif opcode == frames.PING:
                transport.write(frames.encode(frames.PONG, payload))
            elif opcode == frames.CLOSE:
                transport.write(frames.encode(frames.CLOSE, payload))
                transport.close()

    def _take(self, payload: bytes) -> None:
        try:
            message = wire.decode(payload)
        except msgspec.MsgspecError as problem:
            log.get().warning("ari.undecodable", problem=str(problem), frame=payload[:400].decode("utf-8", "replace"))
            return
        if message.type != "RESTResponse":
            if message.type == "ApplicationRegistered":
                if self._socket is not None:
                    self._opened(self._socket)
                return
            self._on_event(message)
            return
        waiting = self._pending.pop(message.request_id, None)
        if waiting is None:
            return
        future, what, _ = waiting
        if future.done():
            return
        if message.status_code < 300:
            future.set_result(message)
        else:
            future.set_exception(
                AriError(message.status_code, message.reason_phrase + " " + message.message_body[:200], what)
            )

    # --- the calls' side --------------------------------------------------------------------------------------------

    def send(
        self, method: str, uri: str, query: dict[str, str] | None = None, body: Any = None
    ) -> asyncio.Future[wire.Message]:
        """Send a request; the future gives the answer, or raises AriError. Requests go out in the order of calling."""
        loop = asyncio.get_running_loop()
        future: asyncio.Future[wire.Message] = loop.create_future()
        what = f"{method} {uri}"
        if not self._open:
            future.set_exception(AriLost(what))
            return future
        self._sequence += 1
        self.requests += 1
        request = wire.Request(str(self._sequence), method, uri)
        if query:
            request.query_strings = [wire.Pair(k, v) for k, v in query.items()]
        if body is not None:
            request.content_type, request.message_body = "application/json", msgspec.json.encode(body).decode()
        self._pending[request.request_id] = (future, what, loop.time() + DEADLINE)
        if self._sweeper is None:
            self._sweeper = loop.call_later(1.0, self._sweep)
        # Requests of one turn of the event loop leave in one write.
        if not self._outbox:
            loop.call_soon(self._flush)
        self._outbox.append(frames.encode(frames.TEXT, wire.encode(request)))
        return future

    def post(self, uri: str, query: dict[str, str] | None = None, body: Any = None) -> asyncio.Future[wire.Message]:
        """POST; see `send`."""
        return self.send("POST", uri, query, body)

    def tell(self, method: str, uri: str, query: dict[str, str] | None = None, body: Any = None) -> None:
        """Send a request whose failure changes nothing (the channel may be gone already); failures are logged as
        debug.
        """
        self.send(method, uri, query, body).add_done_callback(_ignore_gone)

    async def configure(self) -> None:
        """Set the event filter of our application on the connected Asterisk."""
        await self.send(
            "PUT", f"applications/{self._app}/eventFilter", body={"allowed": [{"type": kind} for kind in EVENTS]}
        )

    async def variable(self, channel: str, name: str) -> str:
        """Return a channel variable or function, such as `CHANNEL(pjsip,call-id)`; raises AriError when it has none."""
        answer = await self.send("GET", f"channels/{channel}/variable", {"variable": name})
        return str(msgspec.json.decode(answer.message_body).get("value") or "")

    def _flush(self) -> None:
        if self._socket is not None and self._outbox:
            self._socket.write(b"".join(self._outbox))
        self._outbox.clear()

    def _sweep(self) -> None:
        loop = asyncio.get_running_loop()
        now = loop.time()
        # Insertion order is deadline order, so the first live one ends the search.
        for key, (future, what, deadline) in list(self._pending.items()):
            if deadline > now:
                break
            del self._pending[key]
            if not future.done():
                future.set_exception(AriError(0, f"no answer within {DEADLINE:g} s", what))
        self._sweeper = loop.call_later(1.0, self._sweep) if self._pending else None


def _ignore_gone(future: asyncio.Future[wire.Message]) -> None:
    if not future.cancelled() and (problem := future.exception()) is not None:
        log.get().debug("ari.told", problem=str(problem))
