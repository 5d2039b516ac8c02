"""Asking each process whether it is well, the way its users ask it. Every check ends within four seconds."""

from __future__ import annotations

import base64
import http.client
import json
import secrets
import socket
from dataclasses import dataclass

import psycopg

from qvoice.kit.settings import Settings

PATIENCE = 2.0


@dataclass(frozen=True, slots=True)
class Verdict:
    """`answers`: it reacted at all (it does not hang). `well`: it says that it can do its work. `note`: what it
    said. `in_part`: one part of it answers while another is silent, so no busy machine keeps it from answering.
    """

    answers: bool
    well: bool
    note: str = ""
    in_part: bool = False


def postgres(settings: Settings) -> Verdict:
    """A session as the role that the processes use; before the migrations, as administrator."""
    try:
        with psycopg.connect(settings.dsn(), connect_timeout=2) as connection:
            connection.execute("select 1")
        return Verdict(True, True)
    except psycopg.OperationalError as problem:
        note = str(problem).strip().splitlines()[-1] if str(problem).strip() else "no connection"
        return Verdict("FATAL" in str(problem), False, note)


def postgres_accepts(settings: Settings) -> bool:
    """Tell whether the server takes the administrator (there may be no database or role of ours yet)."""
    try:
        psycopg.connect(settings.dsn("admin").rsplit("/", 1)[0] + "/postgres", connect_timeout=2).close()
        return True
    except psycopg.OperationalError:
        return False


def rtpengine(settings: Settings) -> Verdict:
    """The ng protocol's ping (rtpengine documentation, "ng control protocol"): bencoded, a cookie in front."""
    cookie = secrets.token_hex(4).encode()
    answer = _ask_udp(settings.network.private, settings.ports.rtpengine, cookie + b" d7:command4:pinge")
    if answer is None:
        return Verdict(False, False, "no answer to ping")
    if answer != cookie + b" d6:result4:ponge":
        return Verdict(True, False, f"answers oddly: {answer[:80].decode('latin-1')}")
    return Verdict(True, True, "running")


def kamailio(settings: Settings) -> Verdict:
    """JSON-RPC `core.uptime` on the private port; it proves that workers and timer run. It is well when it has a media
    relay too: without one it refuses every call (503), whatever else works.
    """
    status, text = _edge_rpc(settings, "core.uptime")
    if status == 0:
        return Verdict(False, False, text)
    if status != 200 or '"result"' not in text:
        return Verdict(True, False, f"HTTP {status}")
    _, relays = _edge_rpc(settings, "rtpengine.show", "all")
    if has_relay(relays):
        return Verdict(True, True)
    return Verdict(True, False, "it reaches no media relay and refuses calls")


def has_relay(answer: str) -> bool:
    """Tell whether Kamailio's answer to `rtpengine.show all` names a relay that calls may use."""
    try:
        relays = json.loads(answer).get("result") or []
    except ValueError:
        return False
    return any(relay.get("active") for relay in relays)


def _edge_rpc(settings: Settings, method: str, *params: str) -> tuple[int, str]:
    body = json.dumps({"jsonrpc": "2.0", "method": method, "params": list(params), "id": 1})
    return _http(settings, settings.ports.edge_private, "POST", "/RPC", body=body, token=settings.secret("edge-token"))


def asterisk(settings: Settings, *, times: int = 2) -> Verdict:
    """ARI's ping, and OPTIONS by SIP, sent `times` times, a second apart: its SIP stack can lock up alone while ARI
    goes on answering (Asterisk's issue 2166, seen with 22.10.1 after a REFER).
    """
    status, text = _http(
        settings,
        settings.ports.asterisk_http,
        "GET",
        "/ari/asterisk/ping",
        user=("qvoice", settings.secret("ari-password")),
    )
    if status == 0:
        return Verdict(False, False, text)
    if not answers_sip(settings.network.private, settings.ports.media_sip, times=times):
        return Verdict(False, False, "no answer to OPTIONS", in_part=True)
    return Verdict(True, status == 200, "" if status == 200 else f"HTTP {status}")


def callcontrol(settings: Settings) -> Verdict:
    """Its /health: ready when Asterisk's socket is there and calls can be taken."""
    return _health(settings, settings.network.private, settings.ports.callcontrol, "/health")


def api(settings: Settings) -> Verdict:
    """The dialect's /about, which needs no token."""
    host = "127.0.0.1" if settings.network.bind == "0.0.0.0" else settings.network.bind
    return _health(settings, host, settings.ports.api, "/v2/about")


def presence(settings: Settings) -> Verdict:
    """OPTIONS by SIP."""
    if answers_sip(settings.network.private, settings.ports.presence):
        return Verdict(True, True)
    return Verdict(False, False, "no answer to OPTIONS")


def running_is_enough(settings: Settings) -> Verdict:
    """For a process that nobody connects to: the supervisor knows whether it runs."""
    return Verdict(True, True)


def _health(settings: Settings, host: str, port: int, path: str) -> Verdict:
    status, text = _http(settings, port, "GET", path, host=host)
    if status == 0:
        return Verdict(False, False, text)
    if status == 401:
        return Verdict(True, True)  # to be asked for a token is an answer of a healthy server
    try:
        facts = json.loads(text)
        well = status == 200 and isinstance(facts, dict) and facts.get("status", "ok") in ("ok", "success")
    except ValueError:
        well = False
    return Verdict(True, well, "" if well else f"HTTP {status} {text[:160]}")


def _http(
    settings: Settings,
    port: int,
    method: str,
    path: str,
    *,
    host: str = "",
    body: str | None = None,
    user: tuple[str, str] | None = None,
    token: str = "",
) -> tuple[int, str]:
    connection = http.client.HTTPConnection(host or settings.network.private, port, timeout=PATIENCE)
    headers = {"Content-Type": "application/json"} if body is not None else {}
    if user:
        headers["Authorization"] = "Basic " + base64.b64encode(":".join(user).encode()).decode()
    if token:
        headers["Authorization"] = f"Bearer {token}"
    try:
        connection.request(method, path, body=body, headers=headers)
        answer = connection.getresponse()
        return answer.status, answer.read(65536).decode("utf-8", "replace")
    except (OSError, http.client.HTTPException) as problem:
        return 0, f"no answer: {problem}"
    finally:
        connection.close()


def surely_asterisk(settings: Settings) -> Verdict:
    """The same with more patience: under load a SIP stack may be seconds behind, and still be alive."""
    return asterisk(settings, times=6)


def answers_sip(host: str, port: int, *, times: int = 2) -> bool:
    """Tell whether OPTIONS, sent as the edge would send it (only its address is answered), gets any answer at all."""
    fresh = secrets.token_hex(8)
    asked = (
        f"OPTIONS sip:{host}:{port} SIP/2.0\r\nVia: SIP/2.0/UDP {host};rport;branch=z9hG4bK{fresh}\r\n"
        f"Max-Forwards: 1\r\nFrom: <sip:health@{host}>;tag={fresh}\r\nTo: <sip:{host}>\r\nCall-ID: {fresh}\r\n"
        f"CSeq: 1 OPTIONS\r\nContact: <sip:health@{host}>\r\nContent-Length: 0\r\n\r\n"
    )
    return _ask_udp(host, port, asked.encode(), times=times) is not None


def _ask_udp(host: str, port: int, packet: bytes, *, times: int = 2) -> bytes | None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
        sock.settimeout(PATIENCE / 2)
        for _ in range(times):
            try:
                sock.sendto(packet, (host, port))
                return sock.recv(4096)
            except OSError:
                continue
    return None
