"""Call a web address that a customer wrote into a flow: public addresses only, and the one that was looked at."""

from __future__ import annotations

import asyncio
import ipaddress
import socket
from typing import Any
from urllib.parse import urlsplit

import httpx2

from qvoice.db.engine import Database
from qvoice.db.queue import GiveUp
from qvoice.kit import log
from qvoice.kit.settings import Settings

CALL_WEB = "notices.call_web"
SECONDS = 10.0
PAUSES = (2.0, 10.0, 30.0, 60.0)
"""Seconds before each retry."""


class NotCalled(Exception):
    """It did not work this time; the text says why."""


async def call_web(
    db: Database, settings: Settings, *, account_id: str, url: str, verb: str, retries: int, body: dict[str, Any]
) -> None:
    """Call the address, up to `retries` times more; raises GiveUp when it never worked."""
    problem = ""
    for pause in (0.0, *PAUSES[: max(retries, 0)]):
        await asyncio.sleep(pause)
        try:
            await _call(url, verb, body, private_too=settings.network.webhooks_private == 1)
        except NotCalled as failure:
            problem = str(failure)
            log.get().warning("webhook.failed", account=account_id, url=url[:200], problem=problem)
        else:
            return
    raise GiveUp(f"{url[:200]}: {problem}")


async def _call(url: str, verb: str, body: dict[str, Any], *, private_too: bool) -> None:
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise NotCalled("not a web address")
    address = await _resolved(parts.hostname, parts.port or (443 if parts.scheme == "https" else 80))
    if not private_too and not ipaddress.ip_address(address).is_global:
        raise NotCalled(f"{parts.hostname} is not a public address")
    # The address that was looked at is the one that is called: a name may point elsewhere a moment later.
    host = f"[{address}]" if ":" in address else address
    target = parts._replace(netloc=host if parts.port is None else f"{host}:{parts.port}").geturl()
    content: dict[str, Any] = {"params": _flat(body)} if verb == "get" else {"json": body}
    try:
        async with httpx2.AsyncClient(timeout=SECONDS, follow_redirects=False) as http:
            answer = await http.request(
                "GET" if verb == "get" else "POST",
                target,
                headers={"Host": parts.netloc.rpartition("@")[2], "User-Agent": "QVOICE"},
                extensions={"sni_hostname": parts.hostname},
                **content,
            )
    except httpx2.HTTPError as problem:
        raise NotCalled(f"{type(problem).__name__}: {problem}"[:300]) from problem
    if answer.status_code >= 400:
        raise NotCalled(f"answered {answer.status_code}")


async def _resolved(host: str, port: int) -> str:
    try:
        found = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except OSError as problem:
        raise NotCalled(f"{host}: {problem}") from problem
    return str(found[0][4][0])


def _flat(body: dict[str, Any]) -> dict[str, str]:
    return {key: str(value) for key, value in body.items() if isinstance(value, str | int | float | bool)}
