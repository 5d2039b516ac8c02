"""Asking each program whether it works. Every function returns "" when healthy, else a sentence."""

from __future__ import annotations

import base64
import json
import secrets
import socket
import urllib.error
import urllib.request

import psycopg

from qvoice.kit.settings import Settings

TIMEOUT = 2.0


def postgres(settings: Settings) -> str:
    """Log in as administrator and run a query."""
    dsn = settings.dsn("admin").rsplit("/", 1)[0] + "/postgres" if not settings.database.url else settings.dsn("admin")
    try:
        with psycopg.connect(dsn, connect_timeout=2) as connection:
            connection.execute("select 1")
    except psycopg.Error as problem:
        return f"does not answer: {str(problem).strip().splitlines()[0]}"
    return ""


def rtpengine(settings: Settings) -> str:
    """Send an ng `ping` and wait for `pong`."""
    cookie = secrets.token_hex(4).encode()
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as udp:
        udp.settimeout(TIMEOUT)
        try:
            udp.sendto(cookie + b" d7:command4:pinge", (settings.network.private, settings.ports.rtpengine))
            answer = udp.recv(4096)
        except OSError as problem:
            return f"does not answer: {problem}"
    return "" if answer.startswith(cookie) and b"pong" in answer else f"answers strangely: {answer[:80]!r}"


def kamailio(settings: Settings) -> str:
    """Send a SIP OPTIONS to the public port and take any SIP answer that is not a server failure."""
    host, port = settings.network.bind, settings.ports.sip
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as udp:
        udp.settimeout(TIMEOUT)
        try:
            udp.bind((settings.network.private, 0))
            mine = f"{settings.network.private}:{udp.getsockname()[1]}"
            token = secrets.token_hex(6)
            udp.sendto(
                (
                    f"OPTIONS sip:health@{host}:{port} SIP/2.0\r\nVia: SIP/2.0/UDP {mine};branch=z9hG4bK{token};rport\r\n"
                    f"From: <sip:health@{mine}>;tag={token}\r\nTo: <sip:health@{host}:{port}>\r\nCall-ID: {token}\r\n"
                    "CSeq: 1 OPTIONS\r\nMax-Forwards: 5\r\nContent-Length: 0\r\n\r\n"
                ).encode(),
                (host, port),
            )
            answer = udp.recv(4096)
        except OSError as problem:
            return f"does not answer SIP: {problem}"
    status = answer.split(b" ", 2)[1:2]
    return "" if status and status[0][:1] in b"234" else f"answers {answer[:40]!r}"


def asterisk(settings: Settings) -> str:
    """Ask ARI for its state."""
    url = f"http://{settings.network.private}:{settings.ports.asterisk_http}/ari/asterisk/info?only=status"
    login = base64.b64encode(f"qvoice:{settings.secret('ari-password')}".encode()).decode()
    return _http(url, {"Authorization": f"Basic {login}"})[0]


def callcontrol(settings: Settings) -> str:
    """Ask call control whether it has its Asterisk and its database."""
    url = f"http://{settings.network.private}:{settings.ports.callcontrol}/health"
    return _http(url, {"Authorization": f"Bearer {settings.secret('callcontrol-token')}"})[0]


def api(settings: Settings) -> str:
    """Ask the API about itself."""
    return _http(f"http://{settings.network.bind}:{settings.ports.api}/v2/about", {})[0]


def worker(settings: Settings) -> str:
    """The worker writes the time into its heartbeat file; it is healthy while that is fresh."""
    import time

    beat = settings.run / "worker.beat"
    if not beat.exists():
        return "has not started its loops yet"
    age = time.time() - beat.stat().st_mtime
    return "" if age < 30 else f"has not moved for {age:.0f} s"


def _http(url: str, headers: dict[str, str]) -> tuple[str, bytes]:
    request = urllib.request.Request(url, headers=headers)
    try:
        with urllib.request.urlopen(request, timeout=TIMEOUT) as response:
            return "", response.read()
    except urllib.error.HTTPError as problem:
        body = problem.read()[:200]
        try:
            return f"answers {problem.code}: {json.loads(body)}", body
        except ValueError:
            return f"answers {problem.code}", body
    except OSError as problem:
        return f"does not answer: {problem}", b""
