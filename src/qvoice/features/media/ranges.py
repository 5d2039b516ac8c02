"""Serving stored audio over HTTP: whole or by Range (RFC 9110 14), with validators, read from the database slice by
slice.
"""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from dataclasses import dataclass
from urllib.parse import quote

from fastapi import Request, Response
from fastapi.responses import StreamingResponse

from qvoice.db.engine import Database, Scope
from qvoice.features.media import blobs
from qvoice.features.media.blobs import Blob
from qvoice.kit.text import clean_line

_RANGE = re.compile(r"bytes=(\d{0,18})-(\d{0,18})")


@dataclass(frozen=True, slots=True)
class Span:
    """Bytes `start` to `end` inclusive."""

    start: int
    end: int


class Unsatisfiable(ValueError):
    """The range asked for lies outside the file."""


def read_range(header: str | None, size: int) -> Span | None:
    """Return the one range asked for, None to send everything (no header, several ranges, not bytes); raises
    Unsatisfiable.
    """
    match = _RANGE.fullmatch((header or "").replace(" ", ""))
    if match is None or match[0] == "bytes=-":
        return None
    first, last = match[1], match[2]
    if not first:
        start, end = max(size - int(last), 0), size - 1
        if int(last) == 0:
            raise Unsatisfiable
    else:
        start, end = int(first), min(int(last), size - 1) if last else size - 1
        if last and int(last) < int(first):
            return None
    if start >= size:
        raise Unsatisfiable
    return Span(start, end)


def disposition(name: str, extension: str) -> str:
    """Return a Content-Disposition that no name can break out of (RFC 6266: an ASCII form and a UTF-8 one)."""
    cleaned = re.sub(r'[\\/:*?"<>|%;\x00-\x1f]', "_", clean_line(name, 100)).strip(" .") or "audio"
    plain = cleaned.encode("ascii", "replace").decode().replace("?", "_")
    return f"attachment; filename=\"{plain}.{extension}\"; filename*=UTF-8''{quote(cleaned, safe='')}.{extension}"


def serve(request: Request, db: Database, scope: Scope, blob: Blob, *, name: str, extension: str) -> Response:
    """Answer GET of a blob. Streams in slices, each read in its own transaction, so memory stays small however slow
    the client is.
    """
    headers = {
        "accept-ranges": "bytes",
        "etag": blob.etag,
        "content-disposition": disposition(name, extension),
        "cache-control": "private, no-cache",
        "x-content-type-options": "nosniff",
    }
    if blob.etag in [tag.strip() for tag in request.headers.get("if-none-match", "").split(",")]:
        return Response(status_code=304, headers=headers)
    asked = request.headers.get("range")
    if request.headers.get("if-range") not in (None, blob.etag):
        asked = None
    try:
        span = read_range(asked, blob.size)
    except Unsatisfiable:
        return Response(status_code=416, headers=headers | {"content-range": f"bytes */{blob.size}"})
    status = 200
    if span is None:
        span = Span(0, blob.size - 1)
    else:
        status = 206
        headers["content-range"] = f"bytes {span.start}-{span.end}/{blob.size}"
    headers["content-length"] = str(span.end - span.start + 1)
    return StreamingResponse(
        _slices(db, scope, blob.id, span), status_code=status, headers=headers, media_type=blob.content_type
    )


async def _slices(db: Database, scope: Scope, blob_id: str, span: Span) -> AsyncIterator[bytes]:
    at = span.start
    while at <= span.end:
        length = min(blobs.CHUNK, span.end - at + 1)
        async with db.tx(scope) as session:
            part = await blobs.read(session, blob_id, at, length)
        if not part:
            return
        yield part
        at += len(part)


def serve_bytes(request: Request, data: bytes, content_type: str, *, name: str, extension: str) -> Response:
    """Answer GET of bytes at hand (a conversion), honouring Range."""
    headers = {
        "accept-ranges": "bytes",
        "content-disposition": disposition(name, extension),
        "x-content-type-options": "nosniff",
    }
    try:
        span = read_range(request.headers.get("range"), len(data))
    except Unsatisfiable:
        return Response(status_code=416, headers=headers | {"content-range": f"bytes */{len(data)}"})
    if span is None:
        return Response(data, headers=headers, media_type=content_type)
    headers["content-range"] = f"bytes {span.start}-{span.end}/{len(data)}"
    return Response(data[span.start : span.end + 1], status_code=206, headers=headers, media_type=content_type)
