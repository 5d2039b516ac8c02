"""Generated secrets of an installation: files in `<data>/secrets`, mode 600, made once and never printed."""

from __future__ import annotations

import os
import secrets
from pathlib import Path

from qvoice.kit.ids import new_password

NAMES = (
    "db-admin",
    "db-qvoice_app",
    "db-qvoice_edge",
    "ari-password",
    "callcontrol-token",
    "edge-token",
    "token-key",
    "nonce-key",
)


def write(path: Path, text: str) -> None:
    """Write a file of mode 600 that is never half-written and never readable by others, not even for a moment."""
    temporary = path.with_name(f".{path.name}.new")
    descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    temporary.replace(path)


def ensure(folder: Path) -> None:
    """Create what is missing, also the first administrator's password (`admin-password`)."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    for name in NAMES:
        if not (folder / name).exists():
            write(folder / name, secrets.token_hex(32) + "\n")
    if not (folder / "admin-password").exists():
        write(folder / "admin-password", new_password() + "\n")
