"""Identifiers: 32 lower-case hex characters, as the REST dialect shows them (a UUID without dashes)."""

from __future__ import annotations

import re
import secrets
import uuid

_HEX32 = re.compile(r"[0-9a-f]{32}")
# No vowels and no look-alikes: a generated word is never rude and can be read out over the phone.
_READABLE = "23456789bcdfghjkmnpqrstvwxyz"


def new_id() -> str:
    """Return a new random 32-hex id."""
    return uuid.uuid4().hex


def is_id(text: str) -> bool:
    """Tell whether `text` is a well-formed 32-hex id."""
    return _HEX32.fullmatch(text) is not None


def new_password(length: int = 20) -> str:
    """Return a random secret of `length` characters that people can type (about 4.8 bits a character)."""
    return "".join(secrets.choice(_READABLE) for _ in range(length))


def new_pin(digits: int = 6) -> str:
    """Return a random numeric PIN."""
    return "".join(secrets.choice("0123456789") for _ in range(digits))


def new_api_key() -> str:
    """Return a random API key, 64 hex characters (the dialect's shape)."""
    return secrets.token_hex(32)
