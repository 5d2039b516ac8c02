"""The command line's way to the REST API: the same requests a portal makes, with errors a person can read."""

from __future__ import annotations

import hashlib
from typing import Any

import httpx2


class Refused(Exception):
    """The API said no. `status` is the HTTP status, `problems` the field → rule → message map if it gave one."""

    def __init__(self, method: str, path: str, status: int, message: str, problems: Any) -> None:
        self.status, self.problems = status, problems
        super().__init__(f"{method} {path}: {status} {message} {problems if problems else ''}".rstrip())


class Rest:
    """A signed-in session. `base` ends in `/v2`; paths are relative to it."""

    def __init__(self, base: str, *, timeout: float = 30.0) -> None:
        self.base = base.rstrip("/")
        self._http = httpx2.Client(base_url=self.base + "/", timeout=timeout)
        self.account_id = ""
        self.user_id = ""

    def __enter__(self) -> Rest:
        return self

    def __exit__(self, *_: object) -> None:
        self._http.close()

    def sign_in(self, *, account_name: str, username: str, password: str) -> Rest:
        """PUT user_auth with the dialect's hashed credentials; later requests carry the token."""
        credentials = hashlib.md5(f"{username}:{password}".encode(), usedforsecurity=False).hexdigest()
        envelope = self._send(
            "PUT", "user_auth", {"credentials": credentials, "account_name": account_name, "method": "md5"}
        )
        self._http.headers["X-Auth-Token"] = envelope["auth_token"]
        self.account_id = envelope["data"]["account_id"]
        self.user_id = envelope["data"]["owner_id"]
        return self

    @property
    def token(self) -> str:
        """The session's token."""
        return self._http.headers["X-Auth-Token"]

    def get(self, path: str, **query: Any) -> Any:
        """Return the `data` of a document or list; lists come whole."""
        return self._send("GET", path, None, {"paginate": "false", **query})["data"]

    def read(self, path: str) -> tuple[Any, str]:
        """Return a document and its revision, to give back when saving it."""
        envelope = self._send("GET", path, None)
        return envelope["data"], envelope["revision"]

    def put(self, path: str, data: dict[str, Any]) -> Any:
        """Create; return the new document."""
        return self._send("PUT", path, data)["data"]

    def post(self, path: str, data: dict[str, Any], *, revision: str = "") -> Any:
        """Replace; return the document. With `revision`, refused (409) when somebody else has saved since."""
        return self._send("POST", path, data | {"_rev": revision} if revision else data)["data"]

    def patch(self, path: str, data: dict[str, Any]) -> Any:
        """Merge; return the document."""
        return self._send("PATCH", path, data)["data"]

    def delete(self, path: str) -> Any:
        """Delete; return what was deleted."""
        return self._send("DELETE", path, None)["data"]

    def raw(self, path: str, *, accept: str) -> bytes:
        """Return a file's bytes, such as a message's sound."""
        answer = self._http.get(path, headers={"Accept": accept})
        if answer.status_code >= 400:
            raise Refused("GET", path, answer.status_code, answer.text[:200], None)
        return answer.content

    def upload(self, path: str, content: bytes, *, kind: str) -> Any:
        """Send a file's bytes, such as a medium's sound; `kind` is its Content-Type. Return the document."""
        answer = self._http.post(path, content=content, headers={"Content-Type": kind})
        if answer.status_code >= 400:
            raise Refused("POST", path, answer.status_code, answer.text[:200], None)
        return answer.json()["data"]

    def _send(self, method: str, path: str, data: Any, query: dict[str, Any] | None = None) -> Any:
        answer = self._http.request(method, path, json=None if data is None else {"data": data}, params=query)
        try:
            envelope = answer.json()
        except ValueError:
            raise Refused(method, path, answer.status_code, answer.text[:200], None) from None
        if answer.status_code >= 400:
            raise Refused(method, path, answer.status_code, str(envelope.get("message", "")), envelope.get("data"))
        return envelope
