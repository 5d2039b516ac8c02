"""Making documents for a test by the API, and taking them away again."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any

from tests.fixtures.platform import Account
from tests.sip.agent import sound


class Made:
    """Documents made in an account; `clear` deletes them, newest first, and puts back what was changed."""

    def __init__(self, account: Account) -> None:
        self.account = account
        self._paths: list[str] = []
        self._before: list[tuple[str, dict[str, Any]]] = []

    def add(self, kind: str, **document: Any) -> dict[str, Any]:
        """PUT a document; return it."""
        made = self.account.rest.put(self.account.path(kind), document)
        self._paths.append(self.account.path(kind, made["id"]))
        return made

    def flow(self, number: str, module: str, pattern: str = "", **data: Any) -> dict[str, Any]:
        """Make a callflow of one node for a number, or for a pattern."""
        dialled = {"patterns": [pattern]} if pattern else {"numbers": [number]}
        return self.add(
            "callflows", name=f"test {module}", flow={"module": module, "data": data, "children": {}}, **dialled
        )

    def tone(self, frequency: float, *, seconds: float = 4.0) -> str:
        """Upload a WAV file of one tone; return the medium's id."""
        made = self.add("media", name=f"{frequency:g} Hz", streamable=True)
        samples = sound.sine(frequency, start=0, count=round(seconds * sound.RATE))
        with tempfile.NamedTemporaryFile(suffix=".wav") as file:
            sound.write_wav(Path(file.name), samples)
            content = Path(file.name).read_bytes()
        self.account.rest.upload(self.account.path("media", made["id"], "raw"), content, kind="audio/wav")
        return str(made["id"])

    def change(self, kind: str, id: str, **keys: Any) -> None:
        """PATCH a document; what the keys were comes back at the end."""
        path = self.account.path(kind, id)
        old = self.account.rest.get(path)
        self._before.append((path, {key: old.get(key) for key in keys}))
        self.account.rest.patch(path, keys)

    def clear(self) -> None:
        """Undo everything."""
        for path, keys in reversed(self._before):
            self.account.rest.patch(path, keys)
        for path in reversed(self._paths):
            self.account.rest.delete(path)
