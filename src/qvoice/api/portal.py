"""The portal's built files at `/`, with every unknown path given index.html (its router is in the browser)."""

from __future__ import annotations

import mimetypes
from functools import lru_cache
from pathlib import Path

from fastapi import FastAPI
from starlette.datastructures import Headers
from starlette.exceptions import HTTPException
from starlette.responses import FileResponse, HTMLResponse, Response
from starlette.types import ASGIApp, Receive, Scope, Send

SECURITY_HEADERS = {
    "content-security-policy": (
        "default-src 'self'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:;"
        " font-src 'self' data:;"
        " media-src 'self' blob:; connect-src 'self' ws: wss:; object-src 'none'; base-uri 'self'; form-action 'self';"
        " frame-ancestors 'none'"
    ),
    "referrer-policy": "no-referrer",
    "x-frame-options": "DENY",
    "x-content-type-options": "nosniff",
    "permissions-policy": "camera=(), geolocation=(), microphone=(self)",
    "cross-origin-opener-policy": "same-origin",
}
_API_PREFIXES = ("v2/", "events", "openapi.json", "health")
_PACKED = (("br", ".br"), ("gzip", ".gz"))
"""Content codings, best first, and how the build calls the files."""
_TEXTS = (".js", ".css")
_NOT_BUILT = (
    "<!doctype html><html lang='en'><title>QVOICE</title><p>The portal is not built yet: run <code>./qvoice up</code>."
    " The API is at <a href='/openapi.json'>/v2</a>.</p></html>"
)


def install(app: FastAPI, folder: Path) -> None:
    """Serve `folder`: hashed files under assets/ may be kept for ever (Assets), everything else is asked for again."""
    root = folder.resolve()

    @app.get("/{path:path}", include_in_schema=False)
    async def portal(path: str) -> Response:
        if path == "v2" or path.startswith(_API_PREFIXES):
            raise HTTPException(404, "there is no such URL")
        if "\0" in path:
            raise HTTPException(404, "there is no such file")
        wanted = (root / path).resolve() if path else root / "index.html"
        if not wanted.is_relative_to(root) or not wanted.is_file():
            if path.startswith("assets/") or Path(path).suffix in (".js", ".css", ".map", ".json"):
                raise HTTPException(404, "there is no such file")
            wanted = root / "index.html"
        if not wanted.is_file():
            return HTMLResponse(_NOT_BUILT, headers=SECURITY_HEADERS)
        return FileResponse(wanted, headers={**SECURITY_HEADERS, "cache-control": "no-cache"})


class Assets:
    """ASGI middleware that serves the hashed files under /assets/ before any routing, from memory once they were read:
    a first visit asks for two dozen of them while the same process answers what the page reads.
    """

    def __init__(self, app: ASGIApp, folder: Path) -> None:
        """Wrap `app`; `folder` is the built portal."""
        self._app = app
        self._root = (folder / "assets").resolve()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request; what is no such file is `app`'s to answer."""
        serve = self._app
        if scope["type"] == "http" and scope["method"] == "GET" and scope["path"].startswith("/assets/"):
            accepted = Headers(scope=scope).get("accept-encoding", "")
            serve = self._asset(scope["path"].removeprefix("/assets/"), accepted) or serve
        await serve(scope, receive, send)

    def _asset(self, path: str, accepted: str) -> Response | None:
        if "\0" in path:
            return None
        wanted = (self._root / path).resolve()
        if not wanted.is_relative_to(self._root) or not wanted.is_file():
            return None
        headers = {**SECURITY_HEADERS, "cache-control": "public, max-age=31536000, immutable"}
        file, coding = packed(wanted, accepted)
        if wanted.suffix in _TEXTS:
            headers["vary"] = "accept-encoding"
        if coding:
            headers["content-encoding"] = coding
        return Response(_content(file), headers=headers, media_type=mimetypes.guess_type(wanted.name)[0])


@lru_cache(maxsize=1024)
def _content(file: Path) -> bytes:
    """Return a file's bytes; kept, because the name of a hashed file changes with what is in it."""
    return file.read_bytes()


def packed(file: Path, accepted: str) -> tuple[Path, str]:
    """Return the smallest form of a file that the build left beside it and that `accepted` (Accept-Encoding, RFC 9110
    section 12.5.3) allows, with its content coding; the file itself and "" when there is none.
    """
    offers = [offer.partition(";") for offer in accepted.lower().replace(" ", "").split(",")]
    taken = {coding for coding, _, weight in offers if weight not in ("q=0", "q=0.0", "q=0.00", "q=0.000")}
    for coding, suffix in _PACKED:
        form = file.with_name(file.name + suffix)
        if coding in taken and form.is_file():
            return form, coding
    return file, ""
