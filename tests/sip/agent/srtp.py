"""SRTP with AES_CM_128_HMAC_SHA1_80 (RFC 3711, keyed by RFC 4568): enough to talk to a phone that insists on it."""

from __future__ import annotations

import base64
import hashlib
import hmac
import os

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

SUITE = "AES_CM_128_HMAC_SHA1_80"
TAG = 10


def new_key() -> str:
    """Return a random master key and salt, base64, as in a crypto attribute."""
    return base64.b64encode(os.urandom(30)).decode()


def keystream(key: bytes, iv: bytes, count: int) -> bytes:
    """AES in counter mode (RFC 3711 4.1.1)."""
    encryptor = Cipher(algorithms.AES(key), modes.CTR(iv)).encryptor()
    return encryptor.update(bytes(count)) + encryptor.finalize()


def derive(master: bytes, salt: bytes, label: int, count: int) -> bytes:
    """Derive a session key (RFC 3711 4.3.1, rate 0)."""
    x = int.from_bytes(salt, "big") ^ (label << 48)
    return keystream(master, (x << 16).to_bytes(16, "big"), count)


class Stream:
    """One direction. The roll-over counter follows the sequence numbers (RFC 3711 3.3.1)."""

    def __init__(self, inline: str) -> None:
        material = base64.b64decode(inline)
        master, salt = material[:16], material[16:30]
        self._cipher = derive(master, salt, 0, 16)
        self._auth = derive(master, salt, 1, 20)
        self._salt = int.from_bytes(derive(master, salt, 2, 14), "big")
        self._roc = 0
        self._highest: int | None = None

    def _index(self, sequence: int) -> int:
        """Guess the roll-over counter of this packet (RFC 3711 appendix A)."""
        if self._highest is None:
            self._highest = sequence
        roc = self._roc
        if self._highest < 32768 and sequence - self._highest > 32768:
            roc -= 1
        elif self._highest >= 32768 and self._highest - 32768 > sequence:
            roc += 1
        if roc > self._roc:
            self._roc, self._highest = roc, sequence
        elif roc == self._roc:
            self._highest = max(self._highest, sequence)
        return roc

    def _crypt(self, packet: bytes, header: int, roc: int) -> bytes:
        index = roc << 16 | int.from_bytes(packet[2:4], "big")
        ssrc = int.from_bytes(packet[8:12], "big")
        iv = (self._salt << 16 ^ ssrc << 64 ^ index << 16).to_bytes(16, "big")
        stream = keystream(self._cipher, iv, len(packet) - header)
        return packet[:header] + bytes(a ^ b for a, b in zip(packet[header:], stream, strict=True))

    def _tag(self, packet: bytes, roc: int) -> bytes:
        return hmac.new(self._auth, packet + (roc & 0xFFFFFFFF).to_bytes(4, "big"), hashlib.sha1).digest()[:TAG]

    def protect(self, packet: bytes) -> bytes:
        """Return the SRTP packet of an RTP packet."""
        roc = self._index(int.from_bytes(packet[2:4], "big"))
        sealed = self._crypt(packet, header_length(packet), roc)
        return sealed + self._tag(sealed, roc)

    def unprotect(self, packet: bytes) -> bytes:
        """Return the RTP packet. ValueError if it was not made with this key."""
        sealed, tag = packet[:-TAG], packet[-TAG:]
        if len(sealed) < 12:
            raise ValueError("too short for SRTP")
        roc = self._index(int.from_bytes(sealed[2:4], "big"))
        if not hmac.compare_digest(tag, self._tag(sealed, roc)):
            raise ValueError("SRTP authentication failed")
        return self._crypt(sealed, header_length(sealed), roc)


def header_length(packet: bytes) -> int:
    """Length of an RTP header with its CSRCs and extension (RFC 3550 5.1, 5.3.1)."""
    length = 12 + 4 * (packet[0] & 15)
    if packet[0] & 0x10:
        length += 4 + 4 * int.from_bytes(packet[length + 2 : length + 4], "big")
    return length
