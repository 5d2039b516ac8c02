"""What only the demo's maker knows: passwords and PINs, kept with the installation's secrets to be shown again."""

from __future__ import annotations

import json
import os
import secrets
from pathlib import Path
from typing import Any

_ALPHABET = "abcdefghijkmnpqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789"
"""No letters that are mistaken for one another when typed into a phone."""


def new_password(length: int = 16) -> str:
    """Return a random password that is easy to type."""
    return "".join(secrets.choice(_ALPHABET) for _ in range(length))


def new_pin() -> str:
    """Return a random PIN of six digits, never one digit repeated."""
    while True:
        pin = "".join(secrets.choice("0123456789") for _ in range(6))
        if len(set(pin)) > 2:
            return pin


class Vault:
    """The file `demo.json`: the demo as last printed, secrets by their owner's path. Mode 600, replaced whole."""

    def __init__(self, file: Path) -> None:
        self._file = file
        self._content: dict[str, Any] = json.loads(file.read_text()) if file.exists() else {}

    def secret(self, owner: str, make: Any) -> tuple[str, bool]:
        """Return the secret of `owner`, making and storing it first if there is none; and whether it is new."""
        known = self._content.setdefault("secrets", {})
        if owner in known:
            return known[owner], False
        known[owner] = make()
        self.save()
        return known[owner], True

    def forget(self, owner: str) -> None:
        """Drop a secret, so that the next one is new."""
        self._content.get("secrets", {}).pop(owner, None)

    def keep(self, demo: dict[str, Any]) -> None:
        """Store what was printed."""
        self._content["demo"] = demo
        self.save()

    def save(self) -> None:
        """Write the file."""
        self._file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        temporary = self._file.with_suffix(".new")
        with os.fdopen(os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as out:
            json.dump(self._content, out, indent=1)
        temporary.replace(self._file)
