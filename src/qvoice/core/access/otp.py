"""One-time passwords by time (RFC 6238: HMAC-SHA-1, 30 s, 6 digits, as every authenticator app makes them)."""

from __future__ import annotations

import base64
import binascii
import hmac
import struct
from urllib.parse import quote

STEP_S = 30
DIGITS = 6
DRIFT = 1
"""Steps that a phone's clock may be off, to either side."""


def code(secret: bytes, step: int) -> str:
    """Return the code of a time step (RFC 4226, 5.3)."""
    digest = hmac.new(secret, struct.pack(">Q", step), "sha1").digest()
    offset = digest[-1] & 0x0F
    number = struct.unpack(">I", digest[offset : offset + 4])[0] & 0x7FFFFFFF
    return f"{number % 10**DIGITS:0{DIGITS}d}"


def step_of(secret: bytes, given: str, now: float, *, after: int) -> int | None:
    """Return the time step whose code was given, None when it is wrong. `now`: Unix seconds; steps up to `after` are
    used up: a code that was looked over somebody's shoulder is worth nothing (RFC 6238, 5.2).
    """
    if len(given) != DIGITS or not (given.isascii() and given.isdigit()):
        return None
    current, found = int(now) // STEP_S, None
    for step in range(current - DRIFT, current + DRIFT + 1):
        if hmac.compare_digest(code(secret, step), given) and step > after:
            found = step
    return found


def to_base32(secret: bytes) -> str:
    """Return a secret as people type it."""
    return base64.b32encode(secret).decode().rstrip("=")


def from_base32(text: str) -> bytes:
    """Return the secret of its text; raises ValueError."""
    cleaned = text.replace(" ", "").upper()
    try:
        return base64.b32decode(cleaned + "=" * (-len(cleaned) % 8))
    except binascii.Error as problem:
        raise ValueError("not a base32 secret") from problem


def address(secret: bytes, *, issuer: str, name: str) -> str:
    """Return the `otpauth:` address that authenticator apps scan."""
    label = quote(f"{issuer}:{name}", safe="")
    facts = f"secret={to_base32(secret)}&issuer={quote(issuer, safe='')}&digits={DIGITS}&period={STEP_S}"
    return f"otpauth://totp/{label}?{facts}"
