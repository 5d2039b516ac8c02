"""The self-test at the end of `up`: SIP at every public port, and a call through edge and media and back."""

from __future__ import annotations

import http.client
import json
import secrets
import socket
import ssl
import time
from collections.abc import Callable

from qvoice.kit.errors import Unavailable
from qvoice.kit.settings import Settings


class SelfTestFailed(Unavailable):
    """The self-test failed."""

    code = "selftest-failed"


def run(settings: Settings, tell: Callable[[str], None]) -> None:
    """Ask the edge over UDP, TCP and TLS, then place the test call. Raises SelfTestFailed."""
    for transport in ("udp", "tcp", "tls"):
        first = options(settings, transport)
        if not first.startswith("SIP/2.0 "):
            raise SelfTestFailed(
                f"The edge does not answer SIP over {transport.upper()}: {first or 'no answer'}. See "
                f"{settings.logs}/kamailio.log"
            )
    started = time.monotonic()
    status, text = _rpc(settings, "selftest")
    if status != 200 or not json.loads(text).get("ok"):
        raise SelfTestFailed(f"The self-test call failed: {text[:500] or status}. See {settings.logs}/callcontrol.log")
    tell(f"the self-test call passed ({time.monotonic() - started:.1f} s)")


def options(settings: Settings, transport: str) -> str:
    """Send OPTIONS to the public port and return the first line of the answer, or what went wrong ('' when nothing
    came).
    """
    port = settings.ports.tls if transport == "tls" else settings.ports.sip
    host = settings.network.bind
    branch, tag = secrets.token_hex(8), secrets.token_hex(6)
    kind = socket.SOCK_DGRAM if transport == "udp" else socket.SOCK_STREAM
    try:
        with socket.socket(socket.AF_INET, kind) as plain:
            plain.settimeout(3)
            plain.connect((host, port))
            sock: socket.socket = plain
            if transport == "tls":
                trust = ssl.create_default_context(cafile=str(settings.data / "tls" / "ca.crt"))
                if (settings.data / "tls" / "own.crt").exists():
                    trust = ssl.create_default_context()
                    trust.check_hostname = False
                sock = trust.wrap_socket(plain, server_hostname=host)
            here, here_port = sock.getsockname()[:2]
            via = f"SIP/2.0/{transport.upper()} {here}:{here_port};rport;branch=z9hG4bK{branch}"
            sock.sendall(
                f"OPTIONS sip:{host}:{port} SIP/2.0\r\nVia: {via}\r\nMax-Forwards: 70\r\nFrom: "
                f"<sip:selftest@{host}>;tag={tag}\r\n"
                f"To: <sip:{host}:{port}>\r\nCall-ID: {branch}@selftest\r\nCSeq: 1 OPTIONS\r\nUser-Agent: "
                f"qvoice-selftest\r\n"
                "Content-Length: 0\r\n\r\n".encode()
            )
            return sock.recv(4096).decode("latin-1").split("\r\n", 1)[0]
    except OSError as problem:
        return str(problem)


def _rpc(settings: Settings, verb: str) -> tuple[int, str]:
    connection = http.client.HTTPConnection(settings.network.private, settings.ports.callcontrol, timeout=30)
    headers = {"Authorization": f"Bearer {settings.secret('callcontrol-token')}", "Content-Type": "application/json"}
    try:
        connection.request("POST", f"/rpc/{verb}", body="{}", headers=headers)
        answer = connection.getresponse()
        return answer.status, answer.read().decode("utf-8", "replace")
    except (OSError, http.client.HTTPException) as problem:
        return 0, str(problem)
    finally:
        connection.close()
