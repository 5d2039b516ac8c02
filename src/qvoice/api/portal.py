"""The portal's built files at `/`, with every unknown path given index.html (its router is in the browser)."""

from __future__ import annotations

from pathlib import Path

from fastapi import FastAPI, Request
from starlette.exceptions import HTTPException
from starlette.responses import FileResponse, HTMLResponse, Response

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
_NOT_BUILT = (
    "<!doctype html><html lang='en'><title>QVOICE</title><p>The portal is not built yet: run <code>./qvoice up</code>."
    " The API is at <a href='/openapi.json'>/v2</a>.</p></html>"
)


def install(app: FastAPI, folder: Path) -> None:
    """Serve `folder`. Hashed files under assets/ may be kept for ever, everything else is asked for again."""
    root = folder.resolve()

    @app.get("/{path:path}", include_in_schema=False)
    async def portal(request: Request, path: str) -> Response:
        if path == "v2" or path.startswith(_API_PREFIXES):
            raise HTTPException(404, "there is no such URL")
        wanted = (root / path).resolve() if path else root / "index.html"
        if not wanted.is_relative_to(root) or not wanted.is_file():
            if path.startswith("assets/") or Path(path).suffix in (".js", ".css", ".map", ".json"):
                raise HTTPException(404, "there is no such file")
            wanted = root / "index.html"
        if not wanted.is_file():
            return HTMLResponse(_NOT_BUILT, headers=SECURITY_HEADERS)
        kept = "public, max-age=31536000, immutable" if path.startswith("assets/") else "no-cache"
        return FileResponse(wanted, headers={**SECURITY_HEADERS, "cache-control": kept})
