"""The transport rules of the dialect (kazoo.md 2.1, H1-H4), around everything else, in plain ASGI.

Request ids, CORS, the body limit, JSON bodies read once, `verb` tunnelling, and the last net: an unexpected error is
a JSON 500
that names the request id and says nothing else.
"""

from __future__ import annotations

import re
import secrets
from typing import Any

import structlog
from starlette.datastructures import Headers, MutableHeaders, QueryParams
from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from qvoice.api import errors
from qvoice.features.documents import body, envelope
from qvoice.kit import log
from qvoice.kit.errors import Invalid

_USABLE_ID = re.compile(r"[\x21-\x7e]{1,128}")
_METHODS = "GET, PUT, POST, PATCH, DELETE, OPTIONS"
_TUNNELLED = frozenset({"PUT", "POST", "PATCH", "DELETE", "GET"})
_ALLOWED_HEADERS = (
    "Content-Type, X-Auth-Token, Accept, Cache-Control, X-Requested-With, X-Kazoo-Cluster-ID, Authorization, If-Match, "
    "X-Request-ID, X-Pretty-Print, Range"
)
_EXPOSED_HEADERS = "Content-Type, X-Auth-Token, X-Request-ID, ETag, Content-Disposition, Retry-After"
_RAW_TYPES = ("audio/", "video/", "image/", "multipart/", "application/x-base64", "application/base64", "text/",
              "application/octet-stream", "application/pdf", "application/ogg")  # fmt: skip
UPLOAD_LIMIT = 16 * 1024 * 1024
"""Raw uploads (media): base64 of the 11 MB that the dialect allows."""


class TooLarge(Invalid):
    """The body is too large."""

    code = "payload_too_large"


class Dialect:
    """ASGI middleware."""

    def __init__(self, app: ASGIApp) -> None:
        """Wrap `app`."""
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        given = headers.get("x-request-id", "")
        request_id = given if _USABLE_ID.fullmatch(given) else secrets.token_hex(16)
        state: dict[str, Any] = scope.setdefault("state", {})
        state["request_id"] = request_id
        structlog.contextvars.bind_contextvars(request_id=request_id)
        started = False
        only_head = scope["method"] == "HEAD" and scope["path"].startswith("/v2")
        if only_head:
            # Every GET answers HEAD too (RFC 9110, 9.3.2): the same answer without its content.
            scope["method"] = "GET"

        async def sending(message: Message) -> None:
            nonlocal started
            if only_head and message["type"] == "http.response.body":
                message = {**message, "body": b""}
            if message["type"] == "http.response.start":
                started = True
                _decorate(MutableHeaders(scope=message), request_id)
            await send(message)

        try:
            if scope["method"] == "OPTIONS" and headers.get("access-control-request-method"):
                await _preflight(scope, receive, sending)
                return
            if "\x00" in scope["path"]:
                raise Invalid.field("path", "format", "NUL characters are not allowed")
            if scope["path"].startswith("/v2"):
                receive = await self._read(scope, headers, receive)
            await self._app(scope, receive, sending)
        except Invalid as problem:
            await errors.answer(Request(scope), problem)(scope, receive, sending)
        except Exception:
            log.get().exception("api.unexpected", method=scope["method"], path=scope["path"])
            if started:
                raise
            response = envelope.failure(
                Request(scope), 500, "internal_error", {"message": "something went wrong here; it is logged"}
            )
            await response(scope, receive, sending)
        finally:
            structlog.contextvars.unbind_contextvars("request_id")

    async def _read(self, scope: Scope, headers: Headers, receive: Receive) -> Receive:
        """Read the body, decode a JSON envelope into the request's state, apply `verb`; return a receive that replays
        the body.
        """
        query = QueryParams(scope["query_string"])
        state = scope["state"]
        raw = b""
        if scope["method"] not in ("GET", "HEAD", "OPTIONS") or headers.get("content-length", "0") != "0":
            content_type = headers.get("content-type", "").lower()
            is_raw = content_type.startswith(_RAW_TYPES) and not content_type.startswith("text/json")
            raw = await _read_all(headers, receive, UPLOAD_LIMIT if is_raw else body.MAX_BODY_BYTES)
            if raw.strip() and not is_raw:
                decoded = body.decode(raw)
                if not isinstance(decoded, dict):
                    raise Invalid.field("body", "type", 'send a JSON object: {"data": {…}}')
                body.check_tree(decoded)
                state["envelope"] = decoded
        verb = query.get("verb") or state.get("envelope", {}).get("verb")
        if scope["method"] == "POST" and isinstance(verb, str) and verb.upper() in _TUNNELLED:
            scope["method"] = verb.upper()
        for name, value in query.multi_items():
            if "\x00" in name or "\x00" in value:
                raise Invalid.field(name.replace("\x00", "") or "query", "format", "NUL characters are not allowed")
        done = False

        async def replay() -> Message:
            nonlocal done
            if done:
                return await receive()
            done = True
            return {"type": "http.request", "body": raw, "more_body": False}

        return replay


async def _read_all(headers: Headers, receive: Receive, limit: int) -> bytes:
    declared = headers.get("content-length", "")
    if declared.isdigit() and int(declared) > limit:
        raise _too_large(limit)
    chunks: list[bytes] = []
    size = 0
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            break
        chunk = message.get("body", b"")
        size += len(chunk)
        if size > limit:
            raise _too_large(limit)
        chunks.append(chunk)
        if not message.get("more_body", False):
            break
    return b"".join(chunks)


def _too_large(limit: int) -> TooLarge:
    message = f"the body is too large: at most {limit // (1024 * 1024)} MB"
    return TooLarge({"body": {"max_size": {"message": message, "target": limit}}}, "payload_too_large")


def _decorate(headers: MutableHeaders, request_id: str) -> None:
    headers["x-request-id"] = request_id
    headers["access-control-allow-origin"] = "*"
    headers["access-control-expose-headers"] = _EXPOSED_HEADERS
    headers.setdefault("x-content-type-options", "nosniff")
    headers.setdefault("cache-control", "no-store")


async def _preflight(scope: Scope, receive: Receive, send: Send) -> None:
    from starlette.responses import Response

    # Tokens travel in a header, never in cookies, so any origin may ask (kazoo.md H1).
    headers = {
        "access-control-allow-methods": _METHODS,
        "access-control-allow-headers": _ALLOWED_HEADERS,
        "access-control-max-age": "86400",
    }
    await Response(status_code=204, headers=headers)(scope, receive, send)
