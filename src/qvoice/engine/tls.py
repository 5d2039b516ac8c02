"""A local certificate authority and the server certificate for SIP over TLS and WebSocket, until the operator has a
public one.

An operator's own certificate goes to `<data>/tls/own.crt` and `own.key`; it is then used instead and never touched.
"""

from __future__ import annotations

import ipaddress
import os
import socket
from datetime import datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from qvoice.engine.secrets import write
from qvoice.kit.settings import Settings

AUTHORITY_DAYS = 3650
SERVER_DAYS = 397
"""The longest life that phones and browsers accept for a server's certificate (Apple's limit of 398 days)."""
RENEW_DAYS = 30
_BACKDATE = timedelta(days=1)
"""Phones with a clock that is a little behind must not refuse a fresh certificate."""


def ensure(settings: Settings, *, now: datetime) -> Path:
    """Make authority and server certificate when missing, near their end, or for other addresses; returns the
    authority's file.
    """
    folder = settings.data / "tls"
    if not (folder / "ca.crt").exists() or not (folder / "ca.key").exists():
        _make_authority(folder, now)
    if not _still_good(folder / "server.crt", folder / "ca.crt", names(settings), now):
        _make_server(folder, names(settings), now)
    return folder / "ca.crt"


def files(settings: Settings) -> tuple[Path, Path]:
    """Return certificate (with chain) and key to serve with."""
    folder = settings.data / "tls"
    if (folder / "own.crt").exists() and (folder / "own.key").exists():
        return folder / "own.crt", folder / "own.key"
    return folder / "server.crt", folder / "server.key"


def names(settings: Settings) -> tuple[str, ...]:
    """The addresses and host names that clients reach us by."""
    found = {settings.network.bind, settings.network.advertised, "127.0.0.1", "localhost", socket.gethostname()}
    return tuple(sorted(name for name in found if name and name != "0.0.0.0"))


def _make_authority(folder: Path, now: datetime) -> None:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name(
        [x509.NameAttribute(NameOID.COMMON_NAME, f"QVOICE local authority {x509.random_serial_number() % 10**8:08d}")]
    )
    identifier = x509.SubjectKeyIdentifier.from_public_key(key.public_key())
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - _BACKDATE)
        .not_valid_after(now + timedelta(days=AUTHORITY_DAYS))
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(_usage(authority=True), critical=True)
        .add_extension(identifier, critical=False)
        .sign(key, hashes.SHA256())
    )
    _write(folder / "ca", certificate.public_bytes(serialization.Encoding.PEM).decode(), key)


def _make_server(folder: Path, hosts: tuple[str, ...], now: datetime) -> None:
    authority = x509.load_pem_x509_certificate((folder / "ca.crt").read_bytes())
    signer = serialization.load_pem_private_key((folder / "ca.key").read_bytes(), None)
    assert isinstance(signer, ec.EllipticCurvePrivateKey)
    key = ec.generate_private_key(ec.SECP256R1())
    certificate = (
        x509.CertificateBuilder()
        .subject_name(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "qvoice")]))
        .issuer_name(authority.subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - _BACKDATE)
        .not_valid_after(now + timedelta(days=SERVER_DAYS) - _BACKDATE)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(_usage(authority=False), critical=True)
        .add_extension(
            x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH, ExtendedKeyUsageOID.CLIENT_AUTH]), critical=False
        )
        .add_extension(x509.SubjectAlternativeName([_general(host) for host in hosts]), critical=False)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(signer.public_key()), critical=False)
        .sign(signer, hashes.SHA256())
    )
    chain = certificate.public_bytes(serialization.Encoding.PEM) + authority.public_bytes(serialization.Encoding.PEM)
    _write(folder / "server", chain.decode(), key)


def _still_good(server: Path, authority: Path, hosts: tuple[str, ...], now: datetime) -> bool:
    if not server.exists() or not server.with_suffix(".key").exists():
        return False
    certificate = x509.load_pem_x509_certificate(server.read_bytes())
    if certificate.issuer != x509.load_pem_x509_certificate(authority.read_bytes()).subject:
        return False
    held = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    return {_general(host) for host in hosts} <= set(held) and certificate.not_valid_after_utc > now + timedelta(
        days=RENEW_DAYS
    )


def _general(host: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ipaddress.ip_address(host))
    except ValueError:
        return x509.DNSName(host)


def _usage(*, authority: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=not authority, key_cert_sign=authority, crl_sign=authority, content_commitment=False,
        key_encipherment=False,
        data_encipherment=False, key_agreement=False, encipher_only=False, decipher_only=False,
    )  # fmt: skip


def _write(stem: Path, certificate: str, key: ec.EllipticCurvePrivateKey) -> None:
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    write(stem.with_suffix(".key"), private.decode())
    write(stem.with_suffix(".crt"), certificate)
    os.chmod(stem.with_suffix(".crt"), 0o644)
