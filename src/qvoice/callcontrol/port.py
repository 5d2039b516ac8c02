"""The one TCP port of callcontrol: Asterisk's WebSocket at /ari, `POST /rpc/<verb>` and `GET /health` for our own
processes.
"""

from __future__ import annotations

import asyncio
import base64
import hmac
import json
from collections.abc import Awaitable, Callable
from typing import Any, cast

import httptools

from qvoice.callcontrol.ari import frames
from qvoice.callcontrol.ari.client import Ari
from qvoice.kit import log
from qvoice.kit.errors import Forbidden, Invalid, NotFound, QvoiceError, Unauthenticated, Unavailable

MAX_BODY = 256 * 1024
Answer = tuple[int, dict[str, Any]]
Rpc = Callable[[dict[str, Any]], Awaitable[dict[str, Any]]]


class Door:
    """Who may come in, and what is behind the paths. `verbs` are the RPCs by name; `health` gives its document."""

    def __init__(
        self,
        *,
        ari: Ari,
        ari_user: str,
        ari_password: str,
        token: str,
        verbs: dict[str, Rpc],
        health: Callable[[], dict[str, Any]],
    ) -> None:
        self.ari, self.verbs, self.health = ari, verbs, health
        self._basic = b"Basic " + base64.b64encode(f"{ari_user}:{ari_password}".encode())
        self._bearer = b"Bearer " + token.encode()

    def is_asterisk(self, authorization: bytes) -> bool:
        """Whether the credentials are those of our Asterisk."""
        return hmac.compare_digest(authorization, self._basic)

    def is_ours(self, authorization: bytes) -> bool:
        """Whether the caller is one of our own processes."""
        return hmac.compare_digest(authorization, self._bearer)

    async def answer(self, method: str, path: str, authorization: bytes, body: bytes) -> Answer:
        """Answer one HTTP request with a status and a JSON document."""
        if path == "/health" and method == "GET":
            return 200, self.health()
        try:
            if not path.startswith("/rpc/"):
                raise NotFound("callcontrol serves /ari, /rpc/<verb> and /health")
            if not self.is_ours(authorization):
                raise Unauthenticated()
            verb = self.verbs.get(path.removeprefix("/rpc/"))
            if verb is None or method != "POST":
                raise NotFound(f"there is no RPC {method} {path}")
            try:
                arguments = json.loads(body or b"{}")
            except ValueError as problem:
                raise Invalid.field("body", "json", f"the body is not JSON: {problem}") from problem
            if not isinstance(arguments, dict):
                raise Invalid.field("body", "type", "the body must be a JSON object")
            return 200, {"ok": True, **await verb(arguments)}
        except QvoiceError as problem:
            return _status(problem), {"error": {"code": problem.code, "message": problem.message}}
        except Exception:  # noqa: BLE001 - logged
            log.get().exception("rpc.failed", path=path)
            return 500, {"error": {"code": "error", "message": "callcontrol failed; see its log"}}


def _status(problem: QvoiceError) -> int:
    for kind, status in ((NotFound, 404), (Unauthenticated, 401), (Forbidden, 403), (Invalid, 400), (Unavailable, 503)):
        if isinstance(problem, kind):
            return status
    return 409


class Connection(asyncio.Protocol):
    """One TCP connection: HTTP/1.1 until it upgrades to Asterisk's WebSocket."""

    def __init__(self, door: Door) -> None:
        self._door = door
        self._upgraded = False
        self._tasks: set[asyncio.Task[None]] = set()
        self._begin()

    def _begin(self) -> None:
        self._parser = httptools.HttpRequestParser(self)
        self._url, self._body = b"", b""
        self._headers: dict[bytes, bytes] = {}

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """asyncio: connected."""
        self._transport = cast("asyncio.Transport", transport)

    def connection_lost(self, exc: Exception | None) -> None:
        """asyncio: gone."""
        if self._upgraded:
            self._door.ari.detach(self._transport)

    def data_received(self, data: bytes) -> None:
        """asyncio: bytes came."""
        if self._upgraded:
            self._door.ari.feed(self._transport, data)
            return
        try:
            self._parser.feed_data(data)
        except httptools.HttpParserUpgrade as upgrade:
            self._upgrade(data[upgrade.args[0] :])
        except httptools.HttpParserError:
            self._transport.close()

    # --- httptools' callbacks ---------------------------------------------------------------------------------------

    def on_url(self, url: bytes) -> None:
        """httptools: a piece of the request target."""
        self._url += url

    def on_header(self, name: bytes, value: bytes) -> None:
        """httptools: one header."""
        self._headers[name.lower()] = value

    def on_body(self, body: bytes) -> None:
        """httptools: a piece of the body."""
        if len(self._body) + len(body) > MAX_BODY:
            self._transport.close()
            return
        self._body += body

    def on_message_complete(self) -> None:
        """httptools: the request is whole."""
        if self._parser.should_upgrade():
            return
        task = asyncio.get_running_loop().create_task(
            self._respond(
                self._parser.get_method().decode(),
                self._url.split(b"?")[0].decode("latin-1"),
                self._headers.get(b"authorization", b""),
                self._body,
            )
        )
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _respond(self, method: str, path: str, authorization: bytes, body: bytes) -> None:
        status, document = await self._door.answer(method, path, authorization, body)
        self._write(status, json.dumps(document).encode())
        self._transport.close()

    def _write(self, status: int, body: bytes) -> None:
        head = (
            f"HTTP/1.1 {status} \r\nContent-Type: application/json\r\n"
            f"Content-Length: {len(body)}\r\nConnection: close\r\n\r\n"
        )
        self._transport.write(head.encode() + body)

    def _upgrade(self, rest: bytes) -> None:
        key = self._headers.get(b"sec-websocket-key", b"").decode("latin-1")
        if self._url.split(b"?")[0] != b"/ari" or not key:
            self._write(404, b'{"error":{"code":"not_found","message":"the WebSocket is /ari"}}')
            self._transport.close()
            return
        if not self._door.is_asterisk(self._headers.get(b"authorization", b"")):
            log.get().warning("ari.refused", peer=str(self._transport.get_extra_info("peername")))
            self._write(401, b'{"error":{"code":"invalid_credentials","message":"not our Asterisk"}}')
            self._transport.close()
            return
        protocol = self._headers.get(b"sec-websocket-protocol", b"ari").decode("latin-1").split(",")[0].strip()
        self._transport.write(
            (
                "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                f"Sec-WebSocket-Accept: {frames.accept_key(key)}\r\nSec-WebSocket-Protocol: {protocol}\r\n\r\n"
            ).encode()
        )
        self._upgraded = True
        self._door.ari.attach(self._transport)
        if rest:
            self._door.ari.feed(self._transport, rest)
