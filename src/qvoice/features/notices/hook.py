"""Call a web address that a customer wrote down: public addresses only, and the one that was looked at."""

from __future__ import annotations

import asyncio
import socket
import time
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from urllib.parse import urlencode, urlsplit

import httpx2
import msgspec

from qvoice.db.engine import SYSTEM, Database
from qvoice.db.queue import GiveUp, defer
from qvoice.kit import log
from qvoice.kit.clock import utcnow
from qvoice.kit.reachable import is_public
from qvoice.kit.settings import Settings

CALL_WEB = "notices.call_web"
QUEUE = "web"
SECONDS = 10.0
PAUSES = (2.0, 10.0, 30.0, 60.0)
"""Seconds before each retry."""


class NotCalled(Exception):
    """It did not work this time; the text says why. `code` is stable: clients word it in other languages by it.
    `status`: what the server answered, 0 when it did not.
    """

    def __init__(self, why: str, status: int = 0, *, code: str) -> None:
        super().__init__(why)
        self.status = status
        self.code = code


@dataclass(frozen=True, slots=True)
class Message:
    """What is sent. `verb`: `get` (then `body` is the query), `post` or `put`."""

    url: str
    verb: str
    body: bytes
    content_type: str
    headers: Mapping[str, str]


async def call_web(
    db: Database,
    settings: Settings,
    *,
    account_id: str,
    url: str,
    verb: str,
    retries: int,
    body: dict[str, Any],
    tried: int = 0,
) -> None:
    """Call the address once. When that fails, another job does so later, up to `retries` times: nobody waits in a
    worker for a server that is away. Raises GiveUp when it never worked.
    """
    get = verb == "get"
    content = urlencode(_flat(body)).encode() if get else msgspec.json.encode(body)
    message = Message(url, "get" if get else "post", content, "application/json", {})
    try:
        await call_once(message, private_too=settings.network.webhooks_private == 1)
    except NotCalled as failure:
        log.get().warning("webhook.failed", account=account_id, url=url[:200], problem=str(failure), tried=tried + 1)
        if tried >= min(max(retries, 0), len(PAUSES)):
            raise GiveUp(f"{url[:200]}: {failure}") from failure
        async with db.tx(SYSTEM) as s:
            await defer(
                s,
                CALL_WEB,
                at=utcnow() + timedelta(seconds=PAUSES[tried]),
                queue=QUEUE,
                account_id=account_id,
                url=url,
                verb=verb,
                retries=retries,
                body=body,
                tried=tried + 1,
            )


@dataclass(frozen=True, slots=True)
class Destination:
    """Where a customer's URL leads. `target`: the URL with the address that was looked at in place of the name."""

    target: str
    headers: Mapping[str, str]
    sni: str


async def destination(url: str, *, private_too: bool, query: str = "") -> Destination:
    """Resolve a URL (with more `query`) once; raises NotCalled for what is no web address or no public one.

    The address that was looked at is the one that is called: a name may point elsewhere a moment later.
    """
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise NotCalled("not a web address", code="no_address")
    try:
        port = parts.port
    except ValueError as problem:
        raise NotCalled("the port is no port", code="no_address") from problem
    address = await _resolved(parts.hostname, port or (443 if parts.scheme == "https" else 80))
    if not private_too and not is_public(address):
        raise NotCalled(f"{parts.hostname} is not a public address", code="private")
    host = f"[{address}]" if ":" in address else address
    target = parts._replace(
        netloc=host if port is None else f"{host}:{port}", query="&".join(part for part in (parts.query, query) if part)
    )
    headers = {"Host": parts.netloc.rpartition("@")[2], "User-Agent": "QVOICE"}
    return Destination(target.geturl(), headers, parts.hostname)


async def call_once(message: Message, *, private_too: bool) -> tuple[int, int]:
    """Send a message; return the server's status and the milliseconds it took. Raises NotCalled."""
    get = message.verb == "get"
    place = await destination(message.url, private_too=private_too, query=message.body.decode() if get else "")
    began = time.monotonic()
    try:
        async with (
            asyncio.timeout(SECONDS),
            httpx2.AsyncClient(timeout=SECONDS, follow_redirects=False) as http,
            http.stream(
                message.verb.upper(),
                place.target,
                headers={
                    **place.headers,
                    **({} if get else {"Content-Type": message.content_type}),
                    **message.headers,
                },
                extensions={"sni_hostname": place.sni},
                content=None if get else message.body,
            ) as answer,
        ):
            status = answer.status_code  # what it says besides is of no use, and may be endless
    except (httpx2.HTTPError, TimeoutError) as problem:
        raise NotCalled(f"{type(problem).__name__}: {problem}"[:300], code="no_answer") from problem
    if not 200 <= status < 300:
        raise NotCalled(f"answered {status}", status, code="refused")
    return status, int((time.monotonic() - began) * 1000)


async def _resolved(host: str, port: int) -> str:
    try:
        found = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as problem:
        raise NotCalled(f"{host}: {problem}", code="unknown_host") from problem
    return str(found[0][4][0])


def _flat(body: dict[str, Any]) -> dict[str, str]:
    return {key: str(value) for key, value in body.items() if isinstance(value, str | int | float | bool)}
