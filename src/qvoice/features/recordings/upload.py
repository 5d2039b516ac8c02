"""Send a copy of a recording to the web server that its settings name. Never to an address inside our own network.

The host's addresses are looked up once, each must be public, and the connection goes to the address that was checked:
a name that changes its address meanwhile gains nothing. Redirects are not followed.
"""

from __future__ import annotations

import http.client
import socket
import ssl
from dataclasses import dataclass
from urllib.parse import quote, urlsplit

from qvoice.kit.reachable import is_public

TIMEOUT = 30.0
ATTEMPTS = 6
PAUSES = (10.0, 60.0, 300.0, 1800.0, 7200.0)
"""Seconds between attempts; after the last the upload is given up (the recording itself is kept)."""


class NotSent(Exception):
    """The copy could not be sent; the text says why. `final`: trying again is no use."""

    def __init__(self, why: str, *, final: bool = False) -> None:
        super().__init__(why)
        self.final = final


@dataclass(frozen=True, slots=True)
class Copy:
    """What is sent where. `name`: the file's name, added to the path unless the URL has a query."""

    url: str
    method: str
    name: str
    content_type: str
    data: bytes


def send(copy: Copy, *, allow_private: bool = False) -> int:
    """Send a copy and return the server's status (2xx). Raises NotSent. Blocks: call it in a thread.

    `allow_private` is for operators whose storage is on their own network (setting `recordings.private_uploads`).
    """
    parts = urlsplit(copy.url)
    host = parts.hostname or ""
    if parts.scheme not in ("http", "https") or not host or parts.username is not None:
        raise NotSent("the URL must be http:// or https:// with a host and without a user name", final=True)
    try:
        port = parts.port or (443 if parts.scheme == "https" else 80)
    except ValueError as problem:
        raise NotSent("the URL's port is no port", final=True) from problem
    address = _address(host, port, allow_private=allow_private)
    path = parts.path or "/"
    path = f"{path}?{parts.query}" if parts.query else f"{path.rstrip('/')}/{quote(copy.name)}"
    connection = _Connection(host, port, address, secure=parts.scheme == "https")
    try:
        connection.request(
            copy.method.upper(),
            path,
            body=copy.data,
            headers={"Content-Type": copy.content_type, "User-Agent": "QVOICE", "Connection": "close"},
        )
        answer = connection.getresponse()
        answer.read(4096)
    except (OSError, http.client.HTTPException) as problem:
        raise NotSent(f"{type(problem).__name__}: {problem}"[:200]) from problem
    finally:
        connection.close()
    if not 200 <= answer.status < 300:
        # What the server refuses for good (unless it says "later") is not tried again.
        final = 300 <= answer.status < 500 and answer.status not in (408, 425, 429)
        raise NotSent(f"the server answered {answer.status}", final=final)
    return answer.status


def _address(host: str, port: int, *, allow_private: bool) -> str:
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except OSError as problem:
        raise NotSent(f"the host {host[:100]} has no address: {problem}") from problem
    addresses = [str(entry[4][0]) for entry in found]
    if not allow_private and not all(is_public(address) for address in addresses):
        raise NotSent(f"{host[:100]} is an address inside a private network", final=True)
    return addresses[0]


class _Connection(http.client.HTTPConnection):
    """A connection to the address that was checked, under the host's own name."""

    def __init__(self, host: str, port: int, address: str, *, secure: bool) -> None:
        super().__init__(host, port, timeout=TIMEOUT)
        self._checked, self._secure = address, secure

    def connect(self) -> None:
        self.sock = socket.create_connection((self._checked, self.port), self.timeout)
        if self._secure:
            self.sock = ssl.create_default_context().wrap_socket(self.sock, server_hostname=self.host)
