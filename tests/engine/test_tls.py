"""Certificates: a client that trusts our authority accepts the server, for every address we are reached by."""

from __future__ import annotations

import socket
import ssl
import threading
from datetime import timedelta
from pathlib import Path

import pytest

from qvoice.engine import folders, tls
from qvoice.kit.clock import utcnow
from qvoice.kit.settings import Settings, load


def handshake(settings: Settings, name: str) -> None:
    """Serve once with the certificate and connect as a client that checks `name`; raises ssl.SSLError."""
    certificate, key = tls.files(settings)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    here, there = socket.socketpair()

    def serve() -> None:
        try:
            context.wrap_socket(there, server_side=True).close()
        except ssl.SSLError:
            there.close()  # the client refused, which is what its own assertion is about

    server = threading.Thread(target=serve)
    server.start()
    try:
        trust = ssl.create_default_context(cafile=str(settings.data / "tls" / "ca.crt"))
        trust.wrap_socket(here, server_hostname=name).close()
    finally:
        here.close()
        server.join(10)


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    made = load(tmp_path / "var", environ={})
    folders.prepare(made)
    return made


def test_a_client_with_our_authority_accepts_the_server(settings: Settings) -> None:
    tls.ensure(settings, now=utcnow())
    handshake(settings, "127.0.0.1")
    handshake(settings, "localhost")
    with pytest.raises(ssl.SSLCertVerificationError):
        handshake(settings, "192.0.2.7")


def test_a_new_public_address_gets_a_new_certificate_from_the_same_authority(settings: Settings) -> None:
    authority = tls.ensure(settings, now=utcnow()).read_bytes()
    moved = load(settings.data, environ={"QVOICE_NETWORK_PUBLIC_IP": "192.0.2.7"})
    assert tls.ensure(moved, now=utcnow()).read_bytes() == authority
    handshake(moved, "192.0.2.7")


def test_a_certificate_near_its_end_is_renewed_and_a_good_one_is_kept(settings: Settings) -> None:
    tls.ensure(settings, now=utcnow())
    first = tls.files(settings)[0].read_bytes()
    tls.ensure(settings, now=utcnow() + timedelta(days=10))
    assert tls.files(settings)[0].read_bytes() == first
    tls.ensure(settings, now=utcnow() + timedelta(days=tls.SERVER_DAYS - 20))
    assert tls.files(settings)[0].read_bytes() != first


def test_the_operators_own_certificate_is_used_and_never_touched(settings: Settings) -> None:
    (settings.data / "tls" / "own.crt").write_text("theirs")
    (settings.data / "tls" / "own.key").write_text("theirs too")
    tls.ensure(settings, now=utcnow())
    assert [file.name for file in tls.files(settings)] == ["own.crt", "own.key"]
    assert (settings.data / "tls" / "own.crt").read_text() == "theirs"
