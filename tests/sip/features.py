"""Making documents for a test by the API, and taking them away again."""

from __future__ import annotations

from typing import Any

from tests.fixtures.platform import Account


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
