"""Passwords: what the dialect sends (md5 or sha1 of `username:password`) is stored as argon2id of it, never as it is.

Hashing is memory-hard on purpose; it runs in threads, few at a time, so that a burst of logins neither blocks the
event loop
nor eats the memory.
"""

from __future__ import annotations

import asyncio
import hashlib
from dataclasses import dataclass

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from argon2.low_level import Type

MIN_LENGTH = 6
MAX_LENGTH = 256

# OWASP's smaller profile for argon2id: 19 MiB, 2 passes, about 20 ms.
_HASHER = PasswordHasher(time_cost=2, memory_cost=19_456, parallelism=1, hash_len=32, salt_len=16, type=Type.ID)
_AT_ONCE = 4
_semaphores: dict[int, asyncio.Semaphore] = {}

DUMMY_HASH = _HASHER.hash("nobody has this password")
"""Verified against when there is no candidate, so that an unknown account costs the same time as a wrong password."""


@dataclass(frozen=True, slots=True)
class Hashes:
    """The argon2id hashes of both credentials the dialect may send."""

    md5: str
    sha1: str


def md5_credential(username: str, password: str) -> str:
    """Return the dialect's default credential: md5 of `username:password`, user name in lower case."""
    return hashlib.md5(f"{username.lower()}:{password}".encode(), usedforsecurity=False).hexdigest()


def sha1_credential(username: str, password: str) -> str:
    """Return the dialect's credential for `method: sha`."""
    return hashlib.sha1(f"{username.lower()}:{password}".encode(), usedforsecurity=False).hexdigest()


async def hash_password(username: str, password: str) -> Hashes:
    """Return the hashes to store."""
    md5 = await _in_thread(_HASHER.hash, md5_credential(username, password))
    return Hashes(md5, await _in_thread(_HASHER.hash, sha1_credential(username, password)))


async def verify(stored: str, credential: str) -> bool:
    """Tell whether `credential` (32 or 40 hex) is the one that was stored."""
    return await _in_thread(_verify, stored, credential.lower())


def _verify(stored: str, credential: str) -> bool:
    try:
        return _HASHER.verify(stored, credential)
    except (VerificationError, InvalidHashError):
        return False


async def _in_thread(function, *arguments):  # type: ignore[no-untyped-def]
    loop = asyncio.get_running_loop()
    semaphore = _semaphores.get(id(loop))
    if semaphore is None:
        _semaphores.clear()
        semaphore = _semaphores[id(loop)] = asyncio.Semaphore(_AT_ONCE)
    async with semaphore:
        return await loop.run_in_executor(None, function, *arguments)
