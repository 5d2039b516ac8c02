"""A process is well when what its users need of it works, not when some other part of it answers."""

from __future__ import annotations

import dataclasses
import http.server
import socket
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from qvoice.engine import health
from qvoice.kit.settings import Settings, load


class Ping(http.server.BaseHTTPRequestHandler):
    """ARI's ping."""

    def do_GET(self) -> None:
        self.send_response(200)
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.fixture
def sip() -> Iterator[socket.socket]:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as bound:
        bound.bind(("127.0.0.1", 0))
        yield bound


@pytest.fixture
def settings(tmp_path: Path, sip: socket.socket) -> Iterator[Settings]:
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Ping)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    made = load(tmp_path, environ={})
    made.secrets.mkdir()
    (made.secrets / "ari-password").write_text("secret")
    ports = dataclasses.replace(made.ports, asterisk_http=server.server_port, media_sip=sip.getsockname()[1])
    yield dataclasses.replace(made, ports=ports)
    server.shutdown()
    server.server_close()


def test_asterisk_whose_sip_stack_is_silent_does_not_answer(settings: Settings) -> None:
    verdict = health.asterisk(settings)
    assert (verdict.answers, verdict.well, verdict.note) == (False, False, "no answer to OPTIONS")


def test_asterisk_that_answers_both_ways_is_well(settings: Settings, sip: socket.socket) -> None:
    def answer() -> None:
        asked, peer = sip.recvfrom(4096)
        assert asked.startswith(b"OPTIONS sip:127.0.0.1")
        sip.sendto(b"SIP/2.0 404 Not Found\r\n\r\n", peer)

    thread = threading.Thread(target=answer)
    thread.start()
    verdict = health.asterisk(settings)
    thread.join()
    assert (verdict.answers, verdict.well) == (True, True)


@pytest.mark.parametrize(
    ("answer", "found"),
    [
        ('{"jsonrpc":"2.0","result":[{"url":"udp:127.0.0.1:2223","active":true}],"id":1}', True),
        ('{"result":[{"url":"udp:10.0.0.1:2223","active":false},{"url":"udp:10.0.0.2:2223","active":true}]}', True),
        ('{"result":[{"url":"udp:127.0.0.1:2223","disabled":false,"active":false,"recheck_ticks":2}]}', False),
        ('{"result":[]}', False),
        ('{"error":{"code":500,"message":"Instance not found"}}', False),
        ("", False),
    ],
)
def test_an_edge_without_a_relay_in_use_is_not_well(answer: str, found: bool) -> None:
    assert health.has_relay(answer) is found
